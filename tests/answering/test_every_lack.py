"""Each view on servers that lack something: its answer is exactly right, or its gaps name what is lacking."""

from collections.abc import Iterator
from contextlib import ExitStack, asynccontextmanager
from copy import deepcopy
from typing import NamedTuple

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from promptkit.answering.analyst import Answered
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import GatedSession
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import Definition, ToolPolicy
from promptkit.policy.review import tool_policy
from promptkit.torii.tenant import DEFAULT_AS_OF
from tests.builders import answered

VIEWS = Library(default_root()).prompt_names()
MODES = ("hosted-guess", "hosted-bare", "npm-2025")


class Servers(NamedTuple):
    """A session with the local Torii in each mode, on one tenant; `offered` are their lists as they came."""

    library: Library
    portal: BlockingPortal
    sessions: dict[str, GatedSession]
    offered: dict[str, list[Definition]]
    whole: dict[str, Answered]

    def answer(self, view: str, mode: str, tools: list[Definition] | None = None) -> Answered:
        """The answer to a view's first case from a server that offers just these tools, all of them reviewed."""
        session = self.sessions[mode]
        session.tools = self.offered[mode] if tools is None else tools
        locked = {tool["name"]: tool for tool in session.tools}
        session.gate.policy = ToolPolicy(self.library.reviewed_tools, locked, tuple(session.tools))
        return self.ask(view, mode)

    def ask(self, view: str, mode: str) -> Answered:
        given = self.library.load_case_file(view).cases[0].arguments
        opened = OpenedSession(self.sessions[mode], DEFAULT_AS_OF)
        return self.portal.call(answered, self.library, opened, view, given)

    def right(self, view: str) -> Answered:
        """The answer from the server that lacks nothing."""
        if view not in self.whole:
            self.whole[view] = self.answer(view, "hosted-guess")
        return self.whole[view]


@pytest.fixture(scope="module")
def servers(library, torii) -> Iterator[Servers]:
    @asynccontextmanager
    async def opened(mode):
        async with connect((*torii.command, "--mode", mode), Gate(), lambda _: None) as session:
            yield session

    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        sessions = {mode: stack.enter_context(portal.wrap_async_context_manager(opened(mode))) for mode in MODES}
        yield Servers(library, portal, sessions, {mode: list(one.tools) for mode, one in sessions.items()}, {})


def is_right_or_says(found: Answered, right: Answered, *names: str) -> bool:
    """Whether the figures are those of the whole answer, or else gaps name one of `names` and there are no totals."""
    if not found.gaps:
        return found.figures == right.figures and found.remarks == right.remarks
    return any(name in found.gaps for name in names) and not found.figures.totals and not found.remarks


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_answers_right_or_says_what_the_server_lacks(servers, view, mode):
    right, tools = servers.right(view), servers.library.load_prompt(view).reads
    assert is_right_or_says(servers.answer(view, mode), right, *tools)
    for tool in {tool["name"] for tool in servers.offered[mode]} & {*tools}:
        found = servers.answer(view, mode, [one for one in servers.offered[mode] if one["name"] != tool])
        assert is_right_or_says(found, right, *([tool] if mode == "hosted-guess" else tools)), (tool, found.text)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_answers_right_or_says_which_argument_a_tool_does_not_take(servers, view):
    right = servers.right(view)
    used = {(made.call.name, argument) for made in right.calls for argument in made.call.arguments}
    for tool, argument in sorted(used):
        offered = deepcopy(servers.offered["hosted-guess"])
        schema = next(one for one in offered if one["name"] == tool)["inputSchema"]
        del schema["properties"][argument]
        found = servers.answer(view, "hosted-guess", offered)
        assert is_right_or_says(found, right, argument), (tool, argument, found.text)
        assert found.gaps.count(f"{tool} of torii 0.1.0 does not take") <= 1


@pytest.mark.parametrize("mode", MODES[1:])
def test_a_server_whose_tools_nobody_reviewed_is_asked_nothing(servers, mode):
    session = servers.sessions[mode]
    session.tools = servers.offered[mode]
    session.gate.policy = tool_policy(servers.library, session.tools)
    found = servers.ask("portfolio_overview", mode)
    assert (found.calls, found.figures.totals) == ([], {})
    assert found.gaps == (
        "torii 0.1.0 does not mark list_apps as reading only: an admin looks at the difference with "
        "promptkit tools diff --server URL, and accepts it with promptkit tools lock --server URL"
    )


def test_a_table_over_what_was_not_read_has_no_rows_and_others_have_theirs(servers):
    offered = [one for one in servers.offered["hosted-guess"] if one["name"] != "list_users"]
    right, found = servers.right("executive_summary"), servers.answer("executive_summary", "hosted-guess", offered)
    pairs = list(zip(found.figures.tables, right.figures.tables, strict=True))
    assert any(rows for rows, _ in pairs)
    assert any(not rows and whole for rows, whole in pairs)
    assert all(rows in ([], whole) for rows, whole in pairs)
