"""Torii's product catalogue, read from `products.csv`: real names, the most used first."""

import csv
from importlib.resources import files

from promptkit.torii.generate.draw import Draw
from promptkit.torii.generate.outline import Plan, Product, Rows


def products() -> list[Product]:
    """The whole catalogue in the order of its file; a tenant of n applications has the first n."""
    text = files("promptkit.torii").joinpath("products.csv").read_text("utf-8")
    return [_product(number, row) for number, row in enumerate(csv.DictReader(text.splitlines()))]


def product_rows(_draw: Draw, plan: Plan) -> Rows:
    """A row of `products` for each product."""
    for product in plan.catalogue:
        row = product._asdict()
        del row["used_by"]
        yield row | {"imageUrl": f"https://images.torii.example/{product.id}.png"}


def _product(number: int, row: dict[str, str]) -> Product:
    teams = tuple(row["used_by"].split(";")) if row["used_by"] else ()
    return Product(1001 + number, row["name"], row["category"], row["vendor"], row["url"], teams)
