"""A self-contained HTML page, which shows all text from outside and runs none of it."""

from __future__ import annotations

from typing import assert_never

from markupsafe import Markup

from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Line, Lines
from promptkit.reports.frame import BASE_STYLE, FOLDER, environment, inline, security_policy
from promptkit.reports.rows import Page, Report
from promptkit.reports.visible import visible

_TEMPLATES = FOLDER / "templates"
_PAGE = Page(_TEMPLATES / "report.html.j2", script=None, values=dict)


def write(report: Report) -> str:
    """The report as a page, by its own template if it has one.

    Raises:
        PromptkitError: what the page shows besides the report cannot be read.
    """
    page = report.page or _PAGE
    jinja = environment(page.template.parent, _TEMPLATES)
    jinja.filters |= {"template": _template, "cell": _cell, "badge": _badge}
    style = inline(BASE_STYLE, FOLDER / "report.css")
    scripts = [inline(page.script)] if page.script else []
    return jinja.get_template(page.template.name).render(
        report=report, csp=security_policy(style, scripts), style=style, scripts=scripts, **page.values()
    )


def _template(block: Block) -> str:
    match block:
        case Line():
            return "line.html.j2"
        case Grid():
            return "grid.html.j2"
        case Bullets():
            return "bullets.html.j2"
        case _:
            assert_never(block)


def _cell(cell: Cell) -> Markup:
    match cell:
        case Verdict():
            return _badge(cell)
        case str():
            return visible(cell)
        case Lines():
            return Markup("<br>").join(map(visible, [*cell.lines, *cell.small]))
        case _:
            assert_never(cell)


def _badge(verdict: Verdict) -> Markup:
    return Markup('<span class="verdict {0}">{0}</span>').format(verdict)
