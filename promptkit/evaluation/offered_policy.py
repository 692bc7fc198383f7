"""What the calls of a run are judged by: the reviewed tools of Torii, and our view tools where they are offered."""

from __future__ import annotations

from dataclasses import replace

from promptkit.agents.eval_spec import Toolset
from promptkit.answering.view_tools import reviewed_view_tools
from promptkit.library.store import Library
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.review import tool_policy


def offered_policy(library: Library, tools: Toolset) -> ToolPolicy:
    """The policy of a run.

    Beside our view tools Torii's own stay known, so that an action that a model names is still seen to be one.
    """
    policy = tool_policy(library)
    if tools is Toolset.TORII:
        return policy
    return replace(policy, reviewed={**policy.reviewed, **reviewed_view_tools()})
