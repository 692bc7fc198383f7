"""What every argument type defines. A type is a module in promptkit/arguments, found by its name."""

from __future__ import annotations

import datetime
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Literal, assert_never

from promptkit import arguments
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar


@dataclass(frozen=True)
class Control:
    """The control that a form uses, and how the page's script reads it (`shown` in promptkit/page/render.js).

    `element` is `select`, or the type of an HTML input, such as `checkbox`, `number`, `text`, `date` or `month`;
    `attributes` are further attributes of the input. `takes` names what the control holds, and `rule` completes it:

    - `truth`: whether the box is ticked.
    - `option`: one key of `shown`, whose value is written in the prompt.
    - `number`: a number that matches `pattern`, from `minimum` to `maximum` and closer to zero than `below`; all but
      `pattern` are optional. It is written in the prompt as Python writes it.
    - `pattern`: text that matches all of `pattern`, a regular expression that means the same in JavaScript. It is
      written in the prompt unchanged.
    - `window`: days or dates in one of `forms`, as promptkit/arguments/window.py reads them; days without a word go the
      `way`, and are from `least` to `most`.
    - `text`: one line of at most `longest` characters, and one of the `groups` of the label that another control
      holds, if it has any. It is written in the prompt in quotes.
    """

    element: str
    takes: Literal["truth", "option", "number", "pattern", "window", "text"]
    rule: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)

    @property
    def options(self) -> tuple[str, ...]:
        """What a `select` offers, in order."""
        return tuple(self.rule.get("shown", ()))


class ArgumentType(ABC):
    """Everything that depends on an argument's type. A value is valid if `why_not_valid` returns None for it."""

    has_limits = False
    """Whether an argument may have `minimum` and `maximum`."""
    has_choices = False
    """Whether an argument must have `choices`."""
    untouched: Scalar | None = None
    """What the control holds before anybody has filled it in, if there is no default."""
    names: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Further names that a template may use besides the argument's own, each with the texts it can be compared with."""
    widens: tuple[str, ...] = ()
    """The types whose values are all valid for this one too, so that a change to it takes nothing away."""

    def default(self, argument: Argument, profile: Profile) -> Scalar | None:
        """The argument's value if nobody fills it in; None if somebody must."""
        return argument.default

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """The text as it was typed `today`, as a value; text that is not valid is returned, for `why_not_valid`."""
        return text

    @abstractmethod
    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """Why `value` cannot be the argument's value, as the end of a sentence in `words`; None when it can."""

    def why_not_beside(
        self,
        value: Scalar,
        arguments: Mapping[str, Argument],
        values: Mapping[str, Scalar],
        profile: Profile,
        words: Language,
    ) -> str | None:
        """Why a valid value does not go with the other arguments' values, as the end of a sentence; None if it does."""
        return None

    @abstractmethod
    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """How a value is written in the prompt; a boolean if the template asks whether it is set.

        Free text is quoted, so that it reads as a name and not as an instruction. Words of ours are those of the
        prompt's language, from `words`.
        """

    def texts(
        self, name: str, argument: Argument, value: Scalar, profile: Profile, words: Language
    ) -> dict[str, str | bool]:
        """What a template can refer to: the value as it is shown, under the argument's name, and the type's `names`."""
        return {name: self.shown(argument, value, profile, words)}

    def parameters(self, name: str, argument: Argument, value: Scalar, today: datetime.date) -> dict[str, Scalar]:
        """What SQL can refer to: a value under the argument's name, or several under names that begin with it."""
        return {name: value}

    @abstractmethod
    def need(self, argument: Argument, words: Language) -> str:
        """What is valid, in words that follow "This needs", such as `a date`."""

    @abstractmethod
    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """The control that a form uses."""

    def limits(self, argument: Argument, words: Language) -> str:
        """The limits of the argument in words, such as `from 1 to 4,000`; empty if there are none."""
        return ""

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """Everything that can be chosen, as a person would type it; empty if it cannot be listed."""
        return ()

    @abstractmethod
    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """Values to try a prompt with, at least one; if there are limits, the least and the most."""

    def blank(self, argument: Argument, mark: str) -> Argument:
        """The argument with a default for texts that a person completes by hand: `mark`, or the first choice."""
        choices = argument.choices or (mark,)
        return argument.model_copy(update={"type": "choice", "choices": choices, "default": choices[0]})


def type_of(argument: Argument) -> ArgumentType:
    """The type of an argument."""
    return _type(argument.type)


@cache
def _type(name: str) -> ArgumentType:
    type_: ArgumentType = import_module(f"{arguments.__name__}.{name}").TYPE
    return type_


def written(value: Scalar) -> str:
    """A value as a control holds it and, for most types, as the prompt writes it: the same on every machine."""
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
    """A text in quotes, with quotes inside it escaped: how the prompt writes words that are not its author's."""
    return json.dumps(text, ensure_ascii=False)
