"""The reviewed tools of a library -> the policy that decides calls on a server that lists such tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from promptkit.errors import problem
from promptkit.library import Library
from promptkit.load import read_text
from promptkit.policy import Definition, ToolPolicy

LOCK_NAME = "tools.lock.json"


def load_tool_lock(library: Library) -> Mapping[str, Definition]:
    """instructions/tools.lock.json: the definitions as last reviewed, by name.

    Raises:
        PromptkitError: it cannot be read; without it no call may go to a server.
    """
    path = library.instructions / LOCK_NAME
    try:
        return {tool["name"]: tool for tool in json.loads(read_text(path))["tools"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message, fix = f"cannot read it ({type(error).__name__})", "run: promptkit tools lock"
        raise problem("unreadable-lock", message, fix, path=library.shown(path)) from error


def tool_policy(library: Library, offered: Iterable[Definition] | None = None) -> ToolPolicy:
    """The policy for a server that lists `offered`, or for a transcript where it is None."""
    if offered is None:
        return ToolPolicy(library.tool_rules)
    return ToolPolicy(library.tool_rules, load_tool_lock(library), tuple(offered))
