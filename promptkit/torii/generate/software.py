"""The applications and their owners: how many use each, what each costs, and the cases every tenant must hold."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from promptkit.torii.generate.catalogue import Product
from promptkit.torii.generate.draw import RATES_PERMILLE, Calendar, Draw
from promptkit.torii.generate.people import People
from promptkit.torii.generate.size import Counts

PLACED: dict[str, dict[str, Any]] = {
    "Webex": {"state": "closed", "is_paid": True, "is_tracked": True},  # closed, yet used and paid
    "LastPass": {"state": "needToClose", "is_paid": True, "is_tracked": True},
    "Trello": {"state": "closed", "is_paid": False, "is_abandoned": True},  # closed, and truly so
    "Dropbox": {"exact_users": 100},  # "more than 100 users" leaves it out
    "Miro": {"exact_users": 101},
    "Grammarly": {"exact_users": 120, "is_hidden": True},
    "ChatGPT": {"state": "inReview", "is_paid": True, "has_contract": False},
    "Claude": {"state": "discovered", "is_paid": True, "has_contract": False},
    "Canva": {"state": "discovered", "is_paid": True, "has_contract": False},
    "Calendly": {"state": "sanctioned", "is_paid": True, "has_contract": False},
    "Intercom": {"state": "inReview"},
    "Asana": {"state": "costOptimization", "is_paid": True},
    "monday.com": {"state": "evaluationPeriod"},
    "Google Workspace": {"state": "sanctioned", "is_paid": True},
    "Slack": {"state": "sanctioned", "is_paid": True},
    "Zoom": {"state": "sanctioned", "is_paid": True, "licensed_share": 0.7, "spare_share": 0.05},
    "Okta": {"state": "sanctioned", "is_paid": True},
    "Salesforce": {"state": "sanctioned", "is_paid": True, "spare_share": None},
    "Figma": {"state": "sanctioned", "is_paid": True, "licensed_share": 1.0, "spare_share": 0.8},
    "Notion": {"state": "sanctioned", "is_paid": True, "licensed_share": 0.4, "spare_share": 0.0},
}
"""By product; every size holds these."""

OWNERS = {
    "Figma": 8, "Zendesk": 9, "HubSpot": 6, "ClickUp": 10, "Box": 11,  # leavers
    "Notion": 5, "Miro": 5, "Loom": 5, "Trello": 5,  # what the member with the role "App owner" sees
    "Google Workspace": 1, "Okta": 1, "NetSuite": 3, "Slack": 4,
    "ChatGPT": None, "Claude": None, "Intercom": None, "Canva": None,
}  # fmt: skip
"""Primary owner by product; None is nobody."""

_STATES = (
    ("discovered",) * 9
    + ("sanctioned",) * 6
    + ("inReview", "evaluationPeriod", "costOptimization", "needToClose", "closed")
)
_METERED = {"Cloud infrastructure": 60_000, "Data warehouse": 22_000, "Observability": 18_000}
"""Categories paid by use, not by seat: cents a year for each user of the tenant."""

_TAIL = (
    "Amber Birch Cobalt Delta Ember Falcon Granite Harbor Indigo Juniper Kite Lumen Maple Nimbus Onyx Pixel Quartz River "
    "Sable Tidal Umbra Vivid Willow Xenon Yonder Zephyr Bright Clear North Silver Swift Quiet Rapid Prime Solid Lucky"
).split()
_TAIL_ENDS = (
    "Base Board Bot Cast Desk Dock Draft Flow Form Grid Hub Kit Lane Ledger Lens Link List Loop Mail Map Metrics Note Pad "
    "Pay Plan Point Port Pulse Scan Sheet Sign Space Stack Sync Tab Task Track Vault View Works"
).split()
_INTERNAL = (
    "Expense Portal",
    "Release Console",
    "Partner Directory",
    "Field Tracker",
    "Badge Desk",
    "Rota",
    "Lab Booking",
    "Price Book",
)


@dataclass
class Software:
    """One application of the tenant, as the other parts see it; money in minor units of `currency`."""

    id: int
    name: str
    category: str | None
    vendor: str | None
    url: str
    used_by: tuple[str, ...]
    planned_users: int
    price: int
    annual: int
    currency: str
    is_custom: bool = False
    state: str = "discovered"
    owner: int | None = None
    is_paid: bool = False
    is_tracked: bool = True
    is_hidden: bool = False
    is_abandoned: bool = False
    has_contract: bool = True
    exact_users: int | None = None
    licensed_share: float = 0.85
    spare_share: float | None = 0.15
    license_ids: list[int] = field(default_factory=list)


def portfolio(draw: Draw, counts: Counts, catalogue: list[Product], people: People) -> list[Software]:
    """The tenant's applications, most used first."""
    planned = user_plan(counts)
    identities = _identities(draw, counts, catalogue)
    return [_software(draw, rank, planned, product, people) for rank, product in enumerate(identities)]


