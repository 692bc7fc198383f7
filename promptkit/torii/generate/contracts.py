"""The contracts: first the cases that every tenant must have, then ordinary ones."""

import json
from typing import Any

from promptkit.torii.generate.draw import Draw
from promptkit.torii.generate.outline import Plan, Rows, Software
from promptkit.torii.generate.people import LEAVERS

PLACED: list[dict[str, Any]] = [
    {"app": "Slack", "ends": 0, "notice": 30, "auto": 1},  # today: the first day of every window
    {"app": "Zoom", "ends": 60, "notice": 90, "auto": 1},  # the last day of "the next 60 days"; notice deadline passed
    {"app": "Notion", "ends": 61, "notice": 60, "auto": 1},  # one day too late; deadline tomorrow
    {"app": "Asana", "ends": 1, "notice": 60, "auto": 1},
    {"app": "DocuSign", "ends": 30, "notice": 30, "auto": 1},  # deadline today
    {"app": "Zendesk", "ends": 45, "notice": 45, "auto": 0, "currency": "EUR"},
    {"app": "Datadog", "ends": 59, "notice": 60, "auto": 1, "currency": "GBP"},  # deadline yesterday
    {"app": "monday.com", "ends": 20, "notice": 14, "auto": 1, "currency": "ILS"},
    {"app": "Miro", "ends": 90, "notice": 90, "auto": 1},
    {"app": "Box", "ends": -1, "notice": 30, "auto": 0},  # ended yesterday, still active: status lags behind the dates
    {"app": "Okta", "ends": 400, "months": 36, "notice": 90, "auto": 1},  # one contract, amount of three years
    {"app": "Salesforce", "ends": 25, "months": 24, "notice": 60, "auto": 1, "yearly": None},  # yearly cost unknown
    {"app": "Figma", "ends": -580, "status": "closed"},  # three linked contracts of a year each
    {"app": "Figma", "ends": -215, "status": "closed", "previous": 1},
    {"app": "Figma", "ends": 150, "previous": 2},
    {"app": "Loom", "ends": 28, "months": 1, "term": "Monthly", "auto": 1, "notice": 7},
    {"app": "Expensify", "ends": 14, "months": 1, "term": "Monthly", "auto": 1, "notice": 0, "currency": "EUR"},
    {"app": "GitHub", "ends": None, "auto": 1},  # no end date
    {"app": "Tableau", "ends": 33, "amount": None, "yearly": None},  # no amount
    {"app": "NetSuite", "ends": 52, "owner": None, "months": 36, "notice": 120, "auto": 1},
    {"app": "HubSpot", "ends": 10, "owner": LEAVERS[0], "notice": 30, "auto": 1},
    {"app": "Greenhouse", "ends": 395, "status": "pipeline"},
    {"app": "Intercom", "ends": 200, "status": "inReview"},
    {"app": "Webex", "ends": -120, "status": "closed"},  # the application is closed too, and still used
    {"app": "LastPass", "ends": 75, "notice": 60, "auto": 1},
    {"app": None, "ends": 40, "notice": 30, "auto": 0},  # names no application
    {"app": "Google Workspace", "ends": 300, "notice": 30, "auto": 1},
    {"app": "Google Workspace", "ends": 110, "notice": 30, "auto": 1},  # a second active one for the same application
    {"app": "Postman", "ends": 48, "amount": 0, "yearly": 0},
]
"""`ends` in days after `as_of`; `previous` is how many of the contracts just before it continues."""

_STATUSES = ("active",) * 12 + ("inReview",)
Term = dict[str, Any]


def contract_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `contracts`, ids from 1: the placed ones, then ordinary ones for paid applications."""
    by_name = {app.name: app for app in plan.portfolio}
    placed = {case["app"] for case in PLACED}
    others = [app for app in plan.portfolio if app.is_paid and app.has_contract and app.name not in placed]
    for number in range(1, plan.counts.contracts + 1):
        is_placed = number <= len(PLACED)
        term = PLACED[number - 1] if is_placed else _ordinary(draw)
        app = by_name.get(term["app"]) if is_placed else others[(number - len(PLACED) - 1) % len(others)]
        yield _row(draw, plan, number, term, app)


def _ordinary(draw: Draw) -> Term:
    months = draw.pick((12, 12, 12, 12, 24, 36, 1))
    ends = draw.between(-400, 500) if months > 1 else draw.between(1, 28)
    return {
        "ends": ends,
        "months": months,
        "status": "closed" if ends < 0 else "pipeline" if ends > 31 * months else draw.pick(_STATUSES),
        "auto": draw.pick((1, 1, 0, None)),
        "notice": draw.pick((30, 30, 60, 90, None)),
    }


def _row(draw: Draw, plan: Plan, number: int, term: Term, app: Software | None) -> dict[str, Any]:
    calendar = plan.calendar
    ends, months, notice = term["ends"], term.get("months", 12), term.get("notice")
    starts = -draw.between(200, 900) if ends is None else calendar.months_after(ends, -months) + 1
    amount, yearly, currency = _money(draw, term, app, months)
    owner = term["owner"] if "owner" in term else app.owner if app and app.owner else draw.pick(plan.people).id
    name = app.name if app else "Framework agreement"
    return {
        "id": number,
        "name": f"{name} {calendar.day(starts)[:4]}" if draw.chance(0.7) else f"{name} order form {1000 + number}",
        "idApp": app.id if app else None,
        "owner": owner if "owner" in term or draw.chance(0.95) else None,
        "status": term.get("status", "active"),
        "createdBy": draw.pick((1, 3, 3)),
        "creationTime": calendar.moment(min(starts, -1), draw.below(1440)),
        "source": draw.pick(("ui", "ui", "api", "import")),
        "startDate": calendar.day(starts),
        "endDate": None if ends is None else calendar.day(ends),
        "amount": amount,
        "currency": currency,
        "yearlyCost": yearly,
        "paymentTerm": term.get("term")
        or ("Monthly" if months == 1 else draw.pick(("Annual", "Annual", "Quarterly", "Upfront"))),
        "vendor": app.vendor if app else "Northwind Resellers",
        "billingEmail": draw.pick(("billing@acme.example", "ap@acme.example", None)),
        "description": draw.pick((None, "Renewed after review.", "Price cap of 5 % agreed.")),
        "previousContracts": json.dumps([number - back for back in range(term.get("previous", 0), 0, -1)]),
        "autoRenewal": term.get("auto"),
        "cancellationNoticePeriod": notice,
        "cancellationDeadline": None if ends is None or notice is None else calendar.day(ends - notice),
        "c_costCenter_1": f"CC-{draw.between(10, 20)}00" if draw.chance(0.5) else None,
        "c_legalEntity_2": draw.pick(("Acme Inc.", "Acme GmbH", "Acme Ltd", None)),
        "c_isThereAnNdaSigned_3": draw.pick((0, 1, None)),
        "c_reviewers_4": json.dumps([3, 4]) if draw.chance(0.2) else None,
        "c_signedDocument_5": f"contract-{number}.pdf" if draw.chance(0.4) else None,
    }


def _money(draw: Draw, term: Term, app: Software | None, months: int) -> tuple[int | None, int | None, str]:
    """The amount for the whole term, the cost per year (None if the tenant does not know it), and the currency."""
    currency = term.get("currency") or (app.currency if app else "USD")
    annual = app.annual if app else 2_400_000
    amount = max(annual, 50_000) * months // 12 // 100 * draw.between(85, 115)
    yearly = amount * 12 // months
    return term.get("amount", amount), term.get("yearly", yearly if draw.chance(0.9) else None), currency
