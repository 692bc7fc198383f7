"""What the page is tried with: prompts that are hard to show, the profile of a tenant, and how large it may be."""

from promptkit.model import Profile

LIMIT_BYTES = 800_000
HARD_PROMPTS = ["every_type", "odd_spaces", "german"]
PROFILE = Profile.model_validate(
    {
        "time_zone": "Europe/Berlin",
        "display_currency": "EUR",
        "organizational_views": [
            {"label": "Department", "entity": "user", "field": "department", "aliases": {"R&D": 'Engineering "West"'}},
            {"label": "Kosten-Stelle <ü>", "entity": "contract", "field": "c_cost_1", "unassigned": "Ohne"},
        ],
        "thresholds": {"days": 45},
    }
)
