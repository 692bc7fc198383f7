"""One line of free text. The prompt has it in quotes, so that it reads as a name and not as an instruction."""

from __future__ import annotations

from collections.abc import Sequence

from promptkit.argument_type import ArgumentType, Control, quoted
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar
from promptkit.text import hidden_characters

MAX_STRING = 200


class StringType(ArgumentType):
    """Whatever a person writes, in one line."""

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be one line that is not blank and has no hidden characters."""
        if not isinstance(value, str) or not value.strip():
            return words.said("it must be text")
        if len(value) > MAX_STRING:
            return words.said("it must be at most %(count)s characters", count=MAX_STRING)
        hidden = hidden_characters(value)
        if not hidden:
            return None
        return words.said("it must be one line without hidden characters (%(code)s)", code=f"U+{ord(hidden[0]):04X}")

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """In quotes."""
        return quoted(str(value))

    def need(self, argument: Argument, words: Language) -> str:
        """A line and its length."""
        return words.said("one line of text, up to %(count)s characters", count=MAX_STRING)

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A text field."""
        return Control("text", "text", {"longest": MAX_STRING})

    def blank(self, argument: Argument, mark: str) -> Argument:
        """The mark in quotes, as a person's text would be."""
        return argument.model_copy(update={"default": mark})

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """A word."""
        return ["text"]


TYPE = StringType()
