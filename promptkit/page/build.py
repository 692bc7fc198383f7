"""The library -> one self-contained HTML file: the same library gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from promptkit.errors import Problem
from promptkit.library.instructions import Variant, build_instructions, instruction_rules, load_hosts, utf16_length
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Status
from promptkit.page.evidence import Evidence
from promptkit.page.guide import ViewGroup, load_groups, load_guide
from promptkit.page.markdown import line_html
from promptkit.page.views import PageView, SampleAnswer, grouped, script_data, view_of
from promptkit.reports.frame import BASE_STYLE, environment, inline, security_policy

_FOLDER = Path(__file__).parent
_SCRIPTS = ("render", "search", "page")  # Each uses those before it.
_JINJA = environment(_FOLDER / "templates")
_JINJA.filters["line"] = line_html
_JINJA.policies[
    "json.dumps_kwargs"
] = {}  # By default keys are sorted, but the script needs them in the order of the form.


@dataclass(frozen=True)
class Preview:
    """What authors see besides: drafts, and what is wrong. The browser asks for a newer edition, and then reloads."""

    edition: int
    problems: Sequence[Problem]


def build_page(
    library: Library,
    profile: Profile,
    *,
    answers: Mapping[str, SampleAnswer] | None = None,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
    preview: Preview | None = None,
) -> str:
    """The page, ready to be written as UTF-8.

    Args:
        library: has the prompts, instructions and hosts.
        profile: the tenant's profile; the page shows the prompts in its `views` and the validation questions, or
            without `views` every prompt, but drafts only in a preview.
        answers: sample answers by prompt name.
        evidence: what the last eval saw, by `name@version`.
        preview: what to show authors; None for the page that everybody gets.

    Raises:
        PromptkitError: a file in the library has problems, or a template does something that the page cannot.
    """
    guide = load_guide()
    prompts = [one for one in library.load_prompts() if preview or one.status is not Status.DRAFT]
    views = _views(library, prompts, profile, guide.validation, answers or {}, evidence or {})
    style, scripts = inline(BASE_STYLE, _FOLDER / "page.css"), [*_scripts(), *_preview_scripts(preview)]
    return _JINJA.get_template("page.html.j2").render(
        csp=security_policy(style, scripts, asks_server=preview is not None),
        style=style,
        scripts=scripts,
        groups=grouped(views),
        data=script_data(views, profile),
        guide=guide,
        preview=preview,
        agreement=profile.read_only_agreement,
        questions={name: _question(library, name) for name in guide.validation},
        **_instructions(library),
    )


def build_problem_page(preview: Preview) -> str:
    """What authors see in place of the page when it cannot be built."""
    style, scripts = inline(BASE_STYLE, _FOLDER / "page.css"), _preview_scripts(preview)
    return _JINJA.get_template("problems.html.j2").render(
        csp=security_policy(style, scripts, asks_server=True), style=style, scripts=scripts, preview=preview
    )


def _views(
    library: Library,
    prompts: Sequence[Prompt],
    profile: Profile,
    always: Collection[str],
    answers: Mapping[str, SampleAnswer],
    evidence: Mapping[str, Sequence[Evidence]],
) -> list[PageView]:
    groups = load_groups(library)
    order = list(groups)
    chosen = {*profile.views, *always}
    shown = [prompt for prompt in prompts if not profile.views or prompt.name in chosen]
    shown.sort(key=lambda one: (order.index(one.group) if one.group in order else len(order), one.group))
    return [
        view_of(
            prompt,
            groups.get(prompt.group) or ViewGroup(label=prompt.group.replace("_", " ").capitalize()),
            profile,
            library.reviewed_tools,
            answers.get(prompt.name),
            evidence.get(f"{prompt.name}@{prompt.version}", ()),
        )
        for prompt in shown
    ]


def _question(library: Library, name: str) -> str:
    """The first line of a prompt with its defaults, not the tenant's: only the question."""
    return render(library.load_prompt(name)).splitlines()[0]


def _instructions(library: Library) -> dict[str, Any]:
    texts = {variant.value: build_instructions(library, variant) for variant in Variant}
    hosts = [host.model_dump() | {"length": utf16_length(texts[host.variant])} for host in load_hosts(library).values()]
    rules = instruction_rules(library)
    return {
        "instructions": texts,
        "hosts": hosts,
        "may": [rule.text for rule in rules if rule.id.startswith("DO-")],
        "never": [rule.text for rule in rules if rule.id.startswith("RO-") and rule.text.startswith("Never ")],
    }


def _scripts() -> list[Markup]:
    licence = inline(_FOLDER / "vendor/sha256.LICENSE.txt")
    vendored = Markup("/*\n{}*/\n{}").format(licence, inline(_FOLDER / "vendor/sha256.min.js"))
    return [vendored, *(inline(_FOLDER / f"{name}.js") for name in _SCRIPTS)]


def _preview_scripts(preview: Preview | None) -> list[Markup]:
    return [inline(_FOLDER / "preview.js")] if preview else []
