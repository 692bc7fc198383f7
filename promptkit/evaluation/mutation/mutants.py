"""A query that is wrong in one condition: every such query, with what was changed and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp, parse_one

from promptkit.evaluation.mutation.changes import LEFT_OUT, Change, changes, is_condition, sql


@dataclass(frozen=True)
class Mutant:
    """A query that is wrong in one condition.

    Args:
        condition: what was changed, as SQL.
        becomes: what stands in its place, as SQL, or `left out`.
        offset: the place in the query of the first name or number of the condition.
        query: the wrong query.
        within: the conditions that it is part of: where one of them can be left out unseen, so can its parts.
    """

    condition: str
    becomes: str
    offset: int
    query: str
    within: tuple[str, ...]

    @property
    def change(self) -> str:
        """`condition -> becomes`, by which a case names it."""
        return f"{self.condition} -> {self.becomes}"


def mutants(query: str, lead: str = "") -> list[Mutant]:
    """Every query that differs in one condition from a query, in the order of their places.

    Args:
        query: one SELECT of SQLite's, as written.
        lead: what goes before the query to make it one, such as `SELECT ` before an expression.

    Raises:
        SqlglotError: the parser does not know what SQLite may know.
    """
    root = _parsed(lead + query)
    found = [_mutant(root, change, len(lead)) for node in list(root.this.walk()) for change in list(changes(node))]
    return list(dict.fromkeys(found))


def rewritten(query: str, lead: str = "") -> str:
    """A query as it is put together again, with nothing changed."""
    return sql(_parsed(lead + query).this)[len(lead) :]


def _parsed(query: str) -> exp.Paren:
    # A node can only be replaced within another one.
    return exp.Paren(this=parse_one(query, dialect="sqlite"))


def _mutant(root: exp.Paren, change: Change, lead: int) -> Mutant:
    starts = [part.meta["start"] for part in change.node.walk() if "start" in part.meta]
    offset = max(min(starts, default=0) - lead, 0)
    within = tuple(sql(node) for node in _around(change) if is_condition(node))
    other = change.other.copy()
    change.node.replace(other)
    query = sql(root.this)[lead:]
    other.replace(change.node)
    return Mutant(change.condition, change.becomes, offset, query, within)


def _around(change: Change) -> Iterator[exp.Expr]:
    """The nodes around a change, and its own node where it is not left out whole."""
    node = change.node if change.becomes != LEFT_OUT else change.node.parent
    while node is not None:
        yield node
        node = node.parent
