"""What is wrong with how a view is drawn: a chart needs columns or totals that are there and go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptkit.errors import Problem, nearest
from promptkit.files import Document
from promptkit.model import Chart, ChartType, Column, ColumnType, Prompt, Status, Table, Total

_NUMBERS = {ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.PERCENT, ColumnType.MONEY}
_DAYS = {ColumnType.DATE, ColumnType.DATETIME}


def check_chart(document: Document, prompt: Prompt) -> Iterator[Problem]:
    """The problems in a prompt's `chart`; a stable prompt needs one."""
    if prompt.chart is None and prompt.status is Status.STABLE:
        fix = "add chart: {type: bars, x: [COLUMN], y: [COLUMN]}, or chart: and why a picture would not help"
        yield document.problem_at(("name",), "no-chart", f"{prompt.name} does not say how it is drawn", fix)
    if isinstance(prompt.chart, Chart):
        reasons = _of_totals(prompt.chart, prompt) if prompt.chart.totals else _of_rows(prompt.chart, prompt)
        for message, fix in reasons:
            yield document.problem_at(("chart",), "wrong-chart", f"the chart {message}", fix)


Reasons = Iterator[tuple[str, str]]


def _of_totals(chart: Chart, prompt: Prompt) -> Reasons:
    totals = {total.name: total for total in prompt.answer.totals}
    if chart.heading or chart.x or chart.y or chart.by or chart.per:
        yield "is of totals and of rows", "write totals: alone, or heading:, x: and y:"
    if missing := [name for name in chart.totals if name not in totals]:
        yield f"names the total {missing[0]}, and there is none", nearest(missing[0], totals, "name one of the totals")
        return
    drawn = [totals[name] for name in chart.totals]
    yield from _why_not_one_axis(drawn)
    if any(total.type is ColumnType.MONEY for total in drawn):
        yield "is of totals that are money", "draw rows, with per: and the column of currencies"
    if len({total.per for total in drawn}) > 1:
        yield "is of totals per different things", "name totals with the same per, or all without"
    yield from _why_not_type(chart, drawn)


def _of_rows(chart: Chart, prompt: Prompt) -> Reasons:
    headings = {table.heading: table for table in prompt.answer.tables}
    table = headings.get(chart.heading) if chart.heading else prompt.answer.tables[0]
    if table is None:
        fix = nearest(str(chart.heading), headings, "name one of the headings")
        yield f"names the table {chart.heading}, and there is none", fix
        return
    columns = {column.name: column for column in table.columns}
    named = [*chart.x, *chart.y, *([chart.per] if chart.per else [])]
    if missing := [name for name in named if name not in columns]:
        fix = nearest(missing[0], columns, "name one of its columns")
        yield f"names the column {missing[0]}, and {table.heading} has none", fix
        return
    drawn = [columns[name] for name in chart.y]
    yield from _why_not_labels(chart, [columns[name] for name in chart.x])
    yield from _why_not_one_axis(drawn)
    yield from _why_not_currencies(chart, drawn, table)
    yield from _why_not_type(chart, drawn)


def _why_not_labels(chart: Chart, labels: Sequence[Column]) -> Reasons:
    if not labels:
        yield "has no labels", "add x: and the columns that say what is drawn, or totals:"
    if chart.by and [column.type in _DAYS for column in labels] != [True]:
        yield f"is by {chart.by}, but not of one column of days", "name one column of type date or datetime as x:"
    if not chart.y and not chart.by:
        yield "measures nothing", "add y: and the columns with its figures, or by: month to count the rows of a month"


def _why_not_one_axis(drawn: Sequence[Column | Total]) -> Reasons:
    if wrong := [one.name for one in drawn if one.type not in _NUMBERS]:
        yield f"measures {wrong[0]}, which is not a number", "name columns or totals of numbers"
    elif len({one.type for one in drawn}) > 1:
        yield "measures different kinds of figures on one axis", "draw only figures of one type"


def _why_not_currencies(chart: Chart, drawn: Sequence[Column], table: Table) -> Reasons:
    if any(column.type is ColumnType.MONEY for column in drawn) and not chart.per:
        yield f"mixes the currencies of {table.heading}", "add per: and the column that names the currency"


def _why_not_type(chart: Chart, drawn: Sequence[Column | Total]) -> Reasons:
    is_percent = any(one.type is ColumnType.PERCENT for one in drawn)
    if is_percent and (chart.by or chart.stacked or chart.type is ChartType.SHARES):
        yield "adds up percentages", "draw them as plain bars or lines"
    if chart.type is ChartType.SHARES and len(drawn) > 1:
        yield "shows the shares of several figures", "name one figure, or write type: bars"
    if chart.stacked and (chart.type is not ChartType.BARS or not drawn[1:]):
        yield "stacks what cannot be stacked", "write stacked: only for bars of several figures"
