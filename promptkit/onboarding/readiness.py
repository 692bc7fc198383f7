"""Compares a server with what each assistant takes, which hosts.yaml lists: lists of tools, texts and results."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from promptkit.connection.session import Outcome, Session, SessionAround
from promptkit.errors import UsageError, nearest
from promptkit.files import load_yaml, validate_each
from promptkit.model import Line, Strict, ToolCall
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.policy.decision import Definition
from promptkit.text import sanitized

_CHARACTERS_PER_TOKEN = 3
_FIRST_WITH_DISCOVERY = "2026-07-28"
_MAX_NAMED = 3
_OFFER_LESS = (
    "check there that nothing you need is left out or cut; where it is, give it promptkit serve, with three tools and "
    "short pages"
)


class HostLimit(Strict):
    """One thing that a host takes up to a size, and what it does with more."""

    measure: Line
    most: Annotated[int, Field(ge=0)]
    effect: Line
    source: Line
    seen: datetime.date


class MeasuredSession(SessionAround):
    """A session that keeps the size of the largest result of each tool, in characters."""

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self.largest: dict[str, int] = {}

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed."""
        outcome = await self._inner.call(call)
        self.largest[call.name] = max(self.largest.get(call.name, 0), len(outcome.text))
        return outcome


@dataclass(frozen=True)
class ServerOffer:
    """What a host is given by a server: its list, its texts, and the largest result of each tool that was read."""

    tools: Sequence[Definition]
    instructions: str
    protocol: str
    results: Mapping[str, int]


def readiness(offer: ServerOffer, hosts: Sequence[str] = ()) -> Iterator[Finding]:
    """One finding for each of these hosts; where none is named, one about all of them together."""
    known = host_limits()
    over_of = {host: [text for limit in limits if (text := _over(limit, offer))] for host, limits in known.items()}
    if not hosts:
        yield _together(over_of)
    for host in hosts:
        limits, over = known[host], over_of[host]
        if over:
            yield Finding(f"fit for {host}", CheckStatus.WARN, "; ".join(over), _OFFER_LESS)
        else:
            unseen = "" if offer.results or not _about_results(limits) else "; no result was read to measure"
            yield Finding(f"fit for {host}", CheckStatus.OK, f"within what it takes{unseen}")


def _together(over_of: Mapping[str, Sequence[str]]) -> Finding:
    over = [host for host, texts in over_of.items() if texts]
    if not over:
        return Finding("fit for assistants", CheckStatus.OK, f"within what each takes: {', '.join(over_of)}")
    seen = f"none was named; it is more than {', '.join(over)} take"
    fix = f"name yours, to hear what is too much for it, such as: promptkit doctor --for {host_option(over[0])}"
    return Finding("fit for assistants", CheckStatus.UNKNOWN, seen, fix)


def host_option(host: str) -> str:
    """A host as the option --for takes it."""
    return host.lower().replace(" ", "-")


def named_hosts(names: Sequence[str]) -> list[str]:
    """The hosts that somebody named.

    Raises:
        UsageError: there is no limit of such a host.
    """
    known = {host_option(host): host for host in host_limits()}
    for name in names:
        if host_option(name) not in known:
            message = f"nothing is known of what {sanitized(name, 64)} takes"
            raise UsageError.of("unknown-host", message, nearest(name, known, f"use one of {', '.join(known)}"))
    return [known[host_option(name)] for name in names]


def host_limits() -> Mapping[str, list[HostLimit]]:
    """The limits of each host."""
    return validate_each(load_yaml(Path(__file__).with_name("hosts.yaml")), list[HostLimit])


def _about_results(limits: Sequence[HostLimit]) -> bool:
    return any(_MEASURES[limit.measure] is _results for limit in limits)


def _over(limit: HostLimit, offer: ServerOffer) -> str:
    """What is more than a limit, as a person reads it; empty if nothing is."""
    measured = _MEASURES[limit.measure](offer)
    over = sorted(((size, name) for name, size in measured.items() if size > limit.most), reverse=True)
    if not over:
        return ""
    named = ", ".join(f"{sanitized(name, 64)} {size:,}" if name else f"{size:,}" for size, name in over[:_MAX_NAMED])
    more = f" and {len(over) - _MAX_NAMED} more" if len(over) > _MAX_NAMED else ""
    return f"{limit.measure}: {named}{more}, at most {limit.most:,}; {limit.effect}"


def _tools(offer: ServerOffer) -> Mapping[str, int]:
    return {"": len(offer.tools)}


def _instructions(offer: ServerOffer) -> Mapping[str, int]:
    return {"": len(offer.instructions)}


def _without_discovery(offer: ServerOffer) -> Mapping[str, int]:
    return {"": int(offer.protocol < _FIRST_WITH_DISCOVERY)}


def _results(offer: ServerOffer) -> Mapping[str, int]:
    return offer.results


def _each(size: Callable[[Definition], int]) -> Callable[[ServerOffer], Mapping[str, int]]:
    return lambda offer: {str(tool.get("name")): size(tool) for tool in offer.tools}


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _references(schema: object) -> int:
    return sum("$ref" in one for one in _objects(schema))


def _lists_of_types(schema: object) -> int:
    return sum(isinstance(one.get("type"), list) for one in _objects(schema))


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _objects(one)


def _schemas(tool: Definition) -> list[Any]:
    return [tool.get("inputSchema"), tool.get("outputSchema")]


_MEASURES: Mapping[str, Callable[[ServerOffer], Mapping[str, int]]] = {
    "tools": _tools,
    "servers without discovery": _without_discovery,
    "characters of the server's instructions": _instructions,
    "characters of a result": _results,
    "characters of a tool's name": _each(lambda tool: len(str(tool.get("name")))),
    "characters of a tool's description": _each(lambda tool: len(str(tool.get("description") or ""))),
    "tokens of a tool's definition": _each(lambda tool: len(_written(tool)) // _CHARACTERS_PER_TOKEN),
    "bytes of a tool's input schema": _each(lambda tool: len(_written(tool.get("inputSchema")).encode())),
    "references in a tool's schemas": _each(lambda tool: _references(_schemas(tool))),
    "lists of types in a tool's schemas": _each(lambda tool: _lists_of_types(_schemas(tool))),
}
