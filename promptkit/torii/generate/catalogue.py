"""Torii's product catalogue, read from `catalogue.csv`: real names, the most used first."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple


class Product(NamedTuple):
    """One product that Torii knows; `used_by` are units of `people.TEAMS`, empty for everybody."""

    id: int
    name: str
    category: str
    vendor: str
    url: str
    used_by: tuple[str, ...]


def products() -> list[Product]:
    """The whole catalogue in the order of its file; a tenant of n applications has the first n."""
    text = files("promptkit.torii").joinpath("catalogue.csv").read_text("utf-8")
    return [_product(number, row) for number, row in enumerate(csv.DictReader(text.splitlines()))]


def product_rows(catalogue: list[Product]) -> Iterator[dict[str, Any]]:
    """A row of `products` for each product."""
    for product in catalogue:
        row: dict[str, Any] = product._asdict()
        del row["used_by"]
        yield row | {"imageUrl": f"https://images.torii.example/{product.id}.png"}


def _product(number: int, row: dict[str, str]) -> Product:
    teams = tuple(row["used_by"].split(";")) if row["used_by"] else ()
    return Product(1001 + number, row["name"], row["category"], row["vendor"], row["url"], teams)
