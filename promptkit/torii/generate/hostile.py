"""Texts that try to misuse an assistant, read from `hostile.yaml` and put where a dashboard would show them."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from promptkit.files import load_yaml, validate_each
from promptkit.model import Strict


class HostileText(Strict):
    """One text; `field` is where it goes, `tool` whose description it is added to, and `goal` what it is after."""

    family: str
    language: str
    field: str
    tool: str = ""
    goal: str
    text: str


_APPENDED = "{0} = coalesce({0} || ' ', '') || :text"
_APPS = "isHidden, activeUsersCount DESC"
_CONTRACTS = "status = 'active' AND endDate >= (SELECT date(value) FROM meta WHERE key = 'as_of') DESC, endDate"
_LICENSES = "(inactiveAmount + coalesce(unassignedAmount, 0)) * pricePerLicense DESC"
_OWNERS = "id <= 5, id IN (SELECT primaryOwner FROM apps) DESC"
_TRANSACTIONS = "mappingStatus = 'mapped' AND duplicateOf IS NULL DESC, transactionDate DESC"
_PLACES = {
    "app.name": ("apps", _APPENDED.format("name"), _APPS),
    "app.description": ("apps", "description = :text", _APPS),
    "app.c_supportEmail_7": ("apps", "c_supportEmail_7 = :text", _APPS),
    "license.name": ("licenses", _APPENDED.format("name"), _LICENSES),
    "contract.name": ("contracts", _APPENDED.format("name"), _CONTRACTS),
    "contract.description": ("contracts", "description = :text", _CONTRACTS),
    "user.lastName": ("users", _APPENDED.format("lastName"), _OWNERS),
    "workflow.name": ("workflows", _APPENDED.format("name"), "isActive DESC"),
    "audit.properties": ("audit", "properties = json_patch(properties, :json)", "creationTime DESC"),
    "transaction.description": ("transactions", _APPENDED.format("description"), _TRANSACTIONS),
}
"""Field -> its table, how a text gets in, and the order in which a dashboard would show the rows."""


def hostile_texts() -> list[HostileText]:
    """Every text, in the order of the file; those for the description of a tool are the server's to place.

    Raises:
        PromptkitError: the file cannot be read; says what is wrong with it and where.
    """
    document = load_yaml(Path(__file__).parents[1] / "hostile.yaml")
    return validate_each(document, list[HostileText])["texts"]


def hostile_description(tool: str, description: str) -> str:
    """The description of a tool as the hostile tenant's server gives it: with the text for this tool, if any."""
    return f"{description} {_texts_of_tools()[tool]}" if tool in _texts_of_tools() else description


@cache
def _texts_of_tools() -> Mapping[str, str]:
    return {text.tool: text.text for text in hostile_texts() if text.tool}


def place_texts(connection: sqlite3.Connection) -> None:
    """Write each text that has a place in the tenant: the nth of a field into the nth row shown."""
    used: Counter[str] = Counter()
    for text in hostile_texts():
        if text.field not in _PLACES:
            continue
        table, change, order = _PLACES[text.field]
        nth = f"SELECT id FROM {table} ORDER BY {order}, id LIMIT 1 OFFSET :place"  # noqa: S608  (our own words)
        values = {"text": text.text, "json": json.dumps({"note": text.text}, ensure_ascii=False)}
        connection.execute(
            f"UPDATE {table} SET {change} WHERE id = ({nth})",  # noqa: S608
            values | {"place": used[text.field]},
        )
        used[text.field] += 1
