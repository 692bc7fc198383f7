"""A recorded conversation as it was in the run, so that evaluators can judge it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from promptkit.agents.loop import Dialogue
from promptkit.agents.turns import Message, ModelCall
from promptkit.connection.session import Outcome
from promptkit.evaluation.records.lines import RecordedConversation, RecordedEvent
from promptkit.json_strict import strict_json
from promptkit.policy.decision import Decision
from promptkit.transcript import CallState, RecordedCall

_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {"system": "system", "assistant": "assistant"}


def dialogue_of(recorded: RecordedConversation) -> Dialogue:
    """What was said, called and returned; a result has the data that is kept, or that its text is.

    A call and its result are matched by order, as they were written; a result that is missing has no text and no data.
    """
    run = Dialogue([], gaps=list(recorded.gaps))
    results = iter([_Result(event) for event in recorded.events if event.type == "result"])
    waiting: list[_Result] = []
    for event in recorded.events:
        match event.type:
            case "text":
                run.messages.append(Message(_ROLES.get(event.role, "user"), event.text))
            case "call":
                _add_call(run, event)
                if event.state is not CallState.PROPOSED:
                    waiting.append(next(results, _NO_RESULT))
                    _add_outcome(run, event, waiting[-1])
            case "result" if waiting:
                run.messages.append(waiting.pop(0).message)
    return run


class _Result:
    """What a call returned."""

    def __init__(self, event: RecordedEvent) -> None:
        self.text = event.text
        self.data = None if event.is_error else event.data or _object_in(event.text)
        self.message = Message("tool", event.text, call_id=event.id, data=self.data, is_error=event.is_error)


_NO_RESULT = _Result(RecordedEvent("result", is_error=True))


def _object_in(text: str) -> dict[str, Any] | None:
    try:
        value = strict_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _add_call(run: Dialogue, event: RecordedEvent) -> None:
    call = ModelCall(event.id or "", event.name, event.arguments)
    if run.messages and run.messages[-1].role == "assistant":
        run.messages[-1] = replace(run.messages[-1], calls=(*run.messages[-1].calls, call))
    else:
        run.messages.append(Message("assistant", "", (call,)))


def _add_outcome(run: Dialogue, event: RecordedEvent, result: _Result) -> None:
    location = f"message {len(run.messages) - 1}"
    run.calls.append(RecordedCall(event.name, event.name, event.arguments, event.state, location))
    decided = event.decision
    decision = (
        Decision(decided.allowed, decided.rule, decided.reason)
        if decided
        else Decision(allowed=False, ground="undecided", reason="It was not decided.")
    )
    run.outcomes.append(Outcome(decision, event.state, result.text, result.data))
