"""A view's answer as data -> one self-contained HTML file that draws it; without an answer, the MCP App."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from promptkit.reports.frame import BASE_STYLE, inline, security_policy
from promptkit.reports.words import IN_ENGLISH, Spoken, speech, templates

_FOLDER = Path(__file__).parent
_VENDOR = _FOLDER / "vendor"
_DRAWING = ("speech.js", "values.js", "table.js", "pictures.js", "chart.js", "view.js")  # Each uses those before it.
# Else zod tries once whether it may compile code, which the policy refuses and browsers report.
_NO_COMPILING = Markup("globalThis.__zod_globalConfig = { jitless: true };")
_EXPORT = re.compile(r"export\{([^{}]*)\};?\s*$")


def build_dashboard(
    answer: Mapping[str, Any] | None,
    usual: Spoken = IN_ENGLISH,
    *,
    notice: str = "",
    index: str = "",
    others: Sequence[Spoken] = (),
    texts: Sequence[str] = (),
) -> str:
    """The dashboard, ready to be written as UTF-8.

    Args:
        answer: an answer in the shape of `view_answer`, which the file then holds with all its rows; None for the MCP
            App, which gets its answer from the host that shows it.
        usual: the language of an answer whose own has no words here.
        notice: what readers must know before the figures, such as that they could not be refreshed.
        index: the page of all dashboards to link to, relative to this one; empty for none.
        others: further languages that answers may be in.
        texts: what answers of the MCP App may say in English that languages have words for, such as titles of views.
    """
    style = inline(BASE_STYLE, _FOLDER / "answer.css", _FOLDER / "dashboard.css")
    script = _script(is_app=answer is None)
    jinja = templates(usual.words, _FOLDER / "templates")
    jinja.policies["json.dumps_kwargs"] = {}  # By default keys are sorted, but totals and evidence have an order.
    return jinja.get_template("dashboard.html.j2").render(
        language=usual.code,
        csp=security_policy(style, [script]),
        title=usual.words.said(answer["title"]) if answer else usual.words.said("Dashboard"),
        answer=answer,
        speech=speech(usual, [script], others=others, texts=[*texts, *(_said_by(answer) if answer else ())]),
        notice=notice,
        index=index,
        style=style,
        script=script,
    )


def _said_by(answer: Mapping[str, Any]) -> list[str]:
    """What an answer may say in English: its title, why it has no chart, and from where it was read."""
    chart, evidence = answer.get("chart"), answer["evidence"]
    return [answer["title"], *([chart] if isinstance(chart, str) else []), *evidence, *evidence.values()]


def answer_style() -> Markup:
    """The styles of an answer, which hold in an element of the class `drawn` only."""
    return inline(_FOLDER / "answer.css")


def answer_scripts() -> list[Markup]:
    """What draws an answer in another page: `view.fill(element, answer, {rows})` in its scripts."""
    return [_vendored("chart.min.js", "chart.LICENSE.txt"), inline(*(_FOLDER / name for name in _DRAWING))]


def _script(*, is_app: bool) -> Markup:
    """One module: the libraries with their licences, then our own files, each of which uses those before it."""
    chart, drawing = answer_scripts()
    if not is_app:
        return Markup("\n").join([chart, drawing, inline(_FOLDER / "file.js")])
    module = _vendored("ext-apps.js", "ext-apps.LICENSE.txt", "zod.LICENSE.txt")
    return Markup("\n").join([chart, _NO_COMPILING, _as_object(module), drawing, inline(_FOLDER / "app.js")])


def _vendored(name: str, *licences: str) -> Markup:
    texts = inline(*(_VENDOR / licence for licence in licences))
    # A library may be larger than the files that people write.
    library = Markup((_VENDOR / name).read_text("utf-8"))  # noqa: S704
    return Markup("/*\n{}*/\n{}").format(texts, library)


def _as_object(module: Markup) -> Markup:
    """A module whose exports are the global `McpApps`: no policy by hashes lets one inline script import another."""
    return Markup(_EXPORT.sub(_export, module))  # noqa: S704


def _export(match: re.Match[str]) -> str:
    names = (pair.split(" as ") for pair in match[1].split(","))
    return f"globalThis.McpApps={{{','.join(f'{public}:{own}' for own, public in names)}}};"
