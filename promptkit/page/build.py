"""The library -> one self-contained HTML file: the same library gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from promptkit.dashboard.build import answer_scripts, answer_style
from promptkit.errors import Problem
from promptkit.language import ENGLISH, Language, english
from promptkit.library.instructions import (
    Variant,
    build_instructions,
    instruction_rules,
    instructions_language,
    load_hosts,
    utf16_length,
)
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Pack, Profile, Prompt, Status
from promptkit.page.assistants import load_assistants
from promptkit.page.brand import company_style
from promptkit.page.evidence import Evidence
from promptkit.page.guide import Guide, ViewGroup, load_groups, load_guide, load_roles, next_views
from promptkit.page.markdown import line_html
from promptkit.page.views import PageView, SampleAnswer, grouped, script_data, view_of
from promptkit.reports.frame import BASE_STYLE, inline, security_policy
from promptkit.reports.words import speech, spoken, templates
from promptkit.views.finding import packs_of

_FOLDER = Path(__file__).parent
_STYLES = ("page", "home", "view", "setup", "print")
_SCRIPTS = (
    "render", "notices", "memory", "search", "parts", "samples", "forms", "finding", "home", "theme",
    "setup", "doctor", "page",
)  # fmt: skip  # Each uses those before it.


def _dense(text: str) -> Markup:
    """Markup, styles, or a script without strings of several lines, with no empty lines and no space before others."""
    return Markup(re.sub(r"\n\s+", "\n", text))  # noqa: S704  (it was escaped as markup)


def _templates(words: Language) -> Environment:
    jinja = templates(words, _FOLDER / "templates")
    jinja.filters["line"] = line_html
    jinja.filters["dense"] = _dense
    # Without sorted keys: the script needs them in the order of the form.
    jinja.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    return jinja


@dataclass(frozen=True)
class Preview:
    """What authors see besides: drafts, and what is wrong. The browser asks for a newer edition, and then reloads."""

    edition: int
    problems: Sequence[Problem]


def build_page(
    library: Library,
    profile: Profile,
    *,
    samples: Mapping[str, Sequence[SampleAnswer]] | None = None,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
    preview: Preview | None = None,
) -> str:
    """The page, ready to be written as UTF-8.

    Args:
        library: has the prompts, instructions and hosts.
        profile: the tenant's profile; the page shows the prompts in its `views` and the validation questions, or
            without `views` every prompt, but drafts only in a preview.
        samples: sample answers by prompt name, the one for the form as it opens first.
        evidence: what the last eval saw, by `name@version`.
        preview: what to show authors; None for the page that everybody gets.

    Raises:
        PromptkitError: a file in the library has problems, or a template does something that the page cannot.
    """
    guide, setups = load_guide(), load_assistants()
    prompts = [one for one in library.load_prompts() if preview or one.status is not Status.DRAFT]
    usual = spoken(library.languages, profile.language)
    language, words = usual
    views = _views(library, prompts, profile, words, guide.validation, samples or {}, evidence or {})
    shown = [view.prompt for view in views]
    packs = packs_of(library, shown)
    style, scripts = _style(profile), [*_scripts(), *_preview_scripts(preview)]
    return (
        _templates(words)
        .get_template("page.html.j2")
        .render(
            language=language,
            csp=security_policy(style, scripts, asks_server=preview is not None),
            style=style,
            scripts=scripts,
            groups=grouped(views),
            roles=load_roles(),
            packs=packs,
            titles={prompt.name: prompt.title for prompt in shown},
            descriptions={prompt.name: prompt.description for prompt in shown},
            at_once={name: _at_once(name, pack, views) for name, pack in packs.items()},
            data=script_data(views, profile, words, packs)
            | _home_data(guide, shown, packs)
            | {"statuses": {status: words.said(text) for status, text in setups.statuses.items()}},
            speech=speech(usual, scripts, texts=_said_by(samples or {})),
            guide=guide,
            setups=setups,
            company=profile.company,
            preview=preview,
            agreement=profile.read_only_agreement,
            questions={name: _question(library, name) for name in guide.validation},
            **_instructions(library, profile.language),
        )
    )


def build_problem_page(preview: Preview) -> str:
    """What authors see in place of the page when it cannot be built."""
    style, scripts = _style(DEFAULT_PROFILE), _preview_scripts(preview)
    return (
        _templates(english())
        .get_template("problems.html.j2")
        .render(
            language=ENGLISH,
            csp=security_policy(style, scripts, asks_server=True),
            style=style,
            scripts=scripts,
            preview=preview,
        )
    )


def _views(
    library: Library,
    prompts: Sequence[Prompt],
    profile: Profile,
    words: Language,
    always: Collection[str],
    samples: Mapping[str, Sequence[SampleAnswer]],
    evidence: Mapping[str, Sequence[Evidence]],
) -> list[PageView]:
    groups, following = load_groups(library), next_views(prompts)
    order = list(groups)
    chosen = {*profile.views, *always}
    shown = [prompt for prompt in prompts if not profile.views or prompt.name in chosen]
    shown.sort(key=lambda one: (order.index(one.group) if one.group in order else len(order), one.group))
    return [
        view_of(
            prompt,
            groups.get(prompt.group) or ViewGroup(label=prompt.group.replace("_", " ").capitalize()),
            profile,
            words,
            library.reviewed_tools,
            samples.get(prompt.name, ()),
            evidence.get(f"{prompt.name}@{prompt.version}", ()),
            [one for one in following[prompt.name] if one in shown],
        )
        for prompt in shown
    ]


def _said_by(samples: Mapping[str, Sequence[SampleAnswer]]) -> list[str]:
    """Why sample answers have no chart, in English."""
    charts = [one.answer.get("chart") for answers in samples.values() for one in answers]
    return [chart for chart in charts if isinstance(chart, str)]


def _at_once(name: str, pack: Pack, views: Sequence[PageView]) -> str:
    """The command that answers a pack, with what somebody must fill in."""
    fields = [field for view in views if view.prompt.name in pack.views for field in view.fields]
    blanks = dict.fromkeys(field.name for field in fields if not field.value)
    given = "".join(f" -a {blank}={blank.upper()}" for blank in blanks)
    return f"promptkit answer {name}{given} --html DIR"


def _home_data(guide: Guide, prompts: Sequence[Prompt], packs: Mapping[str, Pack]) -> dict[str, Any]:
    """What the page's script needs to know besides the views."""
    return {
        "roles": {name: role.views(prompts) for name, role in load_roles().items()},
        "packs": {name: pack.views for name, pack in packs.items()},
        "presets": guide.presets,
        "link_limit": guide.link_limit,
    }


