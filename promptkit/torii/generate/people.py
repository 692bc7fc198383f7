"""The users: five named members, placed cases, and everybody else."""

import json
from collections import Counter
from typing import Any
from unicodedata import normalize

from promptkit.torii.generate.departments import cost_center, departments, draw_team
from promptkit.torii.generate.draw import Calendar, Draw
from promptkit.torii.generate.outline import Person, Plan, Rows
from promptkit.torii.generate.words import words

ROLES = [
    ("admin", "Admin", "Sees and does everything", 1),
    ("readOnly", "Read-only", "Sees all data, changes nothing", 0),
    ("procurement", "Procurement", "Contracts and spend, no personal user data", 0),
    ("itAdmin", "IT Admin", "Daily operation, no financial data", 0),
    ("appOwner", "App owner", "Only the applications this person owns", 0),
]

MEMBERS = range(1, 6)
"""Users who may sign in; user N holds role N."""

LEAVERS = range(6, 12)
"""Users who left and, by `portfolio.OWNERS`, still own applications."""

NAMES = {
    1: ("Dana", "Levi"), 2: ("Ruth", "Okafor"), 3: ("Pavel", "Novák"), 4: ("Ines", "Moreau"), 5: ("Omar", "Haddad"),
    12: ("Alex", "Kim"), 13: ("Alex", "Kim"),  # two people with the same name
}  # fmt: skip

_OFFBOARDED = {"lifecycleStatus": "offboarded", "isDeletedInIdentitySources": 1, "status": "deleted"}
PLACED: dict[int, dict[str, Any]] = {
    **{number: {"lifecycleStatus": "active", "isDeletedInIdentitySources": 0, "isEmployee": 1} for number in MEMBERS},
    6: _OFFBOARDED,
    7: _OFFBOARDED,
    8: _OFFBOARDED,
    9: {"lifecycleStatus": "offboarded", "isDeletedInIdentitySources": 0},
    10: {"lifecycleStatus": "active", "isDeletedInIdentitySources": 1},  # the sources need not agree
    11: {"lifecycleStatus": "offboarding", "isDeletedInIdentitySources": 0},
    14: {"firstName": None, "lastName": None, "status": "invited"},
    20: {"department": "Eng", "gsuite_department": "Engineering", "okta_department": "R&D"},
    21: {"department": "Engineering ", "gsuite_department": None},
    22: {"department": "R&D"},
    23: {"department": None, "okta_department": "Sales"},
    24: {"department": "Sales;Marketing"},
    25: {"department": "Skunkworks"},
    26: {"department": "", "gsuite_department": None, "okta_department": None},
}
"""By user id; every size has these."""

_PLACES = [
    ("United States", "Acme Inc."), ("United States", "Acme Inc."), ("United States", "Acme Inc."),
    ("Germany", "Acme GmbH"), ("France", "Acme GmbH"), ("United Kingdom", "Acme Ltd"),
    ("Israel", "Acme Israel Ltd"), ("India", None),
]  # fmt: skip
_TITLES = ("Manager", "Specialist", "Lead", "Associate", "Director", "Analyst")
_KINDS = ("employee",) * 89 + ("external",) * 6 + ("contractor",) * 3 + ("bot",) * 2
_LIFECYCLES = (
    [("active", 0)] * 84 + [("offboarded", 1)] * 11 + [("offboarded", 0), ("offboarding", 0)] * 2 + [("active", 1)]
)
"""Lifecycle status, and whether the identity source dropped the user."""

_ACCOUNTS = (("svc", "bot", "shared", "integration"), ("backup", "ci", "reporting", "billing", "sync"))


def role_rows(_draw: Draw, _plan: Plan) -> Rows:
    """The five predefined roles; ids 1 to 5."""
    for number, (key, name, description, is_admin) in enumerate(ROLES, 1):
        yield {"id": number, "systemKey": key, "name": name, "description": description, "isAdmin": is_admin}


def user_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `users` with ids from 1, each also added to the plan."""
    seen: Counter[str] = Counter()
    for number in range(1, plan.counts.users + 1):
        team = draw_team(draw)
        row = _identity(draw, number, seen) | departments(draw, team) | _position(draw, team, plan.people)
        row |= {"status": _membership(draw, row["lifecycleStatus"])} | PLACED.get(number, {})
        row |= _times(draw, plan.calendar, bool(row["isDeletedInIdentitySources"]))
        is_leaver = row["lifecycleStatus"] == "offboarded" or bool(row["isDeletedInIdentitySources"])
        person = Person(number, row["email"], team, is_leaver)
        plan.people.append(person)
        plan.teams[team].append(person)
        yield row


def _identity(draw: Draw, number: int, seen: Counter[str]) -> dict[str, Any]:
    kind = draw.pick(_KINDS) if number > 30 else "employee"
    kind = {31: "external", 32: "bot", 33: "contractor"}.get(number, kind)
    first, last = NAMES.get(number) or _name(draw, kind)
    lifecycle, is_deleted = draw.pick(_LIFECYCLES)
    return {
        "id": number,
        "idOrg": 1,
        "firstName": first,
        "lastName": last,
        "email": _email(first, last, "partner.example" if kind == "external" else "acme.example", seen),
        "idRole": number if number in MEMBERS else None,
        "photoUrl": f"https://photos.acme.example/{number}.png" if draw.chance(0.6) else None,
        "lifecycleStatus": lifecycle,
        "isDeletedInIdentitySources": is_deleted,
        "isExternal": int(kind == "external"),
        "isEmployee": int(kind == "employee"),
        "isNonHuman": int(kind == "bot"),
        "additionalEmails": json.dumps([f"u{number}@acme-labs.example"] if draw.chance(0.05) else []),
    }


def _name(draw: Draw, kind: str) -> tuple[str, str]:
    first, last = _ACCOUNTS if kind == "bot" else (words("first"), words("last"))
    return draw.pick(first), draw.pick(last)


def _membership(draw: Draw, lifecycle: str) -> str:
    if lifecycle == "offboarded":
        return draw.pick(("deleted", "reporting"))
    return draw.pick(("reporting",) * 18 + ("active", "invited"))


def _email(first: str, last: str, domain: str, seen: Counter[str]) -> str:
    local = normalize("NFKD", f"{first}.{last}".lower()).encode("ascii", "ignore").decode().replace("'", "")
    seen[local] += 1
    return f"{local}{seen[local] if seen[local] > 1 else ''}@{domain}"


def _position(draw: Draw, team: str, before: list[Person]) -> dict[str, str | None]:
    country, entity = draw.pick(_PLACES)
    return {
        "jobTitle": f"{team} {draw.pick(_TITLES)}" if draw.chance(0.9) else None,
        "manager": before[draw.below(min(len(before), 400))].email if before and draw.chance(0.93) else None,
        "costCenter": cost_center(team) if draw.chance(0.88) else None,
        "country": country,
        "legalEntity": entity,
    }


def _times(draw: Draw, calendar: Calendar, is_deleted: bool) -> dict[str, str | None]:
    joined = -draw.between(30, 2200)
    return {
        "creationTime": calendar.moment(joined, draw.below(1440)),
        "identitySourcesDeletionTime": calendar.moment(joined + draw.below(-joined), 120) if is_deleted else None,
    }
