"""Spans of OpenTelemetry's GenAI and MCP conventions, as OTLP JSON. Each trace is a conversation.

One call may have three spans, of the agent, the MCP client and the MCP server, each inside the other; they count once.
Source: open-telemetry/semantic-conventions-genai, May 2026, status Development.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from promptkit.audit.formats.mcp_wire import why_it_may_act
from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_ERROR_STATUS = (2, "STATUS_CODE_ERROR")
_DROPPED = ("droppedAttributesCount", "droppedEventsCount")
_CALL_NAMES = ("execute_tool", "tools/call")
# Events of earlier conventions, which hold whole messages of a model or of a tool.
_OLDER_EVENTS = ("gen_ai.choice", "gen_ai.assistant.", "gen_ai.tool.", "gen_ai.content.")
_OFFERS = ("tools", "functions", "tool_choice", "toolchoice", "tool.definitions", "tool_definitions")
_SILENT = frozenset({"reasoning", "blob", "file", "uri"})
_ENDS = frozenset({"stop", "tool_call", "tool_calls"})
_NO_PARENT = frozenset({"", "0000000000000000"})


class _Span(NamedTuple):
    location: str
    span: Mapping[str, Any]
    attributes: Mapping[str, Any]


def matches(value: Any) -> bool:  # noqa: ANN401
    """A batch of spans."""
    return isinstance(value, dict) and isinstance(value.get("resourceSpans"), list)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each trace, wherever in the file its spans stand."""
    outer = Ledger()
    traces: dict[str, list[_Span]] = {}
    for location, value in records:
        if not matches(value):
            outer.gap(f"{location}: not a batch of spans")
            continue
        if value.get("resourceLogs"):
            outer.gap(f"{location}: logs may tell of calls as well, and are not read")
        outer.beside(value, {"resourceSpans"}, location)
        for span in _spans(outer, value, location):
            traces.setdefault(text_of(span.span.get("traceId")), []).append(span)
    for name, spans in traces.items():
        yield _Trace(spans).conversation(name or "spans without a trace")
    if outer.gaps:
        yield outer.conversation("spans")


def _spans(outer: Ledger, value: Mapping[str, Any], location: str) -> Iterator[_Span]:
    for in_resource, resource in outer.each(value["resourceSpans"], f"{location}/resourceSpans"):
        outer.beside(resource, {"scopeSpans"}, in_resource)
        if not isinstance(resource.get("scopeSpans"), list):
            outer.gap(f"{in_resource}: the spans are not where OTLP JSON has them")
        for in_scope, scope in outer.each(resource.get("scopeSpans"), f"{in_resource}/scopeSpans"):
            outer.beside(scope, {"spans"}, in_scope)
            if not isinstance(scope.get("spans"), list):
                outer.gap(f"{in_scope}: the spans are not where OTLP JSON has them")
            for place, span in outer.each(scope.get("spans"), f"{in_scope}/spans"):
                yield _Span(place, span, _attributes(span.get("attributes")))


