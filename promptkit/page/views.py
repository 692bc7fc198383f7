"""Prompts -> the views of the page: what each shows, and what the page's script needs to know about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptkit.language import Language, words_of
from promptkit.library.render import as_size, template_context
from promptkit.model import Pack, Profile, Prompt, ReviewedTool, Status
from promptkit.page.evidence import Evidence
from promptkit.page.fields import FormField, field_limits, fields_of
from promptkit.page.guide import ViewGroup
from promptkit.page.repeated import Parts, RepeatedLines
from promptkit.page.steps import template_steps
from promptkit.views.search_index import build_index, packed

_NEWEST = 1  # Versions.
_ROWS, _DRAWN_ROWS = 4, 8
_WHOLE = 8  # A table of no more rows is not cut.


@dataclass(frozen=True)
class SampleAnswer:
    """An answer as `view_answer` gives it, and the values that it is for, as the form's controls hold them."""

    answer: Mapping[str, Any]
    filled: Mapping[str, str]


@dataclass(frozen=True)
class PageView:
    """One prompt as the page shows it, in `words`; the prompts of `next` are asked after it."""

    prompt: Prompt
    words: Language
    group: ViewGroup
    fields: Sequence[FormField]
    reads: Sequence[tuple[str, str]]
    samples: Sequence[SampleAnswer]
    evidence: Sequence[Evidence]
    next: Sequence[Prompt]

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Up to two totals of the sample as cards show them, money first: the figure and what it is."""
        totals = [one for sample in self.samples[:1] for one in sample.answer["totals"] if one["value"]]
        money = sorted((one for one in totals if one["type"] == "money"), key=lambda one: -abs(one["value"]))
        others = [one for one in totals if one["type"] in {"integer", "percent"}]
        return [(_short(one, self.words), _words(one["name"]).lower()) for one in [*money[:1], *others][:2]]

    @property
    def size(self) -> str:
        """The largest tenant that the prompt fits; empty if it does not say."""
        return as_size(self.prompt.fits, self.words) if self.prompt.fits else ""

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What the newest versions changed, the newest first."""
        changes = sorted(self.prompt.changes.items(), key=lambda item: [*map(int, item[0].split("."))], reverse=True)
        return changes[:_NEWEST]


def view_of(
    prompt: Prompt,
    group: ViewGroup,
    profile: Profile,
    words: Language,
    rules: Mapping[str, ReviewedTool],
    samples: Sequence[SampleAnswer],
    evidence: Sequence[Evidence],
    following: Sequence[Prompt],
) -> PageView:
    """One prompt as the page shows it."""
    told = [(tool, words.said(rules[tool].capability) if tool in rules else "") for tool in prompt.reads]
    reads = [(tool, capability.removeprefix("read ")) for tool, capability in told]
    fields = fields_of(prompt.arguments, profile, words_of(prompt), words)
    return PageView(prompt, words, group, fields, reads, samples, evidence, following)


def _short(total: Mapping[str, Any], words: Language) -> str:
    """The figure of a total with few digits, such as 1.2M USD."""
    value = total["value"]
    power = min(max(int(math.log10(abs(value))) // 3, 0), 2)
    number = words.signed(f"{value / 1000**power:,.{1 if power else 0}f}".removesuffix(".0"))
    figure = (number, words.said("%(count)sK", count=number), words.said("%(count)sM", count=number))[power]
    unit = {"percent": "%", "money": total.get("key", "")}.get(total["type"], "")
    return f"{figure} {unit}".strip()


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def grouped(views: Sequence[PageView]) -> list[tuple[ViewGroup, list[PageView]]]:
    """The views by their group, in the order of the views; in each group, deprecated ones come last."""
    groups: dict[str, tuple[ViewGroup, list[PageView]]] = {}
    for view in sorted(views, key=lambda view: view.prompt.status is Status.DEPRECATED):
        groups.setdefault(view.group.label, (view.group, []))[1].append(view)
    return list(groups.values())


def script_data(
    views: Sequence[PageView], profile: Profile, words: Language, packs: Mapping[str, Pack]
) -> dict[str, Any]:
    """The data for the page's script: each view by its name, what views share, former names, the index."""
    parts = Parts()
    steps = [template_steps(view.prompt, template_context(view.prompt, profile), profile) for view in views]
    lines = RepeatedLines(steps)
    return {
        "index": packed(build_index([view.prompt for view in views], profile, words, packs)),
        "views": {
            view.prompt.name: _script_view(view, parts) | {"steps": lines.taken_out(own)}
            for view, own in zip(views, steps, strict=True)
        },
        "lines": lines.all,
        "parts": parts.all,
        "renamed": {old: view.prompt.name for view in views for old in view.prompt.formerly},
    }


def _script_view(view: PageView, parts: Parts) -> dict[str, Any]:
    return {
        "stamp": f"{view.prompt.name}@{view.prompt.version}",
        "fields": {field.name: [parts.place(field_limits(field)), field.value] for field in view.fields},
        "samples": [{"filled": one.filled, "answer": _shared(_cut(one.answer), parts)} for one in view.samples],
    }


def _shared(answer: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """What the page draws of an answer, with places in `parts` for its columns, and for its totals but their values."""
    tables = [{**one, "columns": [*map(parts.place, one["columns"])]} for one in answer["tables"]]
    totals = [
        [parts.place({key: held for key, held in one.items() if key != "value"}), one["value"]]
        for one in answer["totals"]
    ]
    drawn = {key: held for key, held in answer.items() if key not in {"name", "title", "arguments"}}
    return drawn | {"tables": tables, "totals": totals}


def _cut(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with the first rows of each table, or with all where its chart needs them."""
    chart = answer.get("chart")
    drawn = chart.get("heading", answer["tables"][0]["heading"]) if isinstance(chart, dict) and "x" in chart else None
    is_whole = isinstance(chart, dict) and (chart["type"] != "bars" or "by" in chart)
    most = [(_DRAWN_ROWS, None)[is_whole] if table["heading"] == drawn else _ROWS for table in answer["tables"]]
    tables = [_money_first(_first(table, rows)) for table, rows in zip(answer["tables"], most, strict=True)]
    return {**answer, "tables": tables}


def _first(table: Mapping[str, Any], most: int | None) -> dict[str, Any]:
    count = table.get("total_rows", len(table["rows"]))
    return {**table, "rows": table["rows"][: None if count <= _WHOLE else most], "total_rows": count}


def _money_first(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with its amounts and their currency after the first column: they are in sight on narrow screens too."""
    columns = table["columns"]
    is_money = [column["type"] == "money" or column["name"] == "currency" for column in columns]
    order = sorted(range(len(columns)), key=lambda place: (place > 0, not is_money[place]))
    return {
        **table,
        "columns": [columns[place] for place in order],
        "rows": [[row[place] for place in order] for row in table["rows"]],
    }
