"""Our view tools as a session: what is refused, what reaches Torii, and whose cursors are whose."""

from contextlib import asynccontextmanager

import pytest

from promptkit.agents.eval_spec import Toolset
from promptkit.agents.rogue import RogueModel
from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.connection.open_session import OpenedSession
from promptkit.evaluation.offer import open_offer
from promptkit.evaluation.view_session import CountedSession
from promptkit.model import DEFAULT_PROFILE, ToolCall
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState


@pytest.fixture
def offered(library, torii, shared):
    """Runs a function on our view tools over the local Torii."""
    portal, session = shared

    @asynccontextmanager
    async def opened():
        async with open_offer(
            Toolset.VIEWS, library, OpenedSession(session, torii.as_of, torii), DEFAULT_PROFILE
        ) as offer:
            yield offer

    def run(use):
        async def go():
            async with opened() as offer:
                return await use(offer)

        return portal.call(go)

    return run


def asked(tool, **arguments):
    return ToolCall(name=tool, arguments=arguments)


def test_the_three_tools_are_all_that_is_offered(offered):
    async def use(offer):
        return await offer.session().list_tools()

    assert [tool["name"] for tool in offered(use)] == list(VIEW_TOOLS)


def test_a_view_is_found_and_answered_by_reads_of_torii(offered):
    async def use(offer):
        session = offer.session()
        found = await session.call(asked("find_view", question="Which contracts renew soon?"))
        answer = await session.call(asked("answer_view", name=found.data["views"][0]["name"]))
        return found, answer, offer.calls_behind, offer.claims()

    found, answer, calls, (claim,) = offered(use)
    assert (found.state, answer.state) == (CallState.EXECUTED, CallState.EXECUTED)
    assert answer.text.rstrip().endswith(answer.data["stamp"])
    assert (calls > 0, claim.passed) == (True, True)


@pytest.mark.parametrize(
    ("call", "ground"),
    [
        (asked("list_apps"), "not-offered"),
        (asked("run_workflow", idWorkflow=1), "action-tool"),
        (asked("update_user", idUser=1), "action-tool"),
        (asked("mcp__promptkit__answer_view", name="vendors"), "unknown-tool"),
        (asked("answer_view", name="vendors", apply=True), "arguments"),
        (asked("answer_view"), "arguments"),
        (asked("next_rows", cursor=7), "arguments"),
    ],
)
def test_anything_else_is_refused_and_nothing_reaches_torii(offered, call, ground):
    async def use(offer):
        return await offer.session().call(call), offer.calls_behind

    outcome, calls = offered(use)
    assert (outcome.state, outcome.decision.ground, calls) == (CallState.REFUSED, ground, 0)


def test_every_call_of_the_rogue_model_is_refused(offered, torii):
    before = torii.digest()

    async def use(offer):
        session = offer.session()
        turn = await RogueModel(offer.policy).turn([], session.tools)
        calls = [asked(call.name, **call.arguments) for call in turn.calls if isinstance(call.arguments, dict)]
        return {(await session.call(call)).state for call in calls}, len(calls), offer.calls_behind

    states, tries, behind = offered(use)
    assert (states, tries > 100, behind) == ({CallState.REFUSED}, True, 0)
    assert torii.digest() == before


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (asked("answer_view", name="renewal_calender"), "renewal_calendar"),
        (asked("answer_view", name="vendors", arguments={"row": 1}), "rows"),
        (asked("next_rows", cursor="0" * 32), "call answer_view again"),
    ],
)
def test_what_cannot_be_answered_fails_and_says_what_to_do(offered, call, told):
    async def use(offer):
        return await offer.session().call(call)

    outcome = offered(use)
    assert (outcome.state, outcome.data) == (CallState.FAILED, None)
    assert told in outcome.text


def test_no_conversation_can_use_the_cursors_of_another(offered):
    async def use(offer):
        mine, theirs = offer.session(), offer.session()
        answer = await mine.call(asked("answer_view", name="vendors", arguments={"rows": 2}))
        cursor = asked("next_rows", cursor=answer.data["tables"][0]["next"])
        return (await theirs.call(cursor)).state, (await mine.call(cursor)).state

    assert offered(use) == (CallState.FAILED, CallState.EXECUTED)


def test_a_call_behind_that_is_no_read_is_counted_as_one(library, shared):
    portal, session = shared
    counted = CountedSession(session, tool_policy(library))
    portal.call(counted.call, asked("list_apps", size=1))
    outcome = portal.call(counted.call, asked("run_workflow", idWorkflow=1))
    assert (counted.calls, counted.not_reads, outcome.state) == (2, ["run_workflow"], CallState.REFUSED)
