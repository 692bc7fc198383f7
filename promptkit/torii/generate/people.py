"""The users: five named members, placed leavers, and everybody else; their departments as several sources tell them."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from promptkit.torii.generate.draw import Calendar, Draw

ROLES = [
    ("admin", "Admin", "Sees and does everything", 1),
    ("readOnly", "Read-only", "Sees all data, changes nothing", 0),
    ("procurement", "Procurement", "Contracts and spend, no personal user data", 0),
    ("itAdmin", "IT Admin", "Daily operation, no financial data", 0),
    ("appOwner", "App owner", "Only the applications this person owns", 0),
]

MEMBERS = [("Dana", "Levi"), ("Ruth", "Okafor"), ("Pavel", "Novák"), ("Ines", "Moreau"), ("Omar", "Haddad")]
"""Users 1 to 5; user N holds role N."""

LEAVERS = range(6, 12)
"""Users who left and, by `software.OWNERS`, still own applications."""

TEAMS = {
    "Engineering": ("Eng", "Engineering ", "R&D", "engineering"),
    "Sales": ("Sales EMEA", "sales", "Sales;Marketing", "Field Sales (old)"),
    "Customer Success": ("CS", "Customer Succes", "Support"),
    "Marketing": ("Mktg", "Sales;Marketing", "Growth"),
    "Product": ("Product Mgmt", "product ", "Product;Design"),
    "Operations": ("Ops", "Operations - EMEA"),
    "IT": ("Information Technology", "IT;Security"),
    "Finance": ("Fin", "Finance & Accounting"),
    "People": ("HR", "Human Resources", "People Ops"),
    "Design": ("UX", "Product;Design"),
    "Legal": ("Legal & Compliance",),
}
"""Each unit's name and how sources misspell, shorten, merge or outlive it, the largest unit first."""

_RETIRED = ("Skunkworks", "Growth Hacking", "Legacy Platform")
_WEIGHTED_TEAMS = [team for rank, team in enumerate(TEAMS) for _ in range(12 - rank)]
_FIRST = (
    "Aaron Abigail Aisha Alejandro Amara Amir Anders Andrea Anika Anna Ariel Astrid Ben Bianca Björn Camila Carlos Chen "
    "Chloé Clara Daniel David Diego Elena Eli Emma Erik Esther Fatima Felix Gabriel Giulia Grace Hana Hassan Hugo Ibrahim "
    "Ingrid Isabel Ivan Jack Jada James Jin Jonas José Julia Kai Karim Kavya Kenji Lars Layla Leo Liam Lin Lucía Maja Marco "
    "Maria Mateo Maya Mei Mia Michal Mina Nadia Naomi Nikhil Nina Noa Noah Olga Oliver Omri Paolo Paula Priya Rafael Rania "
    "Ravi Renée Rosa Sam Sana Sara Sebastian Sofia Stefan Tal Tariq Tomás Uma Victor Wei Yael Yusuf Zara Zoë"
).split()
_LAST = (
    "Adams Adeyemi Ahmed Almeida Andersen Bauer Becker Ben-David Bergström Bianchi Brown Castillo Chan Chowdhury Clark Cohen "
    "Costa Dahl Das Davis Diaz Dubois Eriksen Evans Fischer Fernández Friedman Garcia Gonçalves Green Gupta Hansen Harris "
    "Hernández Hoffmann Hughes Ito Jackson Jansen Johnson Jones Kaur Keller Khan Kim King Klein Kowalski Kumar Larsen Laurent "
    "Lee Lewis Lim Lopez Mancini Martin Mehta Meyer Miller Mizrahi Moore Müller Nakamura Nguyen Nielsen Novak O'Brien Olsen "
    "Park Patel Peretz Pérez Petrov Ramos Rao Reyes Ricci Robinson Rossi Sánchez Sato Schmidt Shapiro Sharma Silva Singh "
    "Smith Suzuki Svensson Tanaka Taylor Thomas Torres Tran Turner Vargas Walker Wang Weber Weiss White Wilson Wong Yilmaz"
).split()
_PLACES = [
    ("United States", "Acme Inc."),
    ("United States", "Acme Inc."),
    ("United States", "Acme Inc."),
    ("Germany", "Acme GmbH"),
    ("United Kingdom", "Acme Ltd"),
    ("Israel", "Acme Israel Ltd"),
    ("France", "Acme GmbH"),
    ("India", None),
]
_TITLES = ("Manager", "Specialist", "Lead", "Associate", "Director", "Analyst")


@dataclass
class Person:
    """What the other parts need to know of a user."""

    id: int
    email: str
    team: str
    is_leaver: bool
    is_external: bool
    department: str | None


@dataclass
class People:
    """Every user, by id and by true unit, in the order of their ids."""

    everyone: list[Person] = field(default_factory=list)
    by_team: dict[str, list[Person]] = field(default_factory=lambda: {team: [] for team in TEAMS})

    def add(self, person: Person) -> None:
        """Remember one user."""
        self.everyone.append(person)
        self.by_team[person.team].append(person)


