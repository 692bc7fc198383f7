"""The models of recipes, by which code answers prompts: what to read, and SQL over it. Frozen, no input or output."""

import datetime
import json
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from promptkit.argument_type import type_of
from promptkit.model import (
    Argument,
    Entity,
    Line,
    OrganizationalView,
    Scalar,
    Slug,
    Strict,
    ToolName,
)


class Queries(Strict):
    """SQL for the figures of an answer.

    `bind` names values computed from the arguments by SQL expressions. `steps` are intermediate tables, each the result
    of a query. `tables` holds one query for each table of the answer, in its order; `totals` one for each total, whose
    last column is the figure and whose first, for a total `per` something, is what it is for. The tables `scoring`
    (signal, weight, threshold) and `classes` (name, minimum, needs) always exist.
    """

    bind: dict[Slug, str] = Field(default_factory=dict)
    steps: dict[Slug, str] = Field(default_factory=dict)
    tables: tuple[str, ...] = Field(min_length=1, strict=False)
    totals: dict[Slug, str] = Field(default_factory=dict)


class Read(Strict):
    """One list to read, to its last page unless `first` or `newest_first` says how far.

    A value `:name` in `arguments` is replaced by the prompt's argument, by `today`, or by a name from `bind`.
    `columns` are those that exist even if nothing was read; by default the names in the argument `fields`.
    `each` is SQL over earlier reads: one call for each of its rows, whose columns are arguments of the call and columns
    of the rows it returns. With an `entity`, rows get a column `slice`: their group in the prompt's Organizational
    View, NULL if that is for another entity. With an argument `aggs` the rows are groups: `key`, `groupCount`, `aggs`,
    or, for a metric, one row: `key`, `value`, `aggs`.
    `first` is the number of rows that are enough; with 0 only Torii's total is wanted, which the table `torii_total`
    (read, total) has for every read. `newest_first` names the field by which the newest rows come first, and the start
    of the window: nothing is read beyond the first row before it.
    """

    tool: ToolName
    entity: Annotated[Entity | None, Field(strict=False)] = None
    each: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    columns: tuple[str, ...] = Field((), strict=False)
    first: Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern="^:[a-z][a-z0-9_]*$")] | None = None
    newest_first: dict[str, str] = Field(default_factory=dict, max_length=1)

    @property
    def certain_columns(self) -> tuple[str, ...]:
        """The columns of its table even if nothing was read."""
        fields = self.arguments.get("fields")
        names = fields.split(",") if isinstance(fields, str) else []
        return self.columns or tuple(name.strip() for name in names if name.strip())


class Recipe(Queries):
    """How code answers a prompt: what it reads, and SQL over the rows it read.

    `reads` are tables with a column for each key of their rows. In SQL, an Organizational View is `org_entity`,
    `org_field`, `org_label`, `org_unassigned` and `org_groups`, the JSON list of groups that its aliases name.
    `remarks` gives the sentences before the tables, one per row, for example that nothing has the requested name.
    With `partial`, each row of a table is from one list alone: where a list cannot be read, only its rows are missing.
    """

    method: Line
    reads: dict[Slug, Read] = Field(min_length=1)
    remarks: str | None = None
    partial: bool = False


def parameters(
    arguments: Mapping[str, Argument],
    values: Mapping[str, Scalar],
    today: datetime.date,
    view: OrganizationalView | None = None,
) -> dict[str, Any]:
    """What `:name` can refer to in a recipe or a truth, before its own `bind`."""
    named: dict[str, Any] = {"today": today.isoformat()}
    for name, value in values.items():
        named |= type_of(arguments[name]).parameters(name, arguments[name], value, today)
    if view:
        named |= {"org_entity": view.entity, "org_field": view.field, "org_label": view.label}
        named |= {"org_unassigned": view.unassigned, "org_groups": json.dumps([*view.aliases.values()])}
    return named


def call_arguments(read: Read, values: Mapping[str, Any], view: OrganizationalView | None) -> dict[str, Any]:
    """The arguments of each call of a read, without the columns of its `each`.

    The view's field is read too, if the rows are of the view's entity.
    """
    arguments = {name: _filled(value, values) for name, value in read.arguments.items()}
    if view and view.entity is read.entity and isinstance(fields := arguments.get("fields"), str):
        arguments["fields"] = f"{fields},{view.field}"
    return arguments


class Extent(NamedTuple):
    """How far to read a list: how many rows are enough, None for all; and which rows are too old, by which field."""

    first: int | None = None
    field: str = ""
    start: str = ""

    def first_page(self, arguments: Mapping[str, Any]) -> dict[str, int]:
        """What the call for the first page needs besides its arguments: no more rows than are enough."""
        return {} if self.first is None else {"size": max(min(self.first, arguments.get("size", self.first)), 1)}


def extent(read: Read, values: Mapping[str, Any]) -> Extent:
    """How far to read, with the values filled in."""
    first = _filled(read.first, values)
    field, start = next(iter(_filled(read.newest_first, values).items()), ("", ""))
    return Extent(None if first is None else int(first), field, str(start))


def _filled(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.startswith(":") and value[1:] in values:
        return values[value[1:]]
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value
