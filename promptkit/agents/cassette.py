"""Cassettes: the turns of language models, recorded in one run and replayed in another without any model.

A cassette is a folder with `turns.jsonl`, JSON Lines. The first line is the header, `{"kind": "cassette", ...}` with
the fields of `About`; each turn is one line `{"kind": "turn", ...}` with the fields of `RecordedTurn`, on disk before
the conversation goes on. A sample that ran twice stands there twice, and the later line counts.

What the model was given is kept as digests only. E-mail addresses and secrets never get in: in place of one that the
model had been given stands which one it was (`[hidden 3]`: the third of the conversation), so that a replay says it
again; any other is `[hidden]` for good.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import Journal, whole_lines
from promptkit.agents.turns import BudgetSpentError, Message, Model, ModelCall, Turn, TurnError
from promptkit.errors import PromptkitError, bug_line
from promptkit.policy.decision import Definition
from promptkit.private import HIDDEN, PRIVATE, each_text
from promptkit.text import sanitized

FILE_NAME = "turns.jsonl"
Origin = Literal["model", "unverified", "scripted"]
_HIDDEN = re.compile(r"\[hidden (\d{1,6})\]")


@dataclass(frozen=True)
class About:
    """What a cassette holds.

    Args:
        setup: of the run that was recorded; a replay takes it, unless told otherwise.
        origin: `model` where a provider's own address answered; `unverified` where another endpoint did, since nobody
            can tell a model from a script there; `scripted` where a person wrote the turns.
        endpoint: the address that answered, None for the provider's own.
    """

    setup: EvalSpec
    origin: Origin = "scripted"
    endpoint: str | None = None


@dataclass(frozen=True)
class RecordedTurn:
    """One turn, the `turn`th of a sample. `given` is the digest of each part of what the model was given.

    Only a scripted cassette may leave `given` out. `error` says why there was no turn.
    """

    sample: str
    turn: int
    given: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    calls: Sequence[ModelCall] = ()
    gap: str = ""
    error: str = ""


class Cassette(Protocol):
    """Stands between a run and its language models. `replayed` is the origin of what it replays, empty if nothing."""

    replayed: str

    def model(self, sample: str, make: Callable[[], Model]) -> Model:
        """The model of one sample."""
        ...


def replayed_setup(recorded: EvalSpec, asked: EvalSpec) -> EvalSpec:
    """The setup that was recorded, with everything in its place that is asked for."""
    given = {one.name: value for one in fields(EvalSpec) if (value := getattr(asked, one.name)) != one.default}
    return replace(recorded, **given)


def origin_of(setup: EvalSpec) -> Origin:
    """What can be said of the turns of a run."""
    is_own = all(not model.startswith("openai-compatible:") for model in setup.models)
    return "model" if is_own and setup.base_url is None else "unverified"


class Recorder:
    """Records every turn. It goes on with a cassette that is there only where the run itself goes on.

    Raises:
        PromptkitError: the folder holds a cassette already, or cannot be written.
    """

    replayed = ""

    def __init__(self, folder: Path, setup: EvalSpec, *, resumed: bool) -> None:
        path = folder / FILE_NAME
        if resumed and path.exists():
            self._file = Journal.resumed(path)
        else:
            about = asdict(About(setup, origin_of(setup), setup.base_url))
            self._file = Journal.new(path, {"kind": "cassette", **about})

    def model(self, sample: str, make: Callable[[], Model]) -> Model:
        """The same model, recorded."""
        return _Recorded(sample, make(), self._file)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class _Recorded:
    def __init__(self, sample: str, model: Model, file: Journal) -> None:
        self._sample, self._model, self._file, self._turns = sample, model, file, 0

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        self._turns += 1
        place = {"kind": "turn", "sample": self._sample, "turn": self._turns, "given": _given(messages, tools)}
        try:
            turn = await self._model.turn(messages, tools)
            told = {"text": turn.text, "calls": [asdict(call) for call in turn.calls], "gap": turn.gap}
            kept = hidden(told, _private(messages))
        except (PromptkitError, BudgetSpentError):
            raise
        except Exception as error:
            why = str(error) if isinstance(error, TurnError) else bug_line(error)
            self._file.add(place | {"error": hidden(why, [])})
            raise
        self._file.add(place | kept)
        return turn


class Player:
    """Replays a cassette. It opens no model, and so no connection to one.

    Raises:
        PromptkitError: the cassette cannot be read; names the line.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME if folder.is_dir() else folder
        self.about, self._turns = _read(self._path)
        self.replayed: str = self.about.origin

    def model(self, sample: str, make: Callable[[], Model]) -> Model:
        """A model that says what was recorded of this sample."""
        return _Replayed(sample, self)

    def find(self, sample: str, turn: int, given: Mapping[str, str]) -> RecordedTurn:
        """The turn that was recorded.

        Raises:
            PromptkitError: there is none, or it was said to something else; says what is different now.
        """
        found = self._turns.get((sample, turn))
        if found is None:
            raise self._miss(sample, self._why_missing(sample, turn))
        if not found.given and self.about.origin == "scripted":
            return found
        changed = [name for name in given if given[name] != found.given.get(name)]
        if changed:
            raise self._miss(sample, f"before turn {turn} this has changed: {', '.join(changed)}")
        return found

    def _why_missing(self, sample: str, turn: int) -> str:
        if turn > 1:
            return f"the conversation goes on, but only {turn - 1} turns were recorded"
        other = next((one for one, _ in self._turns if _unversioned(one) == _unversioned(sample)), None)
        return (
            f"the prompt's version has changed: recorded was {sanitized(other, 200)}"
            if other
            else "it was not recorded"
        )

    def _miss(self, sample: str, why: str) -> Exception:
        fix = "record it anew: promptkit eval --cassette DIR"
        return PromptkitError.of(
            "cassette-miss", f"{sanitized(sample, 200)} cannot be replayed: {why}", fix, path=str(self._path)
        )