class _Trace:
    def __init__(self, spans: list[_Span]) -> None:
        self._spans = spans
        self._by_id = {text_of(span.span.get("spanId")): span for span in spans}
        # The id of the call that a span is of, by the id of the span.
        self._call_ids: dict[str, str] = {}
        self._ledger = Ledger()

    def conversation(self, name: str) -> Conversation:
        for span in self._spans:
            self._check(span)
            if _is_call(span):
                self._call(span)
            self._messages(span.attributes, span.location)
            for place, event in self._ledger.each(span.span.get("events"), f"{span.location}/events"):
                self._event(event, place)
        return self._ledger.conversation(name)

    def _check(self, span: _Span) -> None:
        parent = text_of(span.span.get("parentSpanId"))
        if parent not in _NO_PARENT and parent not in self._by_id:
            self._ledger.gap(f"{span.location}: the span around it is not in the file")
        self._ledger.beside(span.span, {"attributes", "events", "links"}, span.location)
        for place, pair in self._ledger.each(span.span.get("attributes"), f"{span.location}/attributes"):
            if not isinstance(pair.get("key"), str) or not isinstance(pair.get("value"), dict):
                self._ledger.gap(f"{place}: not an attribute")
        method = span.attributes.get("mcp.method.name", "tools/call")
        if method != "tools/call" and (reason := why_it_may_act(method)):
            self._ledger.gap(f"{span.location}: {reason}")
        if not _is_call(span) and (key := next(filter(_is_about_tools, span.attributes.items()), None)):
            self._ledger.gap(f"{span.location}: {sanitized(key[0], 60)} may tell of a call")
        elif not _is_call(span) and text_of(span.span.get("name")).startswith(_CALL_NAMES):
            self._ledger.gap(f"{span.location}: its name is that of a call, but its attributes do not describe one")
        if any(span.span.get(key) not in (None, 0) for key in _DROPPED):
            self._ledger.gap(f"{span.location}: parts of the span were dropped")

    def _call(self, span: _Span) -> None:
        has_failed = "error.type" in span.attributes or _status(span.span) in _ERROR_STATUS
        arguments = span.attributes.get("gen_ai.tool.call.arguments", NOT_RECORDED)
        state = CallState.FAILED if has_failed else CallState.EXECUTED
        name, time = span.attributes.get("gen_ai.tool.name"), _seconds(span.span.get("startTimeUnixNano"))
        self._ledger.call(self._call_id(span), name, arguments, state, span.location, time=time)

    def _call_id(self, span: _Span) -> str:
        """The id of the call, or of the outermost span of the same call."""
        inside: dict[str, None] = {}
        while not (call_id := self._known_id(span)):
            span_id = text_of(span.span.get("spanId"))
            inside[span_id] = None
            parent = self._by_id.get(text_of(span.span.get("parentSpanId")))
            if parent is None or text_of(parent.span.get("spanId")) in inside or not _is_same_call(span, parent):
                call_id = f"span {span_id or span.location}"
                break
            span = parent
        self._call_ids |= dict.fromkeys(inside, call_id)
        return call_id

    def _known_id(self, span: _Span) -> str:
        return text_of(span.attributes.get("gen_ai.tool.call.id")) or self._call_ids.get(
            text_of(span.span.get("spanId")), ""
        )

    def _event(self, event: Mapping[str, Any], location: str) -> None:
        attributes = _attributes(event.get("attributes"))
        self._messages(attributes, location)
        is_older = text_of(event.get("name")).startswith(_OLDER_EVENTS)
        if is_older or any(map(_is_about_tools, attributes.items())):
            self._ledger.gap(f"{location}: an event that may tell of a call")

    def _messages(self, attributes: Mapping[str, Any], location: str) -> None:
        # What stands in an input was asked for earlier, so somebody may have run it by now.
        for key, asked in (
            ("gen_ai.input.messages", CallState.UNKNOWN),
            ("gen_ai.output.messages", CallState.PROPOSED),
        ):
            place = f"{location}/{key}"
            messages = parse_arguments(attributes.get(key))
            for at, message in self._ledger.each(messages, place):
                self._message(message, asked, at)

    def _message(self, message: Mapping[str, Any], asked: CallState, location: str) -> None:
        reason = message.get("finish_reason", "stop")
        if text_of(reason) not in _ENDS:
            self._ledger.gap(f"{location}: the answer is cut off: {sanitized(reason, 40)}")
        if not isinstance(message.get("parts"), list) or overlooked(message, {"parts"}) is not None:
            self._ledger.gap(f"{location}: a message whose parts are not where they should be")
        for place, part in self._ledger.each(message.get("parts"), f"{location}/parts"):
            self._part(part, message.get("role"), asked, place)

    def _part(self, part: Mapping[str, Any], role: object, asked: CallState, location: str) -> None:
        kind = text_of(part.get("type"))
        if kind == "tool_call":
            self._ledger.call(part.get("id"), part.get("name"), part.get("arguments", NOT_RECORDED), asked, location)
        elif kind == "server_tool_call":
            inner = part["server_tool_call"] if isinstance(part.get("server_tool_call"), dict) else {}
            arguments = inner.get("arguments", NOT_RECORDED)
            self._ledger.call(part.get("id"), part.get("name"), arguments, CallState.UNKNOWN, location)
        elif kind in {"tool_call_response", "server_tool_call_response"}:
            self._ledger.settle(part.get("id"), CallState.EXECUTED, location)
        elif kind == "text":
            self._ledger.text(role, part.get("content"))
        elif kind not in _SILENT:
            self._ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _is_call(span: _Span) -> bool:
    if "gen_ai.tool.name" in span.attributes:
        return True
    return (
        span.attributes.get("gen_ai.operation.name") == "execute_tool"
        or span.attributes.get("mcp.method.name") == "tools/call"
    )


def _is_same_call(span: _Span, parent: _Span) -> bool:
    return _is_call(parent) and parent.attributes.get("gen_ai.tool.name") == span.attributes.get("gen_ai.tool.name")


def _is_about_tools(attribute: tuple[str, object]) -> bool:
    """Whether an attribute tells of a tool as conventions do that we do not know, and not only offers some."""
    key, value = attribute
    name = key.lower()
    if name.endswith(_OFFERS):
        return False
    is_kind = isinstance(value, str) and value.lower() == "tool"
    return is_kind or "tool" in name or "function_call" in name or "functioncall" in name


def _status(span: Mapping[str, Any]) -> object:
    return span["status"].get("code") if isinstance(span.get("status"), dict) else None


def _seconds(nanoseconds: object) -> float | None:
    digits = str(nanoseconds)
    return int(digits) / 1e9 if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def _attributes(pairs: object) -> dict[str, Any]:
    """The attributes of a span by their keys. One that stands there twice has no value that can be trusted."""
    found: dict[str, Any] = {}
    for pair in pairs if isinstance(pairs, list) else []:
        if isinstance(pair, dict) and isinstance(key := pair.get("key"), str):
            found[key] = _value(pair.get("value")) if key not in found else NOT_RECORDED
    return found


def _value(value: object) -> Any:  # noqa: ANN401
    if not isinstance(value, dict) or len(value) != 1:
        return None
    [(kind, inner)] = value.items()
    if kind == "kvlistValue":
        return _attributes(inner.get("values")) if isinstance(inner, dict) else None
    if kind == "arrayValue":
        values = inner.get("values") if isinstance(inner, dict) else None
        return [_value(one) for one in values] if isinstance(values, list) else []
    is_number = kind == "intValue" and isinstance(inner, str) and len(inner) < 20 and inner.lstrip("-").isdecimal()
    return int(inner) if is_number and isinstance(inner, str) else inner
