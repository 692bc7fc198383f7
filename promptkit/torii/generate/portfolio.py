"""The applications: which ones, how many people use each, what it costs, and the cases every tenant must have."""

from collections.abc import Iterator
from typing import Any

from promptkit.torii.generate.draw import RATES_PERMILLE, Draw
from promptkit.torii.generate.outline import Plan, Product, Software
from promptkit.torii.generate.size import Counts
from promptkit.torii.generate.words import words

_OWNED = {"state": "sanctioned", "is_paid": True}
PLACED: dict[str, dict[str, Any]] = {
    "Google Workspace": {**_OWNED, "owner": 1},
    "Okta": {**_OWNED, "owner": 1},
    "Slack": {**_OWNED, "owner": 4},
    "Zoom": {**_OWNED, "licensed_share": 0.7, "spare_share": 0.05},
    "Jira": _OWNED,
    "GitHub": _OWNED,
    "NetSuite": {**_OWNED, "owner": 3},
    "Amazon Web Services": _OWNED,
    "Datadog": {**_OWNED, "currency": "GBP"},
    "Salesforce": {**_OWNED, "spare_share": None},  # the vendor does not say how many seats are unassigned
    "Figma": {**_OWNED, "owner": 8, "licensed_share": 1.0, "spare_share": 0.8},  # more licences than users
    "Notion": {**_OWNED, "owner": 5, "licensed_share": 0.4, "spare_share": 0.0},  # more users than licences
    "Zendesk": {**_OWNED, "owner": 9, "currency": "EUR"},
    "HubSpot": {**_OWNED, "owner": 6},
    "Box": {"owner": 11},
    "ClickUp": {"owner": 10},
    "Loom": {"owner": 5},
    "Webex": {"state": "closed", "is_paid": True, "is_tracked": True, "owner": 7},  # closed, yet used and paid
    "LastPass": {"state": "needToClose", "is_paid": True, "is_tracked": True},
    "Trello": {"state": "closed", "is_paid": False, "is_abandoned": True, "owner": 5},  # closed, and truly so
    "Dropbox": {"exact_users": 100},  # "more than 100 users" leaves it out
    "Miro": {"exact_users": 101, "owner": 5},
    "Grammarly": {"exact_users": 120, "is_hidden": True},
    "ChatGPT": {"state": "inReview", "is_paid": True, "has_contract": False, "owner": None},
    "Claude": {"state": "discovered", "is_paid": True, "has_contract": False, "owner": None},
    "Canva": {"state": "discovered", "is_paid": True, "has_contract": False, "owner": None},
    "Calendly": {"state": "sanctioned", "is_paid": True, "has_contract": False},
    "Intercom": {"state": "inReview", "owner": None},
    "Asana": {"state": "costOptimization", "is_paid": True},
    "monday.com": {"state": "evaluationPeriod", "is_paid": True, "currency": "ILS"},
}
"""By product; every size has these. Owners 6 to 11 left; 5 is the member with the role "App owner"."""

_INTERNAL_IDS = 900_000
"""The tenant's own applications have higher ids."""

_UNUSED = 60
"""From the catalogue's last products, so that even in the largest tenant being in the catalogue does not mean use."""

_LIVE_STATES = ("sanctioned",) * 8 + ("discovered", "inReview", "evaluationPeriod", "costOptimization")
_TAIL_STATES = ("discovered",) * 12 + ("sanctioned",) * 4 + ("inReview", "evaluationPeriod", "needToClose", "closed")

_METERED = {"Amazon Web Services": 60_000, "Snowflake": 22_000, "Datadog": 18_000}
"""Paid by use, not by seat: display cents per year for each user in the tenant."""


def draw_portfolio(draw: Draw, plan: Plan) -> list[Software]:
    """The tenant's applications, most used first."""
    identities = list(_identities(draw, plan.counts, plan.catalogue))
    fixed = {rank: PLACED.get(product.name, {}).get("exact_users", 0) for rank, product in enumerate(identities)}
    planned = planned_users(plan.counts, {rank: users for rank, users in fixed.items() if users})
    return [_software(draw, rank, planned, product, plan) for rank, product in enumerate(identities)]


