"""What a model gives for a view's arguments -> their values: it sends 30 and "30", and dates in words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from promptkit.argument_type import type_of, written
from promptkit.errors import PromptkitError, nearest
from promptkit.language import words_of
from promptkit.library.render import resolve_arguments
from promptkit.model import Argument, Profile, Prompt, Scalar
from promptkit.text import legible


def filled(prompt: Prompt, given: Mapping[str, Any], today: datetime.date, profile: Profile) -> dict[str, Scalar]:
    """Every argument of a view with its value; null is not given.

    Raises:
        PromptkitError: everything that is wrong, each with what is allowed.
    """
    named = {name: value for name, value in given.items() if value is not None}
    values = {name: _value(prompt.arguments.get(name), value, today) for name, value in named.items()}
    try:
        return resolve_arguments(prompt, values, profile)
    except PromptkitError as error:
        known, told = prompt.arguments, [problem.message for problem in error.problems]
        told += filter(None, (nearest(name, known, "") for name in named if name not in known))
        told += [
            limits
            for name, value in values.items()
            if name in known and (limits := _limits(prompt, name, value, profile))
        ]
        raise PromptkitError.of("wrong-argument", "; ".join(told), "correct the arguments") from None


def _limits(prompt: Prompt, name: str, value: Scalar, profile: Profile) -> str:
    """What an argument may be, if its value is none of that; empty if its type has no limits."""
    argument, words = prompt.arguments[name], words_of(prompt)
    if type_of(argument).why_not_valid(argument, value, profile, words) is None:
        return ""
    limits = type_of(argument).limits(argument, words)
    return words.said("%(name)s may be %(limits)s", name=name, limits=limits) if limits else ""


def _value(argument: Argument | None, value: Any, today: datetime.date) -> Scalar:  # noqa: ANN401
    """A value of JSON as its argument's type reads it; one that is not valid stays as it is."""
    if not isinstance(value, str | bool | int | float):
        return legible(value)
    text = written(value)
    return type_of(argument).parse(text.strip(), today) if argument else text
