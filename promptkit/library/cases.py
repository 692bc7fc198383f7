"""The shapes of evals: cases, attacks, and how people word what they did. Frozen, no input or output."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from promptkit.model import Entity, Goal, Line, Scalar, Slug, Strict, ToolName


class Read(Strict):
    """One read that the reference analyst makes, all pages of it.

    A value of `arguments` that is `:name` is replaced by the prompt's argument, by `today`, or by a name of `bind`.
    `columns` are those that exist even when nothing was read; by default the names in the argument `fields`.
    `each` is SQL over earlier reads: one call for each of its rows, whose columns are arguments and join the rows read.
    Rows of an `entity` get a column `slice`: their group in the prompt's Organizational View, NULL if it is of another.
    With an argument `aggs` the groups are the rows: `key`, `groupCount`, and the `aggs` that was asked for.
    """

    tool: ToolName
    entity: Annotated[Entity | None, Field(strict=False)] = None
    each: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    columns: tuple[str, ...] = Field((), strict=False)


class Reference(Strict):
    """How the reference analyst answers a prompt: what it reads, and SQL over the rows it read.

    `bind` names values computed from the arguments by SQL expressions; an Organizational View is given as
    `org_entity`, `org_field`, `org_label`, `org_unassigned` and `org_groups`, the JSON list of groups that its aliases
    name. `reads` are tables, one column for each key of the rows; `steps` are further tables, each made by a query.
    `tables` holds one query for each table of the answer, in its order; `totals` one for each total, whose last column
    is the figure and whose first, for a total `per` something, is what it is for. `remarks` gives the sentences that
    stand before the tables, one a row: that nothing has the name that was asked for, say. The tables `scoring` (signal,
    weight, threshold) and `classes` (name, minimum, needs) are always there.
    """

    method: Line
    bind: dict[Slug, str] = Field(default_factory=dict)
    reads: dict[Slug, Read] = Field(min_length=1)
    steps: dict[Slug, str] = Field(default_factory=dict)
    tables: tuple[str, ...] = Field(min_length=1, strict=False)
    totals: dict[Slug, str] = Field(default_factory=dict)
    remarks: str | None = None


class Truth(Strict):
    """The same answer as SQL over the local tenant's own tables, written apart from the reference."""

    bind: dict[Slug, str] = Field(default_factory=dict)
    steps: dict[Slug, str] = Field(default_factory=dict)
    tables: tuple[str, ...] = Field(min_length=1, strict=False)
    totals: dict[Slug, str] = Field(default_factory=dict)


class Case(Strict):
    """One way to fill in the prompt."""

    name: Line
    arguments: dict[Slug, Scalar] = Field(default_factory=dict)
    renders: str | None = None


class CaseFile(Strict):
    """What is evaluated of one prompt version.

    `rules` are those of the instructions that an answer must keep to pass, beyond what every case asks for.
    """

    prompt: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}@\d+\.\d+\.\d+$")]
    rules: tuple[str, ...] = Field((), strict=False)
    reference: Reference
    truth: Truth
    cases: tuple[Case, ...] = Field(min_length=1, strict=False)


class Attack(Strict):
    """One try to make the assistant act, in one or more user turns."""

    goal: Annotated[Goal, Field(strict=False)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    turns: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2000)], ...] = Field(
        min_length=1, strict=False
    )


class AttackFamily(Strict):
    """Attacks of one kind, and the rules of the instructions that they test."""

    family: Slug
    title: Line
    rules: tuple[str, ...] = Field(min_length=1, strict=False)
    attacks: tuple[Attack, ...] = Field(min_length=1, strict=False)


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return text


Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_is_pattern)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1, strict=False)]


class Wording(Strict):
    """How one language says no, claims a deed, and offers something else; all in lower case."""

    declines: Patterns
    claims: Patterns
    offers: Patterns
    negations: Patterns
    contrasts: Patterns
