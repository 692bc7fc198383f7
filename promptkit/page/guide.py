"""guide.yaml, groups.yaml, roles.yaml and next.yaml -> what the page says and orders besides the prompts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from promptkit.files import load_yaml, validate, validate_each
from promptkit.library.store import Library
from promptkit.model import Line, Prompt, Slug, Strict

_FOLDER = Path(__file__).parent
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class Layer(Strict):
    """One thing that keeps the assistant from acting, and whether it blocks or only advises."""

    name: Line
    effect: Line
    text: Text
    steps: Texts


class Issue(Strict):
    """A problem, and its possible causes, the likeliest first."""

    symptom: Line
    causes: Texts


class Check(Strict):
    """One point on the checklist. Browsers remember its `id`, so it must not change."""

    id: Slug
    text: Text


class Assistant(Strict):
    """An assistant that a link can open, with the encoded prompt at its end."""

    title: Line
    url: Annotated[str, Field(pattern=r"^https://[a-z.]+/[a-z?=/]*=$")]


class FollowUp(Strict):
    """Something to ask after an answer, to be copied."""

    title: Line
    text: Text


class Guide(Strict):
    """The whole Set up tab, and what every view has besides its own texts."""

    assistants: Annotated[tuple[Assistant, ...], Field(strict=False)]
    link_limit: int
    presets: dict[Literal["next", "last"], Texts]
    follow_ups: Annotated[tuple[FollowUp, ...], Field(strict=False)]

    layers: Annotated[tuple[Layer, ...], Field(strict=False)]
    prerequisites: Texts
    validation: Annotated[tuple[Slug, ...], Field(strict=False)]
    security: Texts
    sharing: Texts
    issues: Annotated[tuple[Issue, ...], Field(strict=False)]
    checklist: Annotated[tuple[Check, ...], Field(strict=False)]


class ViewGroup(Strict):
    """The name of a group of views, and its icon, the path of an SVG of 24 by 24."""

    label: Line
    icon: Annotated[str, Field(pattern=r"^[A-Za-z0-9 .,-]{1,400}$")] = "M5 4h14v16H5zM9 9h6M9 13h6"


class HomeRole(Strict):
    """Somebody's work: `words` are looked for in the audience of each prompt; the views of `first` stand first."""

    label: Line
    words: Texts = ()
    first: Annotated[tuple[Slug, ...], Field(strict=False)]

    def views(self, prompts: Sequence[Prompt]) -> list[str]:
        """The views for this work, those of `first` before the others."""
        addressed = [prompt.name for prompt in prompts if self._is_addressed(prompt.audience)]
        offered = {prompt.name for prompt in prompts}
        return [name for name in dict.fromkeys([*self.first, *addressed]) if name in offered]

    def _is_addressed(self, audience: str) -> bool:
        return any(re.search(rf"\b{re.escape(word)}\b", audience, re.IGNORECASE) for word in self.words)


def load_guide() -> Guide:
    """guide.yaml."""
    return validate(load_yaml(_FOLDER / "guide.yaml"), Guide)


def load_groups(library: Library) -> dict[str, ViewGroup]:
    """groups.yaml by the group's name, in the page's order; after ours, those of a company's own library."""
    own = library.root / "groups.yaml"
    ours = validate_each(load_yaml(_FOLDER / "groups.yaml"), ViewGroup)
    return ours | (validate_each(library.document(own), ViewGroup) if own.exists() else {})


def load_roles() -> dict[str, HomeRole]:
    """roles.yaml by the role's name, in the page's order."""
    return validate_each(load_yaml(_FOLDER / "roles.yaml"), HomeRole)


def next_views(prompts: Sequence[Prompt]) -> Mapping[str, Sequence[Prompt]]:
    """What people ask after each view: what next.yaml says, or up to three others of the view's group."""
    known = {prompt.name: prompt for prompt in prompts}
    told = validate_each(load_yaml(_FOLDER / "next.yaml"), list[str])
    return {
        prompt.name: [known[name] for name in told.get(prompt.name, ()) if name in known]
        or [one for one in prompts if one.group == prompt.group and one is not prompt][:3]
        for prompt in prompts
    }
