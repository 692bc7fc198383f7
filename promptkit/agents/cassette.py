"""Cassettes: the turns of language models, recorded in one run and replayed in another without any model.

A cassette is a folder with `turns.jsonl`, JSON Lines. The first line is the header, `{"kind": "cassette", ...}` with
the fields of `About`; each turn is one line `{"kind": "turn", ...}` with the fields of `RecordedTurn`, on disk before
the conversation continues. A sample that ran twice is in it twice, and the later lines count.

What the model was given is kept only as digests. E-mail addresses and secrets are never written. If the model had been
given one, its number is written instead (`[hidden 3]` for the third in the conversation), so that a replay can put it
back; any other is written as `[hidden]` and lost.
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
from promptkit.agents.turns import Message, Model, ModelCall, StopRunError, Turn, TurnError
from promptkit.bugs import bug_line
from promptkit.errors import PromptkitError
from promptkit.known_secrets import HIDDEN, each_text
from promptkit.policy.decision import Definition
from promptkit.private import PRIVATE
from promptkit.text import sanitized

FILE_NAME = "turns.jsonl"
Origin = Literal["model", "unverified", "scripted"]
_HIDDEN = re.compile(r"\[hidden (\d{1,6})\]")


@dataclass(frozen=True)
class About:
    """What a cassette holds.

    Args:
        setup: the setup of the recorded run; a replay uses it, unless asked for something else.
        origin: `model` if a provider's own address answered; `unverified` if another endpoint did, since nobody can
            tell a model from a script there; `scripted` if a person wrote the turns.
        endpoint: the address that answered; None for the provider's own.
    """

    setup: EvalSpec
    origin: Origin = "scripted"
    endpoint: str | None = None


@dataclass(frozen=True)
class RecordedTurn:
    """Turn number `turn` of a sample. `given` has a digest of each part of what the model was given.

    Only a scripted cassette may leave out `given`. `error` says why there was no turn.
    """

    sample: str
    turn: int
    given: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    calls: Sequence[ModelCall] = ()
    gap: str = ""
    error: str = ""


class Cassette(Protocol):
    """Stands between a run and its language models. `replayed` is the origin of replayed turns; empty if none are."""

    replayed: str

    def model(self, sample: str, make: Callable[[], Model]) -> Model:
        """The model of one sample."""
        ...


def replayed_setup(recorded: EvalSpec, asked: EvalSpec) -> EvalSpec:
    """The recorded setup, changed by everything that was asked for."""
    changes = {one.name: value for one in fields(EvalSpec) if (value := getattr(asked, one.name)) != one.default}
    return replace(recorded, **changes)


def origin_of(setup: EvalSpec) -> Origin:
    """The origin to write down for the turns of a run."""
    is_own = all(not model.startswith("openai-compatible:") for model in setup.models)
    return "model" if is_own and setup.base_url is None else "unverified"


class Recorder:
    """Records every turn. It continues an existing cassette only if the run itself is continued.

    Raises:
        PromptkitError: the folder already holds a cassette, or cannot be written.
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
        """Close the file."""
        self._file.close()


class _Recorded:
    def __init__(self, sample: str, model: Model, file: Journal) -> None:
        self._sample = sample
        self._model = model
        self._file = file
        self._turns = 0

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        self._turns += 1
        place = {"kind": "turn", "sample": self._sample, "turn": self._turns, "given": _given(messages, tools)}
        try:
            turn = await self._model.turn(messages, tools)
            content = {"text": turn.text, "calls": [asdict(call) for call in turn.calls], "gap": turn.gap}
            kept = hidden(content, _private(messages))
        except (PromptkitError, StopRunError):
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, TurnError) else bug_line(error)
            self._file.add(place | {"error": hidden(reason, [])})
            raise
        self._file.add(place | kept)
        return turn