class _Replayed:
    def __init__(self, sample: str, player: Player) -> None:
        self._sample, self._player, self._turns = sample, player, 0

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        self._turns += 1
        found = self._player.find(self._sample, self._turns, _given(messages, tools))
        if found.error:
            raise TurnError(found.error)
        private = _private(messages)
        calls = [ModelCall(*(_restored(part, private) for part in (c.id, c.name, c.arguments))) for c in found.calls]
        return Turn(_restored(found.text, private), tuple(calls), gap=found.gap)


def _read(path: Path) -> tuple[About, dict[tuple[str, int], RecordedTurn]]:
    about, turns = None, {}
    for number, raw in enumerate(whole_lines(path), 1):
        try:
            line = json.loads(raw)
            if number == 1 and line["kind"] == "cassette":
                about = msgspec.convert(line, About)
            elif line["kind"] == "turn":
                turn = msgspec.convert(line, RecordedTurn)
                turns[turn.sample, turn.turn] = turn
        except (ValueError, RecursionError, TypeError, KeyError, msgspec.ValidationError) as error:
            raise _wrong(path, number, "this line is not of a cassette") from error
    if about is None:
        raise _wrong(path, 1, "it does not begin with the header of a cassette")
    return about, turns


def _wrong(path: Path, number: int, message: str) -> Exception:
    return PromptkitError.of(
        "wrong-cassette", message, "name a folder that --cassette wrote", path=str(path), line=number
    )


def _unversioned(sample: str) -> str:
    return re.sub(r"@[\d.]+", "", sample)


def _given(messages: Sequence[Message], tools: Sequence[Definition]) -> dict[str, str]:
    """Digests of what a model is given, by the name that people know it by. What is private makes no difference."""
    asked = next((place for place, one in enumerate(messages) if one.role == "user"), 0)
    return {
        "the instructions or today's date": _digest([one.text for one in messages[:asked]]),
        "the prompt or attack": _digest([one.text for one in messages[asked : asked + 1]]),
        "the list of tools": _digest([dict(tool) for tool in tools]),
        "the conversation since": _digest([[one.role, one.text, _calls(one)] for one in messages[asked + 1 :]]),
    }


def _calls(message: Message) -> list[dict[str, Any]]:
    return [asdict(call) for call in message.calls]


def _digest(value: Any) -> str:  # noqa: ANN401
    text = json.dumps(hidden(value, []), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _private(messages: Sequence[Message]) -> list[str]:
    """Every address and secret that a model was given, in order of appearance. What it said itself is not given."""
    given = [one.text for one in messages if one.role != "assistant"]
    return list(dict.fromkeys(match.group() for text in given for match in PRIVATE.finditer(text)))


def hidden(value: Any, known: Sequence[str]) -> Any:  # noqa: ANN401
    """A JSON value without addresses and secrets; one that is `known` is told by its place, from 1."""
    places = {text: place for place, text in enumerate(known, 1)}

    def hide(match: re.Match[str]) -> str:
        place = places.get(match.group())
        return f"[hidden {place}]" if place else HIDDEN

    return each_text(value, lambda text: PRIVATE.sub(hide, text))


def _restored(value: Any, known: Sequence[str]) -> Any:  # noqa: ANN401
    def restore(match: re.Match[str]) -> str:
        place = int(match[1])
        return known[place - 1] if 0 < place <= len(known) else match.group()

    return each_text(value, lambda text: _HIDDEN.sub(restore, text))
