"""Logs of Inspect AI: a `.json` log whole, or the members of an `.eval` archive. Each sample is a conversation.

Source: the types of inspect-ai 0.3.285, `inspect_ai.log` and `inspect_ai.event`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_SILENT = frozenset({
    "anchor", "branch", "info", "input", "logger", "review", "sample_init", "sandbox", "score", "score_edit",
    "sentinel", "span_begin", "span_end", "state", "step", "store",
})  # fmt: skip
_CUTS = frozenset({"compaction", "error", "interrupt", "sample_limit"})
_PARTS = frozenset({"text", "reasoning", "image", "audio", "video", "data", "document"})
_ROLES = frozenset({"system", "user", "assistant", "tool"})
_ENDS = frozenset({"stop", "tool_calls"})
# Members that are read, and those that hold what the task or its scorers keep.
_OF_SAMPLES = frozenset({
    "input", "messages", "output", "events", "events_data", "error_retries", "attachments", "metadata", "scores",
    "store", "target", "timelines",
})  # fmt: skip
_OF_LOGS = frozenset({"eval", "samples", "plan", "results", "reductions", "stats"})
_OF_MESSAGES = frozenset({"content", "tool_calls", "tool_call_id", "metadata", "internal"})
_ATTACHMENT = "attachment://"
_MAX_ARGUMENT = 10_000


def matches(value: Any) -> bool:  # noqa: ANN401
    """A log, its header, or a sample."""
    if not isinstance(value, dict):
        return False
    return _is_log(value) or ("epoch" in value and isinstance(value.get("messages"), list))


def _is_log(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("eval"), dict) and "version" in value and ("status" in value or "plan" in value)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each sample. A log that did not end well leaves none of its samples clean."""
    for location, value in records:
        if not isinstance(value, dict) or not matches(value):
            yield Conversation(location, [], [f"{location}: not part of an Inspect log"])
        elif _is_log(value):
            yield from _log(location, value)
        else:
            yield _sample(location, value, "", [])


def _log(location: str, log: Mapping[str, Any]) -> Iterator[Conversation]:
    task = text_of(log["eval"].get("task"))
    gaps = []
    if "status" in log and log["status"] != "success":
        gaps.append(f"the run did not succeed: {sanitized(log['status'], 40)}")
    if (key := overlooked(log, _OF_LOGS)) is not None or (key := overlooked(log["eval"], ())) is not None:
        gaps.append(f"{location}: {sanitized(key, 40)} may hold calls")
    samples = log["samples"] if isinstance(log.get("samples"), list) else []
    results = log["results"] if isinstance(log.get("results"), dict) else {}
    if "samples" in log and results.get("total_samples", len(samples)) != len(samples):
        gaps.append(f"{len(samples)} of {sanitized(results['total_samples'], 20)} samples are in the log")
    for index, sample in enumerate(samples):
        place = f"{location}/samples/{index}"
        if isinstance(sample, dict):
            yield _sample(place, sample, task, gaps)
        else:
            yield Conversation(place, [], [f"{place}: not a sample"])
    # The header of an archive has its samples beside it.
    if not samples and (gaps or "samples" in log):
        yield Conversation(task or "log", [], gaps or ["the log has no samples"])


def _sample(location: str, sample: Mapping[str, Any], task: str, gaps: Iterable[str]) -> Conversation:
    reading = _Sample(sample.get("attachments"))
    ledger = reading.ledger
    for gap in gaps:
        ledger.gap(gap)
    for key in ("error", "limit"):
        if sample.get(key) is not None:
            ledger.gap(f"{location}: the sample ended early, by {key}")
    if not isinstance(sample.get("input"), str):
        reading.messages(sample.get("input"), f"{location}/input")
    reading.messages(sample.get("messages"), f"{location}/messages")
    pool = sample["events_data"] if isinstance(sample.get("events_data"), dict) else {}
    reading.messages(pool.get("messages"), f"{location}/events_data/messages")
    ledger.beside(sample, _OF_SAMPLES, location)
    reading.output(sample.get("output"), f"{location}/output")
    reading.events(sample.get("events"), f"{location}/events")
    for place, retry in ledger.each(sample.get("error_retries"), f"{location}/error_retries"):
        if retry.get("events") is None:
            ledger.gap(f"{place}: an attempt before the last is not recorded")
        reading.events(retry.get("events"), f"{place}/events")
    ledger.pairing.go_on()
    name = f"sample {sanitized(sample.get('id'), 80)}, epoch {sanitized(sample.get('epoch'), 20)}"
    return ledger.conversation(f"{task}, {name}" if task else name)