def role_rows() -> Iterator[dict[str, Any]]:
    """The five predefined roles; ids 1 to 5."""
    for number, (key, name, description, is_admin) in enumerate(ROLES, 1):
        yield {"id": number, "systemKey": key, "name": name, "description": description, "isAdmin": is_admin}


def user_rows(draw: Draw, calendar: Calendar, count: int, people: People) -> Iterator[dict[str, Any]]:
    """`count` rows of users with ids from 1, each also added to `people`."""
    seen: Counter[str] = Counter()
    for number in range(1, count + 1):
        row = _user(draw, calendar, number, seen)
        team = draw.pick(_WEIGHTED_TEAMS)
        row.update(_departments(draw, team, number))
        row.update(_position(draw, team, people.everyone))
        is_leaver = row["lifecycleStatus"] == "offboarded"
        people.add(Person(number, row["email"], team, is_leaver, bool(row["isExternal"]), row["department"]))
        yield row


def _user(draw: Draw, calendar: Calendar, number: int, seen: Counter[str]) -> dict[str, Any]:
    is_member, is_non_human = number <= len(MEMBERS), number > len(LEAVERS) + 5 and draw.chance(0.02)
    is_external = number > len(LEAVERS) + 5 and not is_non_human and draw.chance(0.05)
    first, last = MEMBERS[number - 1] if is_member else _name(draw, is_non_human)
    joined = -draw.between(30, 2200)
    lifecycle, is_deleted = ("active", 0) if is_member or is_non_human else _lifecycle(draw, number)
    return {
        "id": number,
        "idOrg": 1,
        "firstName": first,
        "lastName": last,
        "email": _email(first, last, "partner.example" if is_external else "acme.example", seen),
        "creationTime": calendar.moment(joined, draw.below(1440)),
        "idRole": number if is_member else None,
        "photoUrl": f"https://photos.acme.example/{number}.png" if draw.chance(0.6) else None,
        "status": "active" if is_member else _membership(draw, lifecycle),
        "lifecycleStatus": lifecycle,
        "isDeletedInIdentitySources": is_deleted,
        "identitySourcesDeletionTime": calendar.moment(joined + draw.below(-joined), 120) if is_deleted else None,
        "isExternal": int(is_external),
        "isEmployee": int(not is_external and not is_non_human),
        "isNonHuman": int(is_non_human),
        "additionalEmails": json.dumps([f"{number}@acme-labs.example"] if draw.chance(0.05) else []),
    }


def _name(draw: Draw, is_non_human: bool) -> tuple[str | None, str | None]:
    if is_non_human:
        return draw.pick(("svc", "bot", "shared", "integration")), draw.pick(
            ("backup", "ci", "reporting", "billing", "sync")
        )
    return (draw.pick(_FIRST), draw.pick(_LAST))


def _lifecycle(draw: Draw, number: int) -> tuple[str, int]:
    """Lifecycle status and whether the identity source dropped the user; the two need not agree."""
    if number in LEAVERS:
        return [("offboarded", 1), ("offboarded", 0), ("active", 1), ("offboarding", 0)][number % 4]
    chance = draw.random()
    if chance < 0.11:
        return "offboarded", 1
    if chance < 0.13:
        return "offboarded", 0
    if chance < 0.14:
        return "offboarding", 0
    return "active", int(chance > 0.99)


def _membership(draw: Draw, lifecycle: str) -> str:
    if lifecycle == "offboarded":
        return draw.pick(("deleted", "reporting"))
    return draw.pick(("reporting",) * 18 + ("active", "invited"))


def _email(first: str | None, last: str | None, domain: str, seen: Counter[str]) -> str:
    local = normalize("NFKD", f"{first}.{last}".lower()).encode("ascii", "ignore").decode().replace("'", "")
    seen[local] += 1
    again = seen[local]
    return f"{local}{again if again > 1 else ''}@{domain}"


def _departments(draw: Draw, team: str, number: int) -> dict[str, str | None]:
    """The unit as the HR system, Google and Okta tell it: mostly alike, never quite."""
    return {
        "department": _noisy(draw, team, 0.22, 0.06),
        "gsuite_department": _noisy(draw, team, 0.10, 0.15),
        "okta_department": draw.pick(TEAMS[team]) if number % 9 == 0 else _noisy(draw, team, 0.12, 0.04),
    }


def _noisy(draw: Draw, team: str, noise: float, missing: float) -> str | None:
    chance = draw.random()
    if chance < missing:
        return None if chance < missing * 0.8 else ""
    if chance < missing + noise:
        return draw.pick(TEAMS[team])
    return draw.pick(_RETIRED) if chance > 0.98 else team


def _position(draw: Draw, team: str, before: list[Person]) -> dict[str, str | None]:
    country, entity = draw.pick(_PLACES)
    return {
        "jobTitle": f"{team} {draw.pick(_TITLES)}" if draw.chance(0.9) else None,
        "manager": before[draw.below(min(len(before), 400))].email if before and draw.chance(0.93) else None,
        "costCenter": f"CC-{1000 + 100 * list(TEAMS).index(team)}" if draw.chance(0.88) else None,
        "country": country,
        "legalEntity": entity,
    }