def planned_users(counts: Counts, fixed: dict[int, int]) -> list[int]:
    """Users of each application by rank: as 1 / rank (Zipf) but for `fixed`; the sum is `counts.app_users`."""
    most, plan, scale = counts.users * 24 // 25, [0], 0.0
    while sum(plan) < counts.app_users:
        scale = scale * 1.02 + 1
        plan = [fixed.get(rank) or min(most, 1 + int(scale / (rank + 0.5))) for rank in range(counts.apps)]
    surplus = sum(plan) - counts.app_users
    for rank in range(counts.apps):
        cut = 0 if rank in fixed else min(surplus, plan[rank] // 10)
        plan[rank] -= cut
        surplus -= cut
    return plan


def _identities(draw: Draw, counts: Counts, catalogue: list[Product]) -> Iterator[Product]:
    """Real products first, then invented ones of the long tail; the tenant's own are spread between."""
    step = counts.apps // counts.custom_apps
    real, invented = iter(catalogue[:-_UNUSED]), 0
    for rank in range(counts.apps):
        if rank % step == step - 3:
            yield _internal(rank // step)
        elif product := next(real, None):
            yield product
        else:
            yield _invented(draw, invented, catalogue)
            invented += 1


def _internal(number: int) -> Product:
    names = words("internal")
    again = number // len(names)
    name = f"Acme {names[number % len(names)]}{f' {again + 1}' if again else ''}"
    return Product(_INTERNAL_IDS + 1 + number, name, "", "", f"https://apps.acme.example/{number + 1}", ())


def _invented(draw: Draw, number: int, catalogue: list[Product]) -> Product:
    starts, ends = words("tail"), words("tail_ends")
    name = starts[number % len(starts)] + ends[number // len(starts) % len(ends)]
    category = draw.pick(catalogue).category if draw.chance(0.7) else ""
    return Product(500_001 + number, name, category, "", f"https://{name.lower()}.example", ())


def _software(draw: Draw, rank: int, planned: list[int], product: Product, plan: Plan) -> Software:
    placed = PLACED.get(product.name, {})
    currency = placed.get("currency") or draw.pick(("USD",) * 14 + ("EUR",) * 3 + ("GBP",) * 2 + ("ILS",))
    is_top = rank < len(planned) // 3
    app = Software(
        id=product.id,
        name=product.name,
        category=product.category or None,
        vendor=product.vendor or None,
        url=product.url,
        used_by=product.used_by,
        currency=currency,
        price=draw.between(50, 1500) * 100_000 // RATES_PERMILLE[currency],
        planned_users=planned[rank],
        state=draw.pick(_LIVE_STATES if is_top else _TAIL_STATES),
        is_paid=draw.chance(0.8 if is_top else 0.5),
        is_tracked=draw.chance(0.8),
        licensed_share=0.5 + draw.random() / 2,
        spare_share=draw.pick((None, 0.0, 0.1, 0.2, 0.35)),
    )
    app.owner = _owner(draw, app, plan)
    for name, value in placed.items():
        setattr(app, name, value)
    app.is_custom = product.id > _INTERNAL_IDS
    app.is_paid = app.is_paid and not app.is_custom
    _price(draw, rank, app, plan)
    return app


def _owner(draw: Draw, app: Software, plan: Plan) -> int | None:
    if draw.chance(0.12):
        return None
    choice = plan.teams[draw.pick(app.used_by)] if app.used_by else plan.people
    return draw.pick(choice or plan.people).id


def _price(draw: Draw, rank: int, app: Software, plan: Plan) -> None:
    """Fill in what a year costs and which licences there are."""
    if app.name in _METERED:
        app.annual = _METERED[app.name] * plan.counts.users * 1000 // RATES_PERMILLE[app.currency]
        return
    app.annual = int(app.price * app.planned_users * app.licensed_share)
    if app.is_paid and (app.name in PLACED or draw.chance(0.8)):
        app.license_ids = [4 * rank + number for number in range(1, draw.between(1, 3) + 1)]