class Player:
    """Replays a cassette, without opening a model or a connection to one.

    Raises:
        PromptkitError: the cassette cannot be read; names the line.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME if folder.is_dir() else folder
        self.about, self._turns = _read(self._path)
        self.replayed: str = self.about.origin

    def model(self, sample: str, make: Callable[[], Model]) -> Model:
        """A model that repeats what was recorded for this sample."""
        return _Replayed(sample, self)

    def find(self, sample: str, turn: int, given: Mapping[str, str]) -> RecordedTurn:
        """The recorded turn.

        Raises:
            PromptkitError: there is none, or it answered something else; says what has changed.
        """
        recorded = self._turns.get((sample, turn))
        if recorded is None:
            raise self._miss(sample, self._why_missing(sample, turn))
        if not recorded.given and self.about.origin == "scripted":
            return recorded
        changed = [name for name in given if given[name] != recorded.given.get(name)]
        if changed:
            raise self._miss(sample, f"before turn {turn} this has changed: {', '.join(changed)}")
        return recorded

    def _why_missing(self, sample: str, turn: int) -> str:
        if turn > 1:
            return f"the conversation continues, but only {turn - 1} turns were recorded"
        other = next((name for name, _ in self._turns if _unversioned(name) == _unversioned(sample)), None)
        return (
            f"the prompt's version has changed: {sanitized(other, 200)} was recorded"
            if other
            else "it was not recorded"
        )

    def _miss(self, sample: str, why: str) -> Exception:
        fix = "record it again: promptkit eval --cassette DIR"
        return PromptkitError.of(
            "cassette-miss", f"{sanitized(sample, 200)} cannot be replayed: {why}", fix, path=str(self._path)
        )


class _Replayed:
    def __init__(self, sample: str, player: Player) -> None:
        self._sample = sample
        self._player = player
        self._turns = 0

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        self._turns += 1
        recorded = self._player.find(self._sample, self._turns, _given(messages, tools))
        if recorded.error:
            raise TurnError(recorded.error)
        private = _private(messages)
        calls = [ModelCall(*(_restored(part, private) for part in (c.id, c.name, c.arguments))) for c in recorded.calls]
        return Turn(_restored(recorded.text, private), tuple(calls), gap=recorded.gap)


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
            raise _wrong(path, number, "this line does not belong in a cassette") from error
    if about is None:
        raise _wrong(path, 1, "it does not begin with a cassette's header")
    return about, turns


def _wrong(path: Path, number: int, message: str) -> Exception:
    return PromptkitError.of(
        "wrong-cassette", message, "name a folder that --cassette wrote", path=str(path), line=number
    )


def _unversioned(sample: str) -> str:
    return re.sub(r"@[\d.]+", "", sample)


def _given(messages: Sequence[Message], tools: Sequence[Definition]) -> dict[str, str]:
    """Digests of what a model is given, by names for people. Private texts do not change them."""
    asked = next((place for place, message in enumerate(messages) if message.role == "user"), 0)
    return {
        "the instructions or today's date": _digest([message.text for message in messages[:asked]]),
        "the prompt or attack": _digest([message.text for message in messages[asked : asked + 1]]),
        "the list of tools": _digest([dict(tool) for tool in tools]),
        "the conversation since": _digest([[each.role, each.text, _calls(each)] for each in messages[asked + 1 :]]),
    }


def _calls(message: Message) -> list[dict[str, Any]]:
    return [asdict(call) for call in message.calls]


def _digest(value: Any) -> str:  # noqa: ANN401
    text = json.dumps(hidden(value, []), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _private(messages: Sequence[Message]) -> list[str]:
    """Every address and secret that a model was given, in order of appearance, without those it wrote itself."""
    given = [message.text for message in messages if message.role != "assistant"]
    return list(dict.fromkeys(match.group() for text in given for match in PRIVATE.finditer(text)))


def hidden(value: Any, known: Sequence[str]) -> Any:  # noqa: ANN401
    """A JSON value without addresses and secrets; a `known` one is replaced by its number, from 1."""
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
