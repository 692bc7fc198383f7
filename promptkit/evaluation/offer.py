"""What a model is offered in a run, and how it is asked: Torii's tools by a prompt, or our view tools by a question."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from promptkit.agents.eval_spec import Toolset
from promptkit.agents.reference import ReferenceModel
from promptkit.agents.turns import Model
from promptkit.agents.view_reference import ViewReferenceModel
from promptkit.answering.analyst import Analyst
from promptkit.answering.rows import rows_of
from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.argument_type import written
from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import Session
from promptkit.evaluation.evaluators.contract import Assertion, only_reads_reach_torii
from promptkit.evaluation.offered_policy import offered_policy
from promptkit.evaluation.view_session import CountedSession, ViewSession
from promptkit.library.instructions import Variant
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Scalar
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.review import tool_policy
from promptkit.views.service import ViewService


class OfferedTools(Protocol):
    """What differs between the sets of tools."""

    tools: Toolset
    variant: Variant

    @property
    def policy(self) -> ToolPolicy:
        """What calls are judged by."""

    def session(self) -> Session:
        """The session of one conversation."""

    def question(self, prompt: Prompt, values: Mapping[str, Scalar], profile: Profile) -> str:
        """What a person would write to have a prompt answered."""

    def reference(self, analyst: Analyst) -> Model:
        """The program that answers a prompt with these tools."""

    @property
    def calls_behind(self) -> int:
        """How many calls were made to Torii by the tools themselves."""

    def claims(self) -> list[Assertion]:
        """What is claimed of the calls that the tools themselves made to Torii."""

    def rows(self, data: Mapping[str, Any]) -> int:
        """How many rows a result has."""


@dataclass(frozen=True)
class ToriiTools:
    """Torii's own tools: a person pastes a prompt, and the model reads what it asks for."""

    shared: Session
    policy: ToolPolicy
    tools = Toolset.TORII
    variant = Variant.FULL
    calls_behind = 0

    def session(self) -> Session:
        """The one session with Torii."""
        return self.shared

    def question(self, prompt: Prompt, values: Mapping[str, Scalar], profile: Profile) -> str:
        """The prompt, filled in."""
        return render(prompt, values, profile)

    def reference(self, analyst: Analyst) -> Model:
        """The analyst."""
        return ReferenceModel(analyst)

    def claims(self) -> list[Assertion]:
        """None: every call is the model's own."""
        return []

    def rows(self, data: Mapping[str, Any]) -> int:
        """The rows of a list."""
        return len(rows_of(data))


@dataclass(frozen=True)
class ViewTools:
    """Our view tools: a person asks what a view answers, and code reads and computes."""

    service: ViewService
    behind: CountedSession
    policy: ToolPolicy
    callers: Iterator[int] = field(default_factory=itertools.count)
    tools = Toolset.VIEWS
    variant = Variant.VIEWS

    def session(self) -> Session:
        """A session of its own, so that no conversation can use the cursors of another."""
        decides = replace(self.policy, locked=VIEW_TOOLS, offered=tuple(VIEW_TOOLS.values()))
        return ViewSession(self.service, decides, f"conversation {next(self.callers)}")

    def question(self, prompt: Prompt, values: Mapping[str, Scalar], profile: Profile) -> str:
        """The view's title and description, and what is filled in, without a word on how to read or to compute."""
        filled = [f"- {name}: {written(value)}" for name, value in values.items()]
        return "\n".join([f"{prompt.title} {prompt.description}", *(["", *filled] if filled else [])])

    def reference(self, analyst: Analyst) -> Model:
        """The program that asks for the view and writes down what comes."""
        return ViewReferenceModel(analyst.prompt, analyst.values)

    @property
    def calls_behind(self) -> int:
        """How many calls went from the view tools to Torii's session."""
        return self.behind.calls

    def claims(self) -> list[Assertion]:
        """The view tools asked Torii for reviewed reads only."""
        return [only_reads_reach_torii(self.behind.not_reads)]

    def rows(self, data: Mapping[str, Any]) -> int:
        """The rows of an answer's tables, or of one table; views that were found are no rows."""
        tables = [data, *data.get("tables", ())]
        return sum(len(table.get("rows", ())) for table in tables)


@asynccontextmanager
async def open_offer(
    tools: Toolset, library: Library, opened: OpenedSession, profile: Profile
) -> AsyncIterator[OfferedTools]:
    """Get a set of tools ready on an open session."""
    policy = offered_policy(library, tools)
    if tools is Toolset.TORII:
        yield ToriiTools(opened.session, policy)
        return
    behind = CountedSession(opened.session, tool_policy(library))
    service = ViewService(library, replace(opened, session=behind), profile)
    async with service.running():
        yield ViewTools(service, behind, policy)
