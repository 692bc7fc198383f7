"""Dashboards in files: a new answer takes the place of the old one, unless the old one is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from promptkit.answering.view_tools import COMPLETE
from promptkit.dashboard.build import build_dashboard
from promptkit.dashboard.embedded import MAX_CHARACTERS, answer_in, is_dashboard
from promptkit.dashboard.index import INDEX, is_index
from promptkit.errors import PromptkitError
from promptkit.files import write_text
from promptkit.reports.words import IN_ENGLISH, Spoken

Answer = Mapping[str, Any]
SOURCE = "Source"


@dataclass(frozen=True)
class Shown:
    """What a file shows: an answer, None where there is no file; `notice` says why it is an earlier one."""

    answer: Answer | None = None
    notice: str = ""


@dataclass(frozen=True)
class DashboardFile:
    """The file of one view's dashboard: `name` is the view's, and `source` says from where it is read.

    An answer from another source is not an earlier state of this one. `spoken` is the language of its readers. It links
    to the index beside it, if its folder `has_index` or is about to have one.
    """

    path: Path
    name: str
    source: str
    spoken: Spoken = IN_ENGLISH
    has_index: bool = False

    def refresh(self, new: Answer | None, why: str, at: str) -> Shown:
        """Write the new answer; if it is missing or partial, keep the last good one and say so on it.

        Args:
            new: the answer; None if there is none.
            why: what is missing, or what failed.
            at: when it was tried, with the time zone.

        Raises:
            PromptkitError: the file cannot be written; what was there is still there.
        """
        last = None if new and new["status"] == COMPLETE else self.shown().answer
        if last and (new is None or last["status"] == COMPLETE):
            words = self.spoken.words
            notice = words.said(
                "Not refreshed on %(at)s: %(why)s. The figures are those of %(as_of)s.",
                at=at,
                why=why.rstrip(". "),
                as_of=last["evidence"].get("As of") or words.said("an unknown day"),
            )
            write_text(self.path, build_dashboard(last, self.spoken, notice=notice, index=self._index))
            return Shown(last, notice)
        if new:
            write_text(self.path, build_dashboard(new, self.spoken, index=self._index))
        return Shown(new)

    @property
    def _index(self) -> str:
        is_there = self.has_index or is_index(page_text(self.path.parent / INDEX) or "")
        return INDEX if is_there else ""

    def shown(self) -> Shown:
        """What the file shows of this view from this source, if it is there."""
        answer = answer_in(page_text(self.path) or "") or {}
        is_same = answer.get("name") == self.name and answer["evidence"].get(SOURCE) == self.source
        return Shown(answer if is_same else None)

    def check_replaceable(self) -> None:
        """Make sure that the file may be overwritten: it is a dashboard, or not there.

        Raises:
            PromptkitError: it is something else, which somebody may still want.
        """
        text = page_text(self.path)
        if text is not None and not is_dashboard(text):
            raise not_ours(self.path, "a dashboard")


def with_source(answer: Answer, source: str) -> dict[str, Any]:
    """An answer whose evidence also says from where it was read."""
    return {**answer, "evidence": {**answer["evidence"], SOURCE: source}}


def not_ours(path: Path, kind: str) -> PromptkitError:
    """The error about a file that we did not write."""
    fix = "move it away, or refresh another folder"
    return PromptkitError.of("not-ours", f"the file is not {kind} of ours, so it stays as it is", fix, path=str(path))


def page_text(path: Path) -> str | None:
    """The text of a page; None if there is no file. What cannot be read is not a page of ours: it has no text."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_CHARACTERS).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError:
        return ""
