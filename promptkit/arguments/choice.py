"""One of an argument's `choices`. It is written in the prompt unchanged, and a template may compare it with `==`."""

from __future__ import annotations

from collections.abc import Sequence

from promptkit.argument_type import ArgumentType, Control, written
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar


class ChoiceType(ArgumentType):
    """One of a few texts that the author of the prompt wrote."""

    has_choices = True

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be one of the choices."""
        choices = ", ".join(argument.choices)
        return None if value in argument.choices else words.said("it must be one of %(choices)s", choices=choices)

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """Unchanged, because the prompt's author wrote it."""
        return written(value)

    def need(self, argument: Argument, words: Language) -> str:
        """One of the choices."""
        return words.said("one of the choices")

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A list to select from."""
        return Control("select", "option", {"shown": {choice: choice for choice in argument.choices}})

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """The choices, in the author's order."""
        return argument.choices

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """Each choice."""
        return argument.choices or ["none"]


TYPE = ChoiceType()