def _question(library: Library, name: str) -> str:
    """The first line of a prompt with its defaults, not the tenant's: only the question."""
    return render(library.load_prompt(name)).splitlines()[0]


def _instructions(library: Library, language: str) -> dict[str, Any]:
    spoken = instructions_language(library, language)
    texts = {variant.value: build_instructions(library, variant, language=spoken) for variant in Variant}
    hosts = {
        name: host.model_dump() | {"length": utf16_length(texts[host.variant])}
        for name, host in load_hosts(library).items()
    }
    never = [rule.id for rule in instruction_rules(library) if rule.text.startswith("Never ")]
    rules = instruction_rules(library, spoken)
    return {
        "instructions": texts,
        "hosts": hosts,
        "may": [rule.text for rule in rules if rule.id.startswith("DO-")],
        "never": [rule.text for rule in rules if rule.id.startswith("RO-") and rule.id in never],
    }


def _style(profile: Profile) -> Markup:
    own = inline(BASE_STYLE, *(_FOLDER / f"{name}.css" for name in _STYLES))
    return _dense(own + answer_style() + company_style(profile.company))


def _scripts() -> list[Markup]:
    scripts = [_dense(inline(_FOLDER / f"{name}.js")) for name in _SCRIPTS]
    library, drawing = answer_scripts()
    return [_vendored("sha256"), _vendored("spelling"), library, _dense(drawing), *scripts]


def _vendored(name: str) -> Markup:
    licence = inline(_FOLDER / f"vendor/{name}.LICENSE.txt")
    return Markup("/*\n{}*/\n{}").format(licence, inline(_FOLDER / f"vendor/{name}.min.js"))


def _preview_scripts(preview: Preview | None) -> list[Markup]:
    return [inline(_FOLDER / "preview.js")] if preview else []
