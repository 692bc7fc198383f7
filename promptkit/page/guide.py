"""guide.yaml and groups.yaml -> the page's texts besides the prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from promptkit.files import load_yaml, validate, validate_each
from promptkit.library.store import Library
from promptkit.model import Line, Slug, Strict

_FOLDER = Path(__file__).parent
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class Layer(Strict):
    """One thing that keeps the assistant from acting, and whether it blocks or only advises."""

    name: Line
    effect: Line
    text: Text
    steps: Texts


class Menu(Strict):
    """A name that ChatGPT has had for the menu of connections, when it had it, and the way there."""

    name: Line
    when: Line
    path: Line


class Step(Strict):
    """One step of Torii's guide, in the guide's words and in today's."""

    title: Line
    guide: Line
    today: Line
    text: Text


class Issue(Strict):
    """A problem, and its possible causes, the likeliest first."""

    symptom: Line
    causes: Texts


class Check(Strict):
    """One point on the checklist. Browsers remember its `id`, so it must not change."""

    id: Slug
    text: Text


class Guide(Strict):
    """The whole Set up tab."""

    url: Line
    checked: Line
    layers: Annotated[tuple[Layer, ...], Field(strict=False)]
    prerequisites: Texts
    menus: Annotated[tuple[Menu, ...], Field(strict=False)]
    steps: Annotated[tuple[Step, ...], Field(strict=False)]
    validation: Annotated[tuple[Slug, ...], Field(strict=False)]
    security: Texts
    sharing: Texts
    issues: Annotated[tuple[Issue, ...], Field(strict=False)]
    checklist: Annotated[tuple[Check, ...], Field(strict=False)]


class ViewGroup(Strict):
    """The name of a group of views."""

    label: Line


def load_guide() -> Guide:
    """guide.yaml."""
    return validate(load_yaml(_FOLDER / "guide.yaml"), Guide)


def load_groups(library: Library) -> dict[str, ViewGroup]:
    """groups.yaml by the group's name, in the page's order; after ours, those of a company's own library."""
    own = library.root / "groups.yaml"
    ours = validate_each(load_yaml(_FOLDER / "groups.yaml"), ViewGroup)
    return ours | (validate_each(library.document(own), ViewGroup) if own.exists() else {})
