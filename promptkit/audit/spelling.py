"""How hosts spell the name of a tool -> the reviewed name, by exact rules and never by search.

Readers report a name as the record spells it, and beside it the server where the record has a field for it; the audit
expands carriers and resolves names. People choose the label of an app, so a label is known by its place, whatever it
says. Where no place marks it, as in `torii_run_workflow`, only `LABELS` are: `bulk_update_user` is not `update_user`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from promptkit.audit.strict import parse_arguments

LABELS = ("torii", "promptkit")
# A server under which a host puts every app, with the app's label inside the name of the tool.
_AGGREGATE = "codex_apps"
# OpenAI's own connectors are linked without anybody's doing.
_PATH = re.compile(r"/[^/]{1,200}/(?:link_|implicit_link::)[A-Za-z0-9_-]{1,100}/([^/]{1,128})")
_PLUGIN = re.compile(r"[a-z0-9_]{1,200}__jit_plugin\.(\w{1,128})", re.ASCII)
_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9 _-]{0,99})[.:](.{1,128})")
# Roo has hyphens in it, and Cline a key of six characters before it.
_MARKED = re.compile(r"(?:mcp__(.{1,200}?)__|mcp--(.{1,200}?)--|[\w-]{6}0mcp0)(.{1,128})")
# Gemini CLI and VS Code put `mcp_` before it, and Copilot CLI a hyphen after it.
_JOINED = re.compile(rf"(?:mcp_)?({'|'.join(LABELS)})(?:__?|-)(.{{1,128}})", re.IGNORECASE)
_IN_AGGREGATE = re.compile(r"([^_]{1,100})__(.{1,128})")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_EXPANDED = 1000
# Some gateways leave the first part out.
_PARALLEL = frozenset({"multi_tool_use.parallel", "parallel"})
_OF_CLINE = frozenset({"server_name", "tool_name", "arguments", "task_progress"})
# Lists what could be called, and calls nothing.
_DISCOVERY = frozenset({"api_tool.list_resources", "ToolSearch"})


class Spelled(NamedTuple):
    """A call as a record spells it."""

    name: str
    arguments: Any


def resolve(name: str, tools: Collection[str], server: str | None = None) -> str | None:
    """The reviewed tool that a spelling stands for.

    Args:
        name: the spelling, such as `mcp__torii__run_workflow` or `/Torii/link_1/run_workflow`.
        tools: the reviewed names.
        server: what the record says of the server in a field of its own. A label inside `name` must then agree.

    Returns:
        One of `tools`; None when the spelling stands for none of them, or could stand for two.
    """
    if name in tools:
        return name
    found = {tool for tool in _candidates(name.removeprefix("functions."), server) if tool in tools}
    return found.pop() if len(found) == 1 else None


def _candidates(name: str, server: str | None) -> Iterator[str]:
    yield name
    if found := _PATH.fullmatch(name):
        yield found[1]
    elif found := _PLUGIN.fullmatch(name):
        yield found[1]
        yield _HUMP.sub("_", found[1]).lower()
    elif found := _MARKED.fullmatch(name):
        label = found[1] or found[2]
        yield from _after_label(label, found[3], server) if label else [found[3]]
    elif found := _LABEL.fullmatch(name) or _JOINED.fullmatch(name):
        yield from _after_label(found[1], found[2], server)


def _after_label(label: str, rest: str, server: str | None) -> Iterator[str]:
    if label == _AGGREGATE:
        yield from _candidates(rest, None)
        if found := _IN_AGGREGATE.fullmatch(rest):
            yield found[2]
    elif server in {None, _AGGREGATE} or label.casefold() == str(server).casefold():
        yield rest
        # Codex writes `torii._run_workflow` as well.
        yield rest.removeprefix("_")


def expand_carrier(name: str, arguments: Any) -> list[Spelled]:  # noqa: ANN401
    """The calls that a call stands for: itself, or those it carries.

    Args:
        name: the spelling. `multi_tool_use.parallel` and `parallel`, `api_tool.call_tool`, `api_tool_APP` and
            `use_mcp_tool` are carriers.
        arguments: a value, or JSON text of one.

    Returns:
        In order. A carrier that cannot be read, wholly or in part, is among them and stands for no reviewed tool;
        a mere listing of tools is nothing at all.
    """
    calls: list[Spelled] = []
    waiting = [Spelled(name, parse_arguments(arguments))]
    while waiting and len(calls) < _MAX_EXPANDED:
        call = waiting.pop()
        carried = _carried(call)
        waiting += reversed(carried or [])
        if carried is None:
            calls.append(call)
    return calls + waiting


def _carried(call: Spelled) -> list[Spelled] | None:
    given = call.arguments if isinstance(call.arguments, dict) else {}
    name = call.name.removeprefix("functions.")
    if name in _DISCOVERY:
        return []
    if name in _PARALLEL:
        return _parallel(call, given.get("tool_uses"))
    if name == "api_tool.call_tool" or name.startswith("api_tool_"):
        path = given.get("path")
        if isinstance(path, str) and given.keys() <= {"path", "args"}:
            return [Spelled(path, parse_arguments(given.get("args")))]
    if name == "use_mcp_tool" and given.keys() <= _OF_CLINE and isinstance(tool := given.get("tool_name"), str):
        return [Spelled(tool, parse_arguments(given.get("arguments")))]
    return None


def _parallel(call: Spelled, uses: object) -> list[Spelled] | None:
    if not isinstance(uses, list) or not uses:
        return None
    read = [
        Spelled(use["recipient_name"], parse_arguments(use.get("parameters")))
        for use in uses
        if isinstance(use, dict) and isinstance(use.get("recipient_name"), str)
    ]
    unreadable = [] if len(read) == len(uses) else [Spelled(f"{call.name}[unreadable]", None)]
    return read + unreadable
