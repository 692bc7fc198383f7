"""guide.yaml and groups.yaml -> what the page says besides the prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from promptkit.files import load_yaml, validate, validate_each
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
    """What ChatGPT called the place for connections, when, and the way there."""

    name: Line
    when: Line
    path: Line


class Step(Strict):
    """One step of Torii's guide, with its words and today's."""

    title: Line
    guide: Line
    today: Line
    text: Text


class Issue(Strict):
    """What goes wrong, and what to look at, the likeliest first."""

    symptom: Line
    causes: Texts


class Check(Strict):
    """One point of the checklist. Its `id` is what a browser remembers, so it stays."""

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
    """What a group of views is called, and words that people search for."""

    label: Line
    words: Texts = ()


def load_guide() -> Guide:
    """guide.yaml."""
    return validate(load_yaml(_FOLDER / "guide.yaml"), Guide)


def load_groups() -> dict[str, ViewGroup]:
    """groups.yaml by the name of the group, in the order of the page."""
    return validate_each(load_yaml(_FOLDER / "groups.yaml"), ViewGroup)
