"""A policy over three reviewed tools: a read, an action, and a read of secrets."""

from promptkit.model import ReviewedTool
from promptkit.policy.decision import ToolPolicy

READ = ReviewedTool.model_validate(
    {
        "class": "read",
        "capability": "read apps",
        "source": "test",
        "arguments": {"size": {"type": "integer", "maximum": 1000}, "fields": {"type": "string", "maxLength": 100}},
    }
)
ACTION = ReviewedTool.model_validate({"class": "action", "capability": "run", "source": "test"})
SECRET = ReviewedTool.model_validate({"class": "read", "capability": "keys", "source": "test", "sensitive": True})
RULES = {"list_apps": READ, "run_workflow": ACTION, "list_keys": SECRET}
DEFINITION = {
    "name": "list_apps",
    "description": "Lists apps.",
    "inputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": True},
}


def policy(offered: dict | None = None, locked: dict | None = None) -> ToolPolicy:
    locked = DEFINITION if locked is None else locked
    return ToolPolicy(RULES, {"list_apps": locked}, (offered or DEFINITION,))
