"""What includeLicenses adds to an app: each licence type, and their sum."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from math import floor
from typing import Any

from promptkit.torii.query import Request
from promptkit.torii.roles import ROLES

_QUERY = """
SELECT idApp, l.name, totalAmount, activeAmount, inactiveAmount, unassignedAmount, pricePerLicense, l.currency,
  toDisplay, (SELECT displayCurrency FROM org)
FROM licenses l JOIN exchange_rates USING (currency) WHERE idApp IN (SELECT value FROM json_each(?)) ORDER BY l.id
"""
_SEATS = ("totalAmount", "activeAmount", "inactiveAmount", "unassignedAmount")
_MONEY = ("pricePerLicense", "annualCost", "potentialSavings")


def add_licenses(request: Request, apps: Sequence[dict[str, Any]]) -> None:
    """Set `licenses` in each app, found by its `id`; apps without licences get an empty list of types.

    Money is in minor units per year. The summary is in the display currency, without a price; if seats of one type are
    unknown, so is their sum. A role that sees no money sees only seats.
    """
    types = defaultdict(list)
    ids = json.dumps([app["id"] for app in apps])
    for id_app, name, *seats_and_price in request.tenant.execute(_QUERY, [ids]):
        types[id_app].append(_type(name, *seats_and_price))
    hides_money = "money" in ROLES[request.identity.role].hides
    for app in apps:
        of_app = types[app["id"]]
        licenses = {"summary": _summary(of_app), "types": of_app}
        app["licenses"] = _without_money(licenses) if hides_money else licenses


def _type(
    name: str, total: int, active: int, inactive: int, unassigned: int | None, price: int, currency: str, rate: float,
    display: str,
) -> dict[str, Any]:  # fmt: skip
    amounts = {"pricePerLicense": price, "annualCost": price * total}
    amounts["potentialSavings"] = price * (inactive + (unassigned or 0))
    money = {name: {"value": value, "currency": currency} for name, value in amounts.items()}
    # Rounded half up, as in SQL.
    twins = {
        f"{name}InOrgCurrency": {"value": floor(value * rate + 0.5), "currency": display}
        for name, value in amounts.items()
    }
    seats = dict(zip(_SEATS, (total, active, inactive, unassigned), strict=True))
    return {"name": name, **seats, **money, **twins}


def _summary(types: Sequence[dict[str, Any]]) -> dict[str, Any]:
    seats: dict[str, Any] = {name: _sum([one[name] for one in types]) for name in _SEATS}
    money: dict[str, Any] = {"pricePerLicense": None, "annualCost": None, "potentialSavings": None}
    for name in _MONEY[1:]:
        twins = [one[f"{name}InOrgCurrency"] for one in types]
        if twins:
            money[name] = {"value": sum(twin["value"] for twin in twins), "currency": twins[0]["currency"]}
    return seats | money


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _without_money(licenses: dict[str, Any]) -> dict[str, Any]:
    def seats(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if not name.startswith(_MONEY)}

    return {"summary": seats(licenses["summary"]), "types": [seats(one) for one in licenses["types"]]}
