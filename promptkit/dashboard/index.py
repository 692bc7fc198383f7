"""The page that leads to a folder's dashboards, and says how each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from promptkit.language import Language
from promptkit.model import ColumnType
from promptkit.reports.frame import BASE_STYLE, inline, security_policy
from promptkit.reports.words import IN_ENGLISH, Spoken, templates

INDEX = "index.html"
"""The name of the page in its folder, which each dashboard there links back to."""
GENERATOR = '<meta name="generator" content="promptkit answer --all">'
"""What every index of ours has, and by which it is known again."""

_FOLDER = Path(__file__).parent
_HEADLINES = 3


class State(StrEnum):
    """How a view's dashboard is after a refresh, as the index words it in English."""

    FRESH = "Up to date"
    PARTIAL = "Partial"
    KEPT = "Not refreshed"
    FAILED = "Failed"
    NEEDS = "Needs"


@dataclass(frozen=True)
class IndexEntry:
    """One view on the index.

    `answer` is what its file shows, None without a file. `note` says what is missing, or what went wrong, and
    `command` is the one to run for a view that somebody must fill in.
    """

    name: str
    title: str
    state: State
    answer: Mapping[str, Any] | None = None
    note: str = ""
    command: str = ""

    def headlines(self, words: Language) -> list[str]:
        """The first totals of the answer as a person reads them, each whole, with all of its currencies."""
        totals: dict[str, list[Mapping[str, Any]]] = {}
        for total in self.answer["totals"] if self.answer else ():
            totals.setdefault(total["name"], []).append(total)
        return [figure_text(one, words) for one in [*totals.values()][:_HEADLINES]]

    @property
    def as_of(self) -> str:
        """The day of the answer."""
        return str(self.answer["evidence"].get("As of", "")) if self.answer else ""


def build_index(
    groups: Mapping[str, Sequence[IndexEntry]], *, source: str, at: str, spoken: Spoken = IN_ENGLISH
) -> str:
    """The index, ready to be written as UTF-8.

    Args:
        groups: the views by the label of their group, in the order to show.
        source: the server that was read.
        at: when, with the time zone.
        spoken: the language of its readers.
    """
    entries = [entry for group in groups.values() for entry in group]
    style = inline(BASE_STYLE, _FOLDER / "index.css")
    return (
        templates(spoken.words, _FOLDER / "templates")
        .get_template("index.html.j2")
        .render(
            language=spoken.code,
            words=spoken.words,
            as_of=spoken.words.labels.as_of,
            csp=security_policy(style, []),
            style=style,
            groups=groups,
            fresh=sum(entry.state is State.FRESH for entry in entries),
            count=len(entries),
            source=source,
            at=at,
        )
    )


def is_index(html: str) -> bool:
    """Whether a page is an index of ours."""
    return GENERATOR in html


def figure_text(totals: Sequence[Mapping[str, Any]], words: Language) -> str:
    """The figures of one total in words, such as `spend 1,200.00 USD, 80.00 EUR`: of an amount, none may be missing."""
    figures = [f"{_value(total, words)} {total.get('key', '')}".rstrip() for total in totals]
    return f"{totals[0]['name']} ".replace("_", " ") + ", ".join(figures)


def _value(total: Mapping[str, Any], words: Language) -> str:
    match total.get("type"), total["value"]:
        case _, None:
            return words.says.none
        case ColumnType.MONEY | ColumnType.NUMBER, int() | float() as value:
            return words.signed(f"{value:,.2f}")
        case ColumnType.PERCENT, int() | float() as value:
            return words.signed(f"{value:.1f} %")
        case ColumnType.INTEGER, int() as value:
            return words.grouped(value)
        case _, value:
            return str(value)
