"""Units of the company, and how three sources misspell, shorten, merge and keep them after they are closed."""

from promptkit.torii.generate.draw import Draw

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
"""Each unit's name and its other spellings, the largest unit first."""

RETIRED = ("Skunkworks", "Growth Hacking", "Legacy Platform")
"""Closed units that some users still have."""

_WEIGHTED = [team for rank, team in enumerate(TEAMS) for _ in range(12 - rank)]


def draw_team(draw: Draw) -> str:
    """A unit, larger ones more often."""
    return draw.pick(_WEIGHTED)


def departments(draw: Draw, team: str) -> dict[str, str | None]:
    """The unit as the HR system, Google and Okta write it: mostly alike, but not always."""
    return {
        "department": _told(draw, team, noise=0.12, missing=0.04),
        "gsuite_department": _told(draw, team, noise=0.06, missing=0.08),
        "okta_department": _told(draw, team, noise=0.08, missing=0.03),
    }


def cost_center(team: str) -> str:
    """The unit's cost centre."""
    return f"CC-{1000 + 100 * list(TEAMS).index(team)}"


def _told(draw: Draw, team: str, *, noise: float, missing: float) -> str | None:
    chance = draw.random()
    if chance < missing:
        return None if chance < missing * 0.8 else ""
    if chance < missing + noise:
        return draw.pick(TEAMS[team])
    return draw.pick(RETIRED) if chance > 0.98 else team
