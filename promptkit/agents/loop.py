"""The one agent loop: a model's turn, each call through the gate, results back, until the model's final answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from promptkit.agents.turns import Message, Model, ModelCall, TurnError, Usage
from promptkit.connection.session import Outcome, Session
from promptkit.model import ToolCall
from promptkit.transcript import CallState, RecordedCall

MAX_TURNS = 500
MAX_CALLS = 5000


@dataclass
class Dialogue:
    """What happened in one conversation: its messages, its calls in order, and why it may be incomplete."""

    messages: list[Message]
    calls: list[RecordedCall] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)

    @property
    def answer(self) -> str:
        """The final answer; empty if there was none."""
        last = self.messages[-1]
        return last.text if last.role == "assistant" and not last.calls else ""


async def converse(model: Model, session: Session, messages: Sequence[Message], later: Sequence[str] = ()) -> Dialogue:
    """Run one conversation to its end, or to the limit on turns or calls, which then counts as a gap.

    Args:
        model: takes the turns.
        session: makes the calls that are allowed.
        messages: the first messages.
        later: the user's further messages, one after each answer.
    """
    run, waiting = Dialogue(list(messages)), list(later)
    for _ in range(MAX_TURNS):
        try:
            turn = await model.turn(run.messages, session.tools)
        except TurnError as error:
            run.gaps.append(str(error))
            return run
        run.usage += turn.usage
        run.gaps += [turn.gap] if turn.gap else []
        run.messages.append(Message("assistant", turn.text, turn.calls))
        if not turn.calls and not waiting:
            return run
        if not turn.calls:
            run.messages.append(Message("user", waiting.pop(0)))
        if len(run.calls) + len(turn.calls) > MAX_CALLS:
            break
        for call in turn.calls:
            await _make(call, session, run)
    run.gaps.append(f"the conversation did not end within {MAX_TURNS} turns and {MAX_CALLS} calls")
    return run


async def _make(call: ModelCall, session: Session, run: Dialogue) -> None:
    outcome = await session.call(ToolCall(name=call.name, arguments=call.arguments))
    location = f"message {len(run.messages) - 1}"
    # On our own wire a name stands only for itself: nothing is normalised to make it match.
    run.calls.append(RecordedCall(call.name, call.name, call.arguments, outcome.state, location))
    run.outcomes.append(outcome)
    is_error = outcome.state is not CallState.EXECUTED
    run.messages.append(Message("tool", outcome.text, call_id=call.id, data=outcome.data, is_error=is_error))


def events(run: Dialogue) -> list[dict[str, Any]]:
    """The conversation as the run record keeps it: texts, calls with their decisions, and results, in order."""
    events: list[dict[str, Any]] = []
    # Matched by order, because a model may give two calls the same id.
    outcomes = iter(run.outcomes)
    for message in run.messages:
        if message.role == "tool":
            events.append({"type": "result", "id": message.call_id, "is_error": message.is_error, "text": message.text})
        elif message.text:
            events.append({"type": "text", "role": message.role, "text": message.text})
        events += [_call_event(call, next(outcomes, None)) for call in message.calls]
    return events


def _call_event(call: ModelCall, outcome: Outcome | None) -> dict[str, Any]:
    event: dict[str, Any] = {"type": "call", "id": call.id, "name": call.name, "arguments": call.arguments}
    if outcome is None:
        return event | {"state": CallState.PROPOSED}
    decision = outcome.decision
    recorded = {"allowed": decision.allowed, "rule": decision.ground, "reason": decision.reason}
    return event | {"state": outcome.state, "decision": recorded}
