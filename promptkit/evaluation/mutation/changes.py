"""What can be wrong in a part of a query: a condition left out, an operator, a boundary, a join, an order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

LEFT_OUT = "left out"
_OTHER: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
}
# `> 5` becomes `>= 5` in any case; the step to the other side is `> 6`.
_STEP = {exp.GT: 1, exp.LTE: 1, exp.GTE: -1, exp.LT: -1}


class Change(NamedTuple):
    """A node, what stands in its place, and both in words."""

    node: exp.Expr
    other: exp.Expr
    condition: str
    becomes: str


def sql(node: exp.Expr) -> str:
    """A part of a query as SQLite reads it, on one line."""
    return node.sql(dialect="sqlite")


def changes(node: exp.Expr) -> Iterator[Change]:
    """Everything that can be wrong in a node, apart from what can be in the nodes below it.

    AND for OR is none of it: the rows are then at least those of each side alone, so one of the sides shows it.
    """
    if is_condition(node):
        yield _left_out(node)
    match node:
        case exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
            yield _other(node)
            yield from _steps(node)
        case exp.EQ() | exp.NEQ() if not _is_key(node):
            yield _other(node)
        case exp.Not():
            yield Change(node, exp.paren(node.this), sql(node), sql(node.this.unnest()))
        case exp.Between():
            yield from _ends(node)
        case exp.Coalesce():
            yield Change(node, node.this, sql(node), sql(node.this))
        case exp.Select(args={"distinct": exp.Distinct()}):
            yield Change(node, _with(node, distinct=None), "DISTINCT", LEFT_OUT)
        case exp.Distinct(expressions=[inner]):
            yield Change(node, inner, sql(node), LEFT_OUT)
        case exp.Join(side="LEFT"):
            yield Change(node, _with(node, side=None), sql(node), sql(_with(node, side=None)))
        case exp.Ordered() if _is_cut(node):
            other = _with(node, desc=not node.args.get("desc"), nulls_first=None)
            yield Change(node, other, sql(node), sql(other))


def is_condition(node: exp.Expr) -> bool:
    """Whether it is one of the conditions of a WHERE, HAVING or ON, or of an AND or OR anywhere, and not their sum."""
    match node.parent:
        case exp.Connector() as parent:
            return not isinstance(node, type(parent))
        case exp.Where() | exp.Having():
            return not isinstance(node, exp.Connector)
    return False


def _left_out(node: exp.Expr) -> Change:
    # In OR, what is left out adds no row; elsewhere it keeps every row.
    return Change(node, exp.false() if isinstance(node.parent, exp.Or) else exp.true(), sql(node), LEFT_OUT)


def _with(node: exp.Expr, **parts: object) -> exp.Expr:
    other = node.copy()
    for name, part in parts.items():
        other.set(name, part)
    return other


def _other(node: exp.Binary) -> Change:
    other = _OTHER[type(node)](this=node.left.copy(), expression=node.right.copy())
    return Change(node, other, sql(node), sql(other))


def _is_key(node: exp.Binary) -> bool:
    """Whether it says which rows belong together in a join, which is no rule of the answer's."""
    return (
        isinstance(node.parent, exp.Join) and isinstance(node.left, exp.Column) and isinstance(node.right, exp.Column)
    )


def _steps(node: exp.Binary) -> Iterator[Change]:
    number = node.right
    if isinstance(number, exp.Literal) and number.is_int:
        other = _with(node, expression=exp.Literal.number(int(number.name) + _STEP[type(node)]))
        yield Change(node, other, sql(node), sql(other))


def _ends(node: exp.Between) -> Iterator[Change]:
    what, low, high = node.this, node.args["low"], node.args["high"]
    for end, first, last in (("first", exp.GT, exp.LTE), ("last", exp.GTE, exp.LT)):
        above = first(this=what.copy(), expression=low.copy())
        below = last(this=what.copy(), expression=high.copy())
        yield Change(node, exp.paren(exp.and_(above, below)), sql(node), f"without the {end}")


def _is_cut(node: exp.Ordered) -> bool:
    select = node.parent.parent if node.parent else None
    return isinstance(select, exp.Select) and select.args.get("limit") is not None
