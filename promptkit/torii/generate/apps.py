"""The rows of the applications and of their owners."""

import json
from typing import Any

from promptkit.torii.generate.draw import Draw
from promptkit.torii.generate.outline import Plan, Rows, Software
from promptkit.torii.generate.portfolio import draw_portfolio


def app_rows(draw: Draw, plan: Plan) -> Rows:
    """A row of `apps` for each application; every twelfth was found in the last 30 days."""
    plan.portfolio.extend(draw_portfolio(draw, plan))
    for rank, app in enumerate(plan.portfolio):
        discovered = -draw.between(31, 1500) if rank % 12 else -draw.between(1, 29)
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
            "score": draw.below(101) / 10 if app.is_tracked else None,
            "isCustom": int(app.is_custom),
            "addedBy": 1 if app.is_custom else None,
            "creationTime": plan.calendar.moment(discovered, draw.below(1440)),
            "isHidden": int(app.is_hidden),
            "sources": json.dumps(_sources(draw, app)),
            "vendor": app.vendor,
            **_custom_fields(draw, app, plan),
        }


def owner_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `app_owners`: the primary owner, and for some applications another one."""
    for app in plan.portfolio:
        owners = {app.owner} if app.owner else set()
        if owners and draw.chance(0.25):
            owners.add(draw.pick(plan.people).id)
        yield from ({"idApp": app.id, "idUser": owner} for owner in sorted(owners))


def _description(app: Software) -> str:
    return f"{app.name}, {app.category.lower()}." if app.category else f"{app.name}."


def _sources(draw: Draw, app: Software) -> list[str]:
    sources = ["sso", "extension"] if app.is_tracked else ["oauth"]
    return sources + (["expenses"] if app.is_paid else []) + (["integration"] if draw.chance(0.3) else [])


def _custom_fields(draw: Draw, app: Software, plan: Plan) -> dict[str, Any]:
    """The tenant's own fields, filled in as people do it: only here and there."""
    unit = app.used_by[0] if app.used_by else "Company-wide"
    return {
        "c_businessUnit_1": draw.pick((unit, unit, unit, None, f"{unit} ")),
        "c_costCenter_2": f"CC-{draw.between(10, 20)}00" if draw.chance(0.6) else None,
        "c_dataClassification_3": draw.pick(("public", "internal", "confidential", None)),
        "c_regions_4": draw.pick(('["amer"]', '["amer", "emea"]', '["emea", "apac"]', None, None)),
        "c_securityReviewer_5": draw.pick(plan.people).id if draw.chance(0.3) else None,
        "c_securityReport_6": f"report-{app.id}.pdf" if draw.chance(0.2) else None,
        "c_supportEmail_7": f"support@vendor{app.id}.example" if draw.chance(0.4) else None,
        "ccf_paymentCard": f"**** **** **** {draw.between(1000, 9999)}" if draw.chance(0.2) else None,
        "c_adminAccount_8": f"acme-{app.id}" if draw.chance(0.3) else None,
    }
