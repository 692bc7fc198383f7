"""Results of tau-bench and tau2-bench: what an agent, and in the second also its simulated user, called in each trial.

The bench runs the calls. The first has messages of Chat Completions; the second has messages of its own.
Source: `EnvRunResult` of sierra-research/tau-bench; `data_model` of sierra-research/tau2-bench, 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from promptkit.audit.formats import openai_chat
from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="tau-bench and tau2-bench",
    get="Take the results file that the bench wrote.",
    shows="Each call of each trial with its result, those of the simulated user too.",
    lacks="Trials that are not in the file. It is no record of a chat host. Not verified with files of users.",
)

_ROLES = frozenset({"system", "user", "assistant", "tool"})
_READ = frozenset({"content", "tool_calls", "tool_messages"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A trial of the first bench, or a run of the second."""
    if not isinstance(value, dict):
        return False
    is_trial = isinstance(value.get("traj"), list) and "task_id" in value
    return is_trial or (isinstance(value.get("simulations"), list) and "tasks" in value)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each trial."""
    for location, value in records:
        if not matches(value):
            yield Conversation(location, [], [f"{location}: not a trial"])
        elif "traj" in value:
            yield _first(location, value)
        else:
            beside = overlooked(value, {"simulations", "tasks"})
            for index, simulation in enumerate(value["simulations"]):
                yield _second(f"{location}/simulations/{index}", simulation)
            if beside is not None:
                yield Conversation(location, [], [f"{location}: {sanitized(beside, 40)} may hold calls"])


def _name(trial: Mapping[str, Any]) -> str:
    return f"task {sanitized(trial.get('task_id'), 80)}, trial {sanitized(trial.get('trial'), 20)}"


def _first(location: str, trial: Mapping[str, Any]) -> Conversation:
    found = next(openai_chat.read([Value(location, {"messages": trial["traj"]})]))
    read, written = f"{location}/messages/", f"{location}/traj/"
    calls = [replace(call, location=call.location.replace(read, written, 1)) for call in found.calls]
    gaps = [gap.replace(read, written, 1) for gap in found.gaps]
    info = trial.get("info")
    if isinstance(info, dict) and info.get("error") is not None:
        gaps.append(f"{location}: the trial ended in an error")
    if (key := overlooked(trial, {"traj"})) is not None:
        gaps.append(f"{location}: {sanitized(key, 40)} may hold calls")
    return replace(found, id=_name(trial), calls=calls, gaps=gaps)


def _second(location: str, simulation: Any) -> Conversation:  # noqa: ANN401
    trial = simulation if isinstance(simulation, dict) else {}
    ledger = Ledger()
    if not isinstance(trial.get("messages"), list):
        ledger.gap(f"{location}: a trial without its messages")
    for place, message in ledger.each(trial.get("messages"), f"{location}/messages"):
        _message(ledger, message, place)
    # What an evaluation compares the calls with.
    ledger.beside(trial, {"messages", "reward_info"}, location)
    return ledger.conversation(_name(trial))


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    role = text_of(message.get("role"))
    if role not in _ROLES:
        ledger.gap(f"{location}: not a message of tau2-bench")
        return
    # Results of several calls stand inside one message.
    results = list(ledger.each(message.get("tool_messages"), f"{location}/tool_messages"))
    for place, result in results or ([(location, message)] if role == "tool" else []):
        state = CallState.FAILED if result.get("error") else CallState.EXECUTED
        ledger.settle(result.get("id"), state, place)
    if role != "tool":
        ledger.text(role, message.get("content"))
    for place, call in ledger.each(message.get("tool_calls"), f"{location}/tool_calls"):
        arguments, time = call.get("arguments", NOT_RECORDED), message.get("timestamp")
        ledger.beside(call, {"arguments"}, place)
        ledger.call(call.get("id"), call.get("name"), arguments, CallState.UNKNOWN, place, time=time, entry=place)
    # What the provider sent holds the same calls once more.
    calls = message["tool_calls"] if isinstance(message.get("tool_calls"), list) else []
    called = Counter(text_of(call.get("name")) for call in calls if isinstance(call, dict))
    ledger.beside(message, _READ | {"raw_data"} if called else _READ, location)
    if called and Counter(_names(message.get("raw_data"))) - called:
        ledger.gap(f"{location}: the provider sent calls that are not among these")


def _names(value: object) -> Iterator[str]:
    """The names of the functions that a provider's answer calls."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            if isinstance(function := inner.get("function"), dict):
                yield text_of(function.get("name"))
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
