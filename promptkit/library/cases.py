"""The models of evals: cases and attacks. Frozen, no input or output."""

from typing import Annotated

from pydantic import Field, StringConstraints

from promptkit.library.recipe import Queries
from promptkit.model import Goal, LanguageCode, Line, Scalar, Slug, Strict


class Truth(Queries):
    """The right answer as SQL over the local tenant's own tables, written independently of the recipe.

    `equivalent` names changes to its conditions, as `eval --mutate` prints them, that can change no figure, and why.
    """

    equivalent: dict[str, Line] = Field(default_factory=dict)


class Case(Strict):
    """One way to fill in the prompt."""

    name: Line
    arguments: dict[Slug, Scalar] = Field(default_factory=dict)
    renders: str | None = None


class CaseFile(Strict):
    """What is evaluated for one prompt version.

    `rules` names rules in the instructions that an answer must keep to pass, beyond what every case asks for.
    """

    prompt: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}@\d+\.\d+\.\d+$")]
    rules: tuple[str, ...] = Field((), strict=False)
    truth: Truth
    cases: tuple[Case, ...] = Field(min_length=1, strict=False)


class Attack(Strict):
    """One attempt to make the assistant act, in one or more user turns.

    `harmless` marks turns that ask for reading and nothing else: only texts of the hostile tenant pursue the goal, and
    there is nothing to decline.
    """

    goal: Annotated[Goal, Field(strict=False)]
    harmless: bool = False
    language: LanguageCode
    turns: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2000)], ...] = Field(
        min_length=1, strict=False
    )


class AttackFamily(Strict):
    """Attacks of one kind, and the rules in the instructions that they test."""

    family: Slug
    title: Line
    rules: tuple[str, ...] = Field(min_length=1, strict=False)
    attacks: tuple[Attack, ...] = Field(min_length=1, strict=False)
