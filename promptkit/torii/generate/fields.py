"""The fields of apps, users, contracts and transactions, read from `fields.csv`."""

import csv
import json
from importlib.resources import files

from promptkit.torii.generate.draw import Draw
from promptkit.torii.generate.outline import Plan, Rows


def field_rows(_draw: Draw, plan: Plan) -> Rows:
    """A row of `fields` for each line of the file, ids from 1; an integration's field names its product."""
    ids = {product.name: product.id for product in plan.catalogue}
    text = files("promptkit.torii").joinpath("fields.csv").read_text("utf-8")
    for number, line in enumerate(csv.DictReader(text.splitlines()), 1):
        options = [option.split("=") for option in line["options"].split(";") if option]
        yield {
            "id": number,
            "entity": line["entity"],
            "systemKey": line["systemKey"],
            "name": line["name"],
            "type": line["type"],
            "isCustom": int(line["isCustom"]),
            "idSourceApp": ids.get(line["sourceApp"]),
            "isShown": int(line["isShown"]),
            "isDeleted": int(line["isDeleted"]),
            "options": json.dumps([{"value": value, "label": label} for value, label in options]),
        }
