"""The one agent loop: a model's turn, each call through the gate, results back, until the model's final answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from promptkit.agents.turns import Message, Model, ModelCall, StopRunError, TurnError, Usage
from promptkit.bugs import bug_line, bug_report
from promptkit.connection.session import Outcome, Session
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision
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

    If a model or a server says something that we cannot handle, only this conversation ends, with a gap.

    Args:
        model: takes the turns.
        session: makes the calls that are allowed.
        messages: the first messages.
        later: the user's further messages, one after each answer.

    Raises:
        PromptkitError: something is wrong with the whole run, such as a key that is refused.
        StopRunError: the run may take no further turn.
    """
    run = Dialogue(list(messages))
    try:
        await _go_on(run, model, session, list(later))
    except (PromptkitError, StopRunError):
        raise
    except TurnError as error:
        run.gaps.append(str(error))
    except Exception as error:
        run.gaps += bug_gaps(error)
    return run


def bug_gaps(error: Exception) -> list[str]:
    """A bug in promptkit as gaps of a conversation: in one line, and as a report to send in."""
    return [bug_line(error), bug_report(error)]


async def _go_on(run: Dialogue, model: Model, session: Session, waiting: list[str]) -> None:
    for _ in range(MAX_TURNS):
        turn = await model.turn(run.messages, session.tools)
        run.usage += turn.usage
        run.gaps += [turn.gap] if turn.gap else []
        run.messages.append(Message("assistant", turn.text, turn.calls))
        if not turn.calls and not waiting:
            return
        if not turn.calls:
            run.messages.append(Message("user", waiting.pop(0)))
        if len(run.calls) + len(turn.calls) > MAX_CALLS:
            break
        for call in turn.calls:
            await _make(call, session, run)
    run.gaps.append(f"the conversation did not end within {MAX_TURNS} turns and {MAX_CALLS} calls")


async def _make(call: ModelCall, session: Session, run: Dialogue) -> None:
    try:
        outcome = await session.call(ToolCall(name=call.name, arguments=call.arguments))
    except Exception as error:
        # The call may have left by then.
        undecided = Decision(allowed=False, ground="undecided", reason=bug_line(error))
        _note(call, Outcome(undecided, CallState.UNKNOWN, bug_line(error)), run)
        raise
    _note(call, outcome, run)


def _note(call: ModelCall, outcome: Outcome, run: Dialogue) -> None:
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
            events.append(_result_event(message))
        elif message.text:
            events.append({"type": "text", "role": message.role, "text": message.text})
        events += [_call_event(call, next(outcomes, None)) for call in message.calls]
    return events


def _result_event(message: Message) -> dict[str, Any]:
    event = {"type": "result", "id": message.call_id, "is_error": message.is_error, "text": message.text}
    # Most texts are the data, which need not be kept twice.
    is_said = message.data is None or message.text.lstrip().startswith("{")
    return event if is_said else {**event, "data": message.data}


def _call_event(call: ModelCall, outcome: Outcome | None) -> dict[str, Any]:
    event: dict[str, Any] = {"type": "call", "id": call.id, "name": call.name, "arguments": call.arguments}
    if outcome is None:
        return event | {"state": CallState.PROPOSED}
    decision = outcome.decision
    recorded = {"allowed": decision.allowed, "rule": decision.ground, "reason": decision.reason}
    return event | {"state": outcome.state, "decision": recorded}
