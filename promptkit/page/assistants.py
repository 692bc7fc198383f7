"""assistants.yaml -> how each assistant is set up, step by step, and which of doctor's findings stand beside a step."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from promptkit.files import load_yaml, validate
from promptkit.model import Line, Slug, Strict
from promptkit.page.guide import Text

Lines = Annotated[tuple[Line, ...], Field(strict=False)]


class Menu(Strict):
    """A name that an assistant has had for its menu of connections, when it had it, and the way there."""

    name: Line
    when: Line
    path: Line


class Step(Strict):
    """One step. `about` names findings, `copies` is `address`, `instructions` or a command.

    `tried` says that it ran here.
    """

    title: Line
    text: Text
    picture: Literal["role", "menu", "address", "approve", "toggle", "paste", "chat", "terminal"] | None = None
    about: Slug | None = None
    copies: Line | None = None
    tried: bool = False


Steps = Annotated[tuple[Step, ...], Field(strict=False)]


class SetUp(Strict):
    """One assistant. `places` are names of instructions/hosts.yaml, `fits` those of onboarding/hosts.yaml."""

    title: Line
    note: Text
    fits: Lines = ()
    menus: Annotated[tuple[Menu, ...], Field(strict=False)] = ()
    steps: Steps
    places: Lines = ()
    plugin: Steps

    @property
    def is_tried(self) -> bool:
        """Whether any step ran here."""
        return any(step.tried for step in self.steps)


class Assistants(Strict):
    """The file: where Torii is, doctor's checks by the step that they concern, and each assistant by its name."""

    checked: Line
    url: Line
    findings: dict[Slug, Lines]
    statuses: dict[Literal["ok", "warn", "fail", "unknown"], Line]
    assistants: dict[Slug, SetUp]

    def checks(self, step: Step, assistant: SetUp) -> tuple[str, ...]:
        """The names of the checks beside a step; a `*` at the end stands for the rest of a name."""
        fits = [f"fit for {host}" for host in (*assistant.fits, "assistants")] if step.about == "add" else []
        return (*self.findings.get(step.about or "", ()), *fits)

    def places(self, assistant: SetUp, known: Collection[str]) -> list[str]:
        """Which of the known hosts are boxes of an assistant; those that no assistant names are of the last one."""
        named = {name for one in self.assistants.values() for name in one.places}
        is_last = assistant is [*self.assistants.values()][-1]
        return [name for name in known if name in assistant.places or (is_last and name not in named)]


def load_assistants() -> Assistants:
    """assistants.yaml."""
    return validate(load_yaml(Path(__file__).with_name("assistants.yaml")), Assistants)