class _Sample:
    def __init__(self, attachments: object) -> None:
        self.ledger = Ledger()
        self._attachments = attachments if isinstance(attachments, dict) else {}
        self._said: set[tuple[str, str]] = set()

    def messages(self, messages: object, location: str) -> None:
        for place, message in self.ledger.each(messages, location):
            self.message(message, place)

    def message(self, message: Mapping[str, Any], location: str) -> None:
        role, ledger = text_of(message.get("role")), self.ledger
        if role not in _ROLES:
            ledger.gap(f"{location}: not a message of Inspect")
        content = message.get("content")
        ledger.beside(message, _OF_MESSAGES, location)
        if role == "tool":
            state = _outcome(message.get("error"))
            ledger.settle(message.get("tool_call_id"), state, location, message.get("function"))
        else:
            self._text(role, content, location)
        for place, part in ledger.each(None if isinstance(content, str) else content, f"{location}/content"):
            self._part(part, place)
        for place, call in ledger.each(message.get("tool_calls"), f"{location}/tool_calls"):
            self._call(call, CallState.PROPOSED, place)

    def _text(self, role: str, content: object, location: str) -> None:
        """Note what somebody wrote. Events repeat the messages before them; a text counts once, also an attachment."""
        parts = content if isinstance(content, list) else [content]
        for part in parts:
            text = part.get("text") if isinstance(part, dict) else part
            if isinstance(text, str) and (role, text) not in self._said:
                self._said.add((role, text))
                self.ledger.text(role, self._whole(text, location))

    def _part(self, part: Mapping[str, Any], location: str) -> None:
        kind = text_of(part.get("type"))
        if kind == "tool_use":
            has_ended = part.get("result") is not None
            state = _outcome(part.get("error")) if has_ended or part.get("error") is not None else CallState.UNKNOWN
            arguments = self._arguments(part, location)
            self.ledger.call(part.get("id"), part.get("name"), arguments, state, location, server=part.get("context"))
        elif kind not in _PARTS:
            self.ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")

    def _call(self, call: Mapping[str, Any], state: CallState, location: str, time: object = None) -> None:
        arguments = self._arguments(call, location)
        if call.get("parse_error") is not None:
            # What the model wrote could not be read, so what stands here may be something else.
            arguments = NOT_RECORDED
        self.ledger.call(call.get("id"), call.get("function"), arguments, state, location, time=time)

    def events(self, events: object, location: str) -> None:
        for place, event in self.ledger.each(events, location):
            self._event(event, place)

    def _event(self, event: Mapping[str, Any], location: str) -> None:
        kind = text_of(event.get("event"))
        if kind == "tool":
            is_open = event.get("pending") is True
            state = CallState.UNKNOWN if is_open else _outcome(event.get("error"))
            self._call(event, state, location, event.get("timestamp"))
            self.events(event.get("events"), f"{location}/events")
        elif kind == "model":
            self.messages(event.get("input"), f"{location}/input")
            self.output(event.get("output"), f"{location}/output", is_of_event=True)
        elif kind == "approval":
            self._approval(event, location)
        elif kind == "subtask":
            self.events(event.get("events"), f"{location}/events")
        elif kind in _CUTS:
            self.ledger.gap(f"{location}: {kind}, so calls may be missing")
        elif kind not in _SILENT:
            self.ledger.gap(f"{location}: events of the kind {sanitized(kind, 40) or 'none'} are not known")

    def output(self, output: object, location: str, *, is_of_event: bool = False) -> None:
        """What a model answered. That of a sample repeats its last message, and says nothing new of how it ended."""
        if not isinstance(output, dict):
            if is_of_event or output is not None:
                self.ledger.gap(f"{location}: an answer is missing")
            return
        for place, choice in self.ledger.each(output.get("choices"), f"{location}/choices"):
            if is_of_event and text_of(choice.get("stop_reason", "stop")) not in _ENDS:
                self.ledger.gap(f"{place}: the answer is cut off: {sanitized(choice.get('stop_reason'), 40)}")
            if isinstance(choice.get("message"), dict):
                self.message(choice["message"], f"{place}/message")
            else:
                self.ledger.gap(f"{place}: a choice without a message")

    def _approval(self, event: Mapping[str, Any], location: str) -> None:
        call = event["call"] if isinstance(event.get("call"), dict) else {}
        if isinstance(event.get("modified"), dict):
            self._call(event["modified"], CallState.PROPOSED, f"{location}/modified")
            return
        self._call(call, CallState.PROPOSED, f"{location}/call")
        if event.get("decision") in ("reject", "terminate"):
            self.ledger.settle(call.get("id"), CallState.DENIED, location)

    def _arguments(self, call: Mapping[str, Any], location: str) -> Any:  # noqa: ANN401
        """The arguments of a call with what stands among the attachments; no rule accepts any that are very long.

        Many calls may have the same attachment, and each of them is judged by all of its arguments.
        """
        arguments = self._whole(call.get("arguments", NOT_RECORDED), location)
        return NOT_RECORDED if _is_long(arguments) else arguments

    def _whole(self, value: Any, location: str) -> Any:  # noqa: ANN401
        """`value` with the texts that stand among the attachments."""
        if isinstance(value, str) and value.startswith(_ATTACHMENT):
            found = self._attachments.get(value.removeprefix(_ATTACHMENT))
            if not isinstance(found, str):
                self.ledger.gap(f"{location}: an attachment is missing")
            return found
        if isinstance(value, dict):
            return {key: self._whole(inner, location) for key, inner in value.items()}
        return [self._whole(inner, location) for inner in value] if isinstance(value, list) else value


def _is_long(value: object) -> bool:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str) and len(inner) > _MAX_ARGUMENT:
            return True
        waiting += inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
    return False


def _outcome(error: object) -> CallState:
    if error is None:
        return CallState.EXECUTED
    kind = error.get("type") if isinstance(error, dict) else None
    return {"approval": CallState.DENIED, "cancelled": CallState.UNKNOWN}.get(text_of(kind), CallState.FAILED)
