"""The library -> one self-contained HTML file: the same library gives the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from promptkit.library.instructions import Variant, build_instructions, instruction_rules, load_hosts, utf16_length
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import Profile, Status
from promptkit.page.evidence import Evidence
from promptkit.page.guide import ViewGroup, load_groups, load_guide
from promptkit.page.markdown import line_html
from promptkit.page.views import PageView, SampleAnswer, grouped, script_data, view_of
from promptkit.reports.frame import BASE_STYLE, environment, inline, security_policy

_FOLDER = Path(__file__).parent
_JINJA = environment(_FOLDER / "templates")
_JINJA.filters["line"] = line_html
_JINJA.policies[
    "json.dumps_kwargs"
] = {}  # By default keys are sorted, but the script needs them in the order of the form.


def build_page(
    library: Library,
    profile: Profile,
    *,
    answers: Mapping[str, SampleAnswer] | None = None,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
) -> str:
    """The page, ready to be written as UTF-8.

    Args:
        library: has the prompts, instructions and hosts.
        profile: the tenant's profile; the page shows the prompts in its `views` and the validation questions, or
            without `views` every prompt, but never drafts.
        answers: sample answers by prompt name.
        evidence: what the last eval saw, by `name@version`.

    Raises:
        PromptkitError: a file in the library has problems, or a template does something that the page cannot.
    """
    guide = load_guide()
    views = _views(library, profile, guide.validation, answers or {}, evidence or {})
    style, scripts = inline(BASE_STYLE, _FOLDER / "page.css"), _scripts()
    return _JINJA.get_template("page.html.j2").render(
        csp=security_policy(style, scripts),
        style=style,
        scripts=scripts,
        groups=grouped(views),
        data=script_data(views, profile),
        guide=guide,
        agreement=profile.read_only_agreement,
        questions={name: _question(library, name) for name in guide.validation},
        **_instructions(library),
    )


def _views(
    library: Library,
    profile: Profile,
    always: Collection[str],
    answers: Mapping[str, SampleAnswer],
    evidence: Mapping[str, Sequence[Evidence]],
) -> list[PageView]:
    groups = load_groups()
    order = list(groups)
    chosen = {*profile.views, *always}
    prompts = [prompt for prompt in library.load_prompts() if prompt.status is not Status.DRAFT]
    prompts = [prompt for prompt in prompts if not profile.views or prompt.name in chosen]
    prompts.sort(key=lambda one: (order.index(one.group) if one.group in order else len(order), one.group))
    return [
        view_of(
            prompt,
            groups.get(prompt.group) or ViewGroup(label=prompt.group.replace("_", " ").capitalize()),
            profile,
            library.reviewed_tools,
            answers.get(prompt.name),
            evidence.get(f"{prompt.name}@{prompt.version}", ()),
        )
        for prompt in prompts
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
    return [vendored, inline(_FOLDER / "render.js"), inline(_FOLDER / "page.js")]
