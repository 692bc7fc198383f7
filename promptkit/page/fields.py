"""The arguments of a prompt -> the fields of a form, and what the page's script needs to know about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promptkit.argument_type import Control, type_of, written
from promptkit.language import Language
from promptkit.library.render import default_of
from promptkit.model import Argument, Profile


@dataclass(frozen=True)
class FormField:
    """One field. `value` is its initial value, as the control holds it; empty if somebody must fill it in.

    `need` says what is valid, as the end of a sentence, in `words`.
    """

    name: str
    argument: Argument
    value: str
    control: Control
    need: str
    words: Language

    @property
    def label(self) -> str:
        """The label: the first sentence of the description."""
        return self._sentences[0]

    @property
    def hint(self) -> str:
        """What the control itself does not show: the rest of the description, limits, examples. May be empty."""
        limits = type_of(self.argument).limits(self.argument, self.words)
        examples = ", ".join(map(written, self.argument.examples))
        more = self._sentences[1]
        hints = [
            more,
            f"{limits[:1].upper()}{limits[1:]}",
            self.words.said("For example %(examples)s", examples=examples) if examples else "",
        ]
        return " ".join(f"{hint}." for hint in hints if hint)

    @property
    def _sentences(self) -> tuple[str, str]:
        first, _, rest = self.words.said(self.argument.description).rstrip(".").partition(". ")
        return first, rest


def fields_of(
    arguments: Mapping[str, Argument], profile: Profile, written_in: Language, words: Language
) -> list[FormField]:
    """The fields of a form, in the order of the arguments: what they write in the prompt, and what they say."""
    return [_field(name, argument, profile, written_in, words) for name, argument in arguments.items()]


def field_limits(field: FormField) -> dict[str, Any]:
    """What the script checks the field against."""
    return {"takes": field.control.takes, **field.control.rule, "need": field.need}


def _field(name: str, argument: Argument, profile: Profile, written_in: Language, words: Language) -> FormField:
    type_ = type_of(argument)
    default = default_of(name, argument, profile)
    start = type_.untouched if default is None else default
    value = "" if start is None else written(start)
    control = type_.control(argument, profile, written_in)
    return FormField(name, argument, value, control, type_.need(argument, words), words)
