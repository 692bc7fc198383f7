"""Prompts -> the views of the page: what each shows, and what the page's script needs to know about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from promptkit.language import words_of
from promptkit.library.render import template_context
from promptkit.model import Profile, Prompt, ReviewedTool, Scalar, Status
from promptkit.page.evidence import Evidence
from promptkit.page.fields import FormField, field_limits, fields_of
from promptkit.page.guide import ViewGroup
from promptkit.page.markdown import answer_html
from promptkit.page.steps import template_steps
from promptkit.views.search_index import build_index


@dataclass(frozen=True)
class SampleAnswer:
    """An answer as Markdown, and the arguments that it was computed for."""

    text: str
    arguments: Mapping[str, Scalar]

    @property
    def html(self) -> Markup:
        """The answer with long tables cut."""
        return answer_html(self.text)

    @property
    def filled(self) -> str:
        """The arguments in one line."""
        return ", ".join(f"{name} {value}" for name, value in self.arguments.items())


@dataclass(frozen=True)
class PageView:
    """One prompt as the page shows it."""

    prompt: Prompt
    group: str
    fields: Sequence[FormField]
    reads: Sequence[tuple[str, str]]
    sample: SampleAnswer | None
    evidence: Sequence[Evidence]

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The change made by each version, the newest first."""
        return sorted(self.prompt.changes.items(), key=lambda item: [*map(int, item[0].split("."))], reverse=True)


def view_of(
    prompt: Prompt,
    group: ViewGroup,
    profile: Profile,
    rules: Mapping[str, ReviewedTool],
    sample: SampleAnswer | None,
    evidence: Sequence[Evidence],
) -> PageView:
    """One prompt as the page shows it."""
    reads = [(tool, rules[tool].capability.removeprefix("read ") if tool in rules else "") for tool in prompt.reads]
    fields = fields_of(prompt.arguments, profile, words_of(prompt))
    return PageView(prompt, group.label, fields, reads, sample, evidence)


def grouped(views: Sequence[PageView]) -> list[tuple[str, list[PageView]]]:
    """The views by the label of their group, in the order of the views; in each group, deprecated ones come last."""
    groups: dict[str, list[PageView]] = {}
    for view in sorted(views, key=lambda view: view.prompt.status is Status.DEPRECATED):
        groups.setdefault(view.group, []).append(view)
    return list(groups.items())


def script_data(views: Sequence[PageView], profile: Profile) -> dict[str, Any]:
    """The data for the page's script: each view's steps, stamp and fields by its name, former names, and the index."""
    return {
        "index": build_index([view.prompt for view in views], profile),
        "views": {view.prompt.name: _script_view(view, profile) for view in views},
        "renamed": {old: view.prompt.name for view in views for old in view.prompt.formerly},
    }


def _script_view(view: PageView, profile: Profile) -> dict[str, Any]:
    prompt = view.prompt
    return {
        "stamp": f"{prompt.name}@{prompt.version}",
        "steps": template_steps(prompt, template_context(prompt, profile), profile),
        "fields": {field.name: field_limits(field) for field in view.fields},
    }
