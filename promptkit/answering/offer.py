"""What a server offers of what recipes read, what it lacks, and what to do about that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from promptkit.connection.session import Session
from promptkit.model import ToolCall
from promptkit.policy.decision import Definition
from promptkit.text import sanitized

MAX_PAGE_SIZE = 1000
"""Torii's own limit, and that of the reviewed tools."""
# Torii says of its audit log that large pages fail (502), so the recipes' own, smaller pages are read.
_SMALL_PAGES = frozenset({"get_audit_logs"})
_ARGUMENTS = "arguments"
_COMPARE = "compare its tools with those reviewed: promptkit tools diff --server URL"
_REVIEW = (
    "an admin looks at the difference with promptkit tools diff --server URL, "
    "and accepts it with promptkit tools lock --server URL"
)
_WORDS = {
    "not-offered": ("{server} does not offer {tools}", f"sign in with a role that has it, or {_COMPARE}"),
    "not-locked": ("{server} offers {tools}, which nobody has reviewed", _REVIEW),
    "changed-definition": ("{server} offers {tools} otherwise than reviewed", _REVIEW),
    "hint": ("{server} does not mark {tools} as reading only", _REVIEW),
}
"""By the ground of a refusal: what is wrong, and what to do."""


class Lack(NamedTuple):
    """What a server lacks for one read: its tool, or arguments of the tool.

    `ground` and `reason` are those of the decision that refuses the tool.
    """

    tool: str
    ground: str
    reason: str = ""
    arguments: tuple[str, ...] = ()


class Offer:
    """What a server offers to code that reads: its tools, the arguments they take, and the pages they give."""

    def __init__(self, session: Session) -> None:
        self._decide = session.decide
        self._server = sanitized(session.server, 60) or "the server"
        self._arguments = {str(tool.get("name")): _properties(tool) for tool in session.tools}

    def lack(self, tool: str, arguments: Collection[str]) -> Lack | None:
        """Why a read cannot be made with these arguments, by name; None if it can."""
        decision = self._decide(ToolCall(name=tool))
        # Arguments are decided with their values, when the call is made; here none are given.
        if not decision.allowed and decision.ground != _ARGUMENTS:
            return Lack(tool, decision.ground, decision.reason)
        missing = tuple(sorted(name for name in arguments if not self.takes(tool, name)))
        return Lack(tool, _ARGUMENTS, arguments=missing) if missing else None

    def takes(self, tool: str, argument: str) -> bool:
        """Whether a tool takes an argument of this name. One with another name may mean something else."""
        return argument in self._arguments.get(tool, {})

    def page_size(self, tool: str) -> int | None:
        """The largest page a tool gives, by its own schema; None where the schema does not say."""
        schema = self._arguments.get(tool, {}).get("size")
        largest = schema.get("maximum") if isinstance(schema, Mapping) else None
        if not isinstance(largest, int) or largest < 1 or tool in _SMALL_PAGES:
            return None
        return min(largest, MAX_PAGE_SIZE)

    def in_words(self, lacks: Iterable[Lack]) -> list[str]:
        """What the server lacks and what to do, for each tool once."""
        return list(_in_words(lacks, self._server))


def _properties(tool: Definition) -> Mapping[str, object]:
    schema = tool.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def _in_words(lacks: Iterable[Lack], server: str) -> Iterator[str]:
    refused: dict[tuple[str, str], list[str]] = defaultdict(list)
    missing: dict[str, set[str]] = defaultdict(set)
    for lack in lacks:
        if lack.ground == _ARGUMENTS:
            missing[lack.tool].update(lack.arguments)
            continue
        known = (lack.ground, "" if lack.ground in _WORDS else lack.reason)
        refused[known] += [] if lack.tool in refused[known] else [lack.tool]
    for (ground, reason), tools in refused.items():
        wrong, remedy = _WORDS.get(ground, (f"{{server}}: {reason.rstrip('.')}", _COMPARE))
        yield f"{wrong.format(server=server, tools=', '.join(tools))}: {remedy}"
    for tool, names in missing.items():
        yield f"{tool} of {server} does not take {', '.join(sorted(names))}, which this view needs: {_COMPARE}"
