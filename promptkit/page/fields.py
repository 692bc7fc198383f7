"""The arguments of a prompt -> the fields of a form, and what the page's script must know of each."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptkit.library.render import MAX_STRING, default_of, shown_value
from promptkit.model import Argument, ArgumentType, Profile, Scalar


@dataclass(frozen=True)
class FormField:
    """One field. `value` is what it starts with, as the control holds it; empty where somebody must fill it in.

    `options` are what can be chosen. `need` says what fits, as the end of a sentence.
    """

    name: str
    argument: Argument
    value: str
    options: tuple[str, ...]
    need: str

    @property
    def label(self) -> str:
        """What is asked for: the first sentence of the description."""
        return self._sentences[0]

    @property
    def hint(self) -> str:
        """What the control itself does not show: more of the description, limits, examples. May be empty."""
        limits = _range(self.argument).strip(" ,")
        examples = ", ".join(_written(example) for example in self.argument.examples)
        more = self._sentences[1]
        hints = [more, f"{limits[:1].upper()}{limits[1:]}", f"For example {examples}" if examples else ""]
        return " ".join(f"{hint}." for hint in hints if hint)

    @property
    def _sentences(self) -> tuple[str, str]:
        first, _, rest = self.argument.description.rstrip(".").partition(". ")
        return first, rest


def fields_of(arguments: Mapping[str, Argument], profile: Profile) -> list[FormField]:
    """The fields of a form, in the order of the arguments."""
    return [_field(name, argument, profile) for name, argument in arguments.items()]


def field_limits(field: FormField, profile: Profile) -> dict[str, Any]:
    """What the script checks a field against; `shown` is how each Organizational View stands in the text."""
    argument = field.argument
    rules: dict[str, Any] = {"type": argument.type, "need": field.need, "value": field.value}
    if argument.minimum is not None:
        rules["minimum"] = argument.minimum
    if argument.maximum is not None:
        rules["maximum"] = argument.maximum
    if argument.type is ArgumentType.ORGANIZATIONAL_VIEW:
        rules["shown"] = {label: shown_value(argument, label, profile) for label in field.options}
    return rules


def _field(name: str, argument: Argument, profile: Profile) -> FormField:
    options = argument.choices
    if argument.type is ArgumentType.ORGANIZATIONAL_VIEW:
        options = tuple(view.label for view in profile.organizational_views)
    default = default_of(name, argument, profile)
    if default is None and argument.type is ArgumentType.BOOLEAN:
        default = False  # A checkbox has no third state.
    return FormField(name, argument, _written(default), options, _need(argument))


def _written(value: Scalar | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime.date():
            return value.isoformat()
        case float() if value.is_integer():
            return repr(int(value))
    return str(value)


def _need(argument: Argument) -> str:
    match argument.type:
        case ArgumentType.INTEGER:
            return f"a whole number{_range(argument)}"
        case ArgumentType.NUMBER:
            return f"a number{_range(argument)}"
        case ArgumentType.DATE:
            return "a date"
        case ArgumentType.STRING:
            return f"one line of text, up to {MAX_STRING} characters"
        case ArgumentType.ORGANIZATIONAL_VIEW:
            return "one of your approved ways to slice the company"
        case ArgumentType.BOOLEAN:
            return "yes or no"
    return "one of the choices"


def _range(argument: Argument) -> str:
    low, high = (None if limit is None else f"{limit:,}" for limit in (argument.minimum, argument.maximum))
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f", {low} or more" if low is not None else f", {high} or less" if high is not None else ""
