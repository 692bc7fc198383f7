"""What every type of argument says about itself. A type is a module of promptkit/arguments, found by its name."""

from __future__ import annotations

import datetime
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Literal, assert_never

from promptkit import arguments
from promptkit.model import Argument, Profile, Scalar


@dataclass(frozen=True)
class Control:
    """What a form asks with, and how the page's script reads it (`shown` in promptkit/page/render.js).

    `element` is `select`, or the type of an HTML input, such as `checkbox`, `number`, `text`, `date` or `month`;
    `attributes` are further ones of the input. `takes` names what the control holds, and `rule` completes it:

    - `truth`: whether the box is ticked.
    - `option`: one key of `shown`, whose value stands in the text.
    - `number`: what matches `pattern`, from `minimum` to `maximum` and closer to zero than `below`, all but `pattern`
      optional. It stands in the text as Python writes it.
    - `pattern`: what matches `pattern` as a whole, a regular expression that means the same to JavaScript. It stands in
      the text as it is.
    - `text`: one line of at most `longest` characters. It stands in the text in quotes.
    """

    element: str
    takes: Literal["truth", "option", "number", "pattern", "text"]
    rule: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)

    @property
    def options(self) -> tuple[str, ...]:
        """What a `select` offers, in its order."""
        return tuple(self.rule.get("shown", ()))


class ArgumentType(ABC):
    """Everything that depends on the type of an argument. Values are those for which `why_not_valid` is None."""

    has_limits = False
    """Whether an argument may have `minimum` and `maximum`."""
    has_choices = False
    """Whether an argument has `choices`, which it then needs."""
    untouched: Scalar | None = None
    """What the control holds where nobody has filled it in and there is no default."""

    def default(self, argument: Argument, profile: Profile) -> Scalar | None:
        """What the argument is when nobody fills it in; None when somebody must."""
        return argument.default

    def parse(self, text: str) -> Scalar:
        """What a person typed, as a value; text that does not fit comes back as it is, for `why_not_valid`."""
        return text

    @abstractmethod
    def why_not_valid(self, argument: Argument, value: object, profile: Profile) -> str | None:
        """Why `value` cannot be the argument's value, as the end of a sentence; None when it can."""

    @abstractmethod
    def shown(self, value: Scalar, profile: Profile) -> str | bool:
        """How a value stands in the text; a boolean where the template asks whether it is set.

        Free text is quoted, so that it reads as a name and not as an instruction.
        """

    @abstractmethod
    def need(self, argument: Argument) -> str:
        """What fits, in the words that go after "This needs", such as `a date`."""

    @abstractmethod
    def control(self, argument: Argument, profile: Profile) -> Control:
        """What a form asks with."""

    def limits(self, argument: Argument) -> str:
        """The limits of the argument in words, such as `from 1 to 4,000`; empty where there are none."""
        return ""

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """All that can be chosen, as a person would type it; empty where that cannot be listed."""
        return ()

    @abstractmethod
    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """Values to try a prompt with, one at least; the least and the most where there are limits."""

    def blank(self, argument: Argument, mark: str) -> Argument:
        """The argument with a default for texts that somebody completes by hand: `mark`, or the first choice."""
        choices = argument.choices or (mark,)
        return argument.model_copy(update={"type": "choice", "choices": choices, "default": choices[0]})


def type_of(argument: Argument) -> ArgumentType:
    """The type of an argument."""
    return _type(argument.type)


@cache
def _type(name: str) -> ArgumentType:
    found: ArgumentType = import_module(f"{arguments.__name__}.{name}").TYPE
    return found


def written(value: Scalar) -> str:
    """A value as a control holds it and, for most types, as it stands in the text: the same on every machine."""
    match value:
        case bool():
            return str(value).lower()
        case datetime.date():
            return value.isoformat()
        case float():
            return repr(int(value)) if value.is_integer() else repr(value)
        case int() | str():
            return str(value)
        case _:
            assert_never(value)


def quoted(text: str) -> str:
    """A text in quotes, with those inside it escaped: how words are shown that the prompt's author did not write."""
    return json.dumps(text, ensure_ascii=False)
