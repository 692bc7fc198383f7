"""Who uses which application, and with which licences."""

from collections.abc import Iterator

from promptkit.torii.generate.draw import Draw, converted
from promptkit.torii.generate.outline import Person, Plan, Rows, Software

_PLANS = ("Enterprise", "Business", "Viewer")
_ROLES = ("member",) * 12 + ("admin", "viewer", None)
_INACTIVE_DAYS = 60
"""The tenant's inactivity period: a seat not used for longer is inactive."""


def app_user_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `app_users` in the order of their key; counts the seats that are assigned."""
    for app in sorted(plan.portfolio, key=lambda app: app.id):
        yield from _users_of(draw, plan, app)


def license_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `licenses`: the assigned seats and some spare ones, which not every vendor reports."""
    for app in plan.portfolio:
        for number, key in enumerate(app.license_ids):
            active, inactive = plan.seats[key]
            tells = app.spare_share is not None
            spare = int((active + inactive) * (app.spare_share or 0)) if tells else draw.between(0, 10)
            yield {
                "id": key,
                "idApp": app.id,
                "name": f"{app.name} {_PLANS[number]}",
                "totalAmount": active + inactive + spare,
                "activeAmount": active,
                "inactiveAmount": inactive,
                "unassignedAmount": spare if tells else None,
                "pricePerLicense": _price(app, number),
                "currency": app.currency,
            }


def _users_of(draw: Draw, plan: Plan, app: Software) -> Rows:
    costs = {
        key: (_price(app, number), converted(_price(app, number), app.currency))
        for number, key in enumerate(app.license_ids)
    }
    sources = '["sso","extension"]' if app.is_tracked else '["oauth"]'
    for person in _choose(draw, plan, app):
        joined = -int(draw.random() * 900) - 1
        is_removed = _is_removed(draw, app, person)
        visited = None if not app.is_tracked else _visit_day(draw, joined, is_removed or app.is_abandoned)
        license_id, is_idle = None, False
        if costs and not is_removed and draw.random() < app.licensed_share:
            license_id = app.license_ids[0] if draw.random() < 0.8 else draw.pick(app.license_ids)
            is_idle = person.is_leaver or (visited is not None and visited < -_INACTIVE_DAYS)
            plan.seats[license_id][is_idle] += 1
        cost, cost_converted = costs[license_id] if license_id else (None, None)
        yield {
            "idApp": app.id,
            "idUser": person.id,
            "status": "deleted"
            if is_removed
            else "managed"
            if not app.exact_users and draw.random() < 0.01
            else "active",
            "externalStatus": "suspended" if is_removed else "active",
            "role": draw.pick(_ROLES),
            "score": None if visited is None else max(0, 100 + visited),
            "lastVisitTime": None if visited is None else plan.calendar.moment(visited, int(draw.random() * 1440)),
            "isSupportLastVisit": int(app.is_tracked),
            "creationTime": plan.calendar.moment(joined, 120),
            "creationTimeInApp": plan.calendar.moment(joined, 60) if app.is_tracked else None,
            "sources": sources,
            "idLicense": license_id,
            "isLicenseInactive": int(is_idle),
            "annualCost": cost,
            "currency": app.currency if license_id else None,
            "annualCostConverted": cost_converted,
            "isUserRemovedFromApp": int(is_removed),
        }


def _choose(draw: Draw, plan: Plan, app: Software) -> list[Person]:
    """The application's users in the order of their ids: mostly of the units it is for."""
    total = min(app.planned_users, len(plan.people))
    chosen: dict[int, Person] = {}
    homes = [person for team in app.used_by for person in plan.teams[team]]
    for crowd, share in ((homes, 0.75), (plan.people, 1.0)):
        wanted = min(len(crowd), int(total * share)) if crowd is homes else total - len(chosen)
        for person in _scattered(draw, crowd):
            if wanted <= 0:
                break
            if person.id not in chosen:
                chosen[person.id] = person
                wanted -= 1
    return [chosen[key] for key in sorted(chosen)]


def _scattered(draw: Draw, crowd: list[Person]) -> Iterator[Person]:
    """Everybody in `crowd` once, in steps of a prime number, which saves shuffling 100,000 people."""
    size = len(crowd)
    if size:
        start, jump = draw.below(size), draw.pick([prime for prime in (7, 11, 13, 17, 101, 1009) if size % prime])
        for number in range(size):
            yield crowd[(start + number * jump) % size]


def _is_removed(draw: Draw, app: Software, person: Person) -> bool:
    if app.exact_users:
        return False
    return app.is_abandoned or draw.random() < (0.85 if person.is_leaver else 0.03)


def _visit_day(draw: Draw, joined: int, is_gone: bool) -> int:
    """Day of the last visit, before `as_of`: most came last week, one in five not for two months."""
    share = draw.random()
    if is_gone:
        return min(-1, joined + int(share * 5))
    # Multiplied, because a power may differ in its last bit between C libraries.
    square = share * share
    return min(-1, int(joined * square * square * square * square))


def _price(app: Software, number: int) -> int:
    return app.price >> number