def user_plan(counts: Counts) -> list[int]:
    """Users of each application by rank: shares fall as 1 / rank (Zipf), and the sum is `counts.app_users`."""
    most = counts.users * 24 // 25
    weights = [1 / (rank + 0.5) for rank in range(counts.apps)]
    scale = 0.0
    plan = [0] * counts.apps
    while sum(plan) < counts.app_users:
        scale = scale * 1.02 + 1
        plan = [min(most, max(1, int(weight * scale))) for weight in weights]
    surplus = sum(plan) - counts.app_users
    for rank in range(counts.apps):
        cut = min(surplus, plan[rank] // 10)
        plan[rank] -= cut
        surplus -= cut
    return plan


def app_rows(draw: Draw, calendar: Calendar, portfolio: list[Software], people: People) -> Iterator[dict[str, Any]]:
    """A row of `apps` for each application."""
    for rank, app in enumerate(portfolio):
        found = -draw.between(20, 1500) if rank % 12 else -draw.between(1, 29)
        yield {
            "id": app.id,
            "name": app.name,
            "primaryOwner": app.owner,
            "state": app.state,
            "category": app.category,
            "url": app.url,
            "imageUrl": f"https://images.torii.example/{app.id}.png",
            "description": _description(app) if rank % 5 else None,
            "tags": draw.pick(("", "", "core", "core,sso", "pilot", "gdpr,finance")),
            "score": round(draw.random() * 10, 1) if app.is_tracked else None,
            "isCustom": int(app.is_custom),
            "addedBy": 1 if app.is_custom else None,
            "creationTime": calendar.moment(found, draw.below(1440)),
            "isHidden": int(app.is_hidden),
            "sources": json.dumps(_sources(draw, app)),
            "vendor": app.vendor,
            **_custom_fields(draw, rank, app, people),
        }


def owner_rows(draw: Draw, portfolio: list[Software], people: People) -> Iterator[dict[str, Any]]:
    """Rows of `app_owners`: the primary owner, and on some applications others."""
    for app in portfolio:
        owners = {app.owner} if app.owner else set()
        if owners and draw.chance(0.25):
            owners.add(draw.pick(people.everyone).id)
        yield from ({"idApp": app.id, "idUser": owner} for owner in sorted(owners))


def _identities(draw: Draw, counts: Counts, catalogue: list[Product]) -> list[Product]:
    """Real products first, then invented ones of the long tail, with the tenant's own spread between."""
    step = counts.apps // counts.custom_apps
    real = iter(catalogue)
    identities = []
    for rank in range(counts.apps):
        if rank % step == step - 3:
            identities.append(_internal(rank // step))
        else:
            identities.append(next(real, None) or _tail(draw, rank, catalogue))
    return identities


def _internal(number: int) -> Product:
    again = number // len(_INTERNAL)
    name = f"Acme {_INTERNAL[number % len(_INTERNAL)]}{f' {again + 1}' if again else ''}"
    return Product(900_001 + number, name, "", "", f"https://apps.acme.example/{number + 1}", ())


def _tail(draw: Draw, rank: int, catalogue: list[Product]) -> Product:
    # 37 and 41 have no common factor, so no name comes twice before all 36 * 41 pairs are used.
    name = _TAIL[rank % len(_TAIL)] + _TAIL_ENDS[rank // len(_TAIL) % len(_TAIL_ENDS)]
    again = rank // (len(_TAIL) * len(_TAIL_ENDS))
    category = draw.pick(catalogue).category if draw.chance(0.7) else ""
    suffix = f" {again + 1}" if again else ""
    return Product(500_001 + rank, name + suffix, category, "", f"https://{name.lower()}{again or ''}.example", ())


def _software(draw: Draw, rank: int, planned: list[int], product: Product, people: People) -> Software:
    currency = draw.pick(("USD",) * 14 + ("EUR",) * 3 + ("GBP",) * 2 + ("ILS",))
    price = draw.between(50, 1500) * 100_000 // RATES_PERMILLE[currency]
    app = Software(
        product.id, product.name, product.category or None, product.vendor or None, product.url, product.used_by,
        planned[rank], price, 0, currency, is_custom=product.id > 900_000,
        state=draw.pick(_STATES), is_paid=draw.chance(0.65 if rank < len(planned) // 4 else 0.45),
        is_tracked=draw.chance(0.8), licensed_share=0.5 + draw.random() / 2,
        spare_share=None if draw.chance(0.35) else draw.random() / 3,
    )  # fmt: skip
    app.owner = OWNERS[app.name] if app.name in OWNERS else _owner(draw, app, people)
    for name, value in PLACED.get(app.name, {}).items():
        setattr(app, name, value)
    app.is_paid = app.is_paid and not app.is_custom
    app.planned_users = app.exact_users or app.planned_users
    metered = _METERED.get(app.category or "", 0) * len(people.everyone) * 1000 // RATES_PERMILLE[currency]
    app.annual = metered or int(app.price * app.planned_users * app.licensed_share)
    app.license_ids = _license_ids(draw, rank, app, bool(metered))
    return app


def _owner(draw: Draw, app: Software, people: People) -> int | None:
    if draw.chance(0.12):
        return None
    choice = people.by_team[draw.pick(app.used_by)] if app.used_by else people.everyone
    return draw.pick(choice or people.everyone).id


def _license_ids(draw: Draw, rank: int, app: Software, is_metered: bool) -> list[int]:
    if not app.is_paid or is_metered or (app.name not in PLACED and draw.chance(0.2)):
        return []
    return [4 * rank + number for number in range(1, draw.between(1, 3) + 1)]


def _description(app: Software) -> str:
    return f"{app.name}, {app.category.lower()}." if app.category else f"{app.name}."


def _sources(draw: Draw, app: Software) -> list[str]:
    sources = ["sso", "extension"] if app.is_tracked else ["oauth"]
    return sources + (["expenses"] if app.is_paid else []) + (["integration"] if draw.chance(0.3) else [])


def _custom_fields(draw: Draw, rank: int, app: Software, people: People) -> dict[str, Any]:
    """The tenant's own fields, filled in as people fill in fields: here and there."""
    unit = app.used_by[0] if app.used_by else "Company-wide"
    return {
        "c_businessUnit_1": draw.pick((unit, unit, unit, None, f"{unit} ")),
        "c_costCenter_2": f"CC-{draw.between(10, 20)}00" if draw.chance(0.6) else None,
        "c_dataClassification_3": draw.pick(("public", "internal", "confidential", None)),
        "c_regions_4": json.dumps(draw.pick((["amer"], ["amer", "emea"], ["emea", "apac"])))
        if draw.chance(0.5)
        else None,
        "c_securityReviewer_5": draw.pick(people.everyone).id if draw.chance(0.3) else None,
        "c_securityReport_6": f"report-{app.id}.pdf" if draw.chance(0.2) else None,
        "c_supportEmail_7": f"support@vendor{app.id}.example" if draw.chance(0.4) else None,
        "ccf_paymentCard": f"**** **** **** {draw.between(1000, 9999)}" if app.is_paid and draw.chance(0.3) else None,
        "c_adminAccount_8": f"acme-{app.id}" if rank % 3 == 0 else None,
    }
