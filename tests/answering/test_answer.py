"""Calls made on a session: several at once but not too many, with progress, and none after a cancel."""

import anyio
import pytest

from promptkit.answering.answer import MAX_CALLS_AT_ONCE, analyst_for, answer
from promptkit.answering.evidence import stated_evidence
from promptkit.connection.session import Outcome
from promptkit.library.render import resolve_arguments
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision
from promptkit.transcript import CallState


class Watched:
    """A session that counts the calls in flight; from the call number `stuck` on, it answers none."""

    def __init__(self, session, stuck=10_000, age=0.0):
        self._session, self._stuck, self._age = session, stuck, age
        self.tools, self.server, self.decide = session.tools, session.server, session.decide
        self.begun = self.in_flight = self.most = 0
        self.is_stuck = anyio.Event()

    async def call(self, call: ToolCall) -> Outcome:
        self.begun += 1
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        try:
            if self.begun >= self._stuck:
                self.is_stuck.set()
                await anyio.sleep_forever()
            outcome = await self._session.call(call)
            return Outcome(outcome.decision, outcome.state, outcome.text, outcome.data, age_seconds=self._age)
        finally:
            self.in_flight -= 1


def analyst(library, torii, view="organizational_drilldown"):
    prompt = library.load_prompt(view)
    values = resolve_arguments(prompt, library.load_case_file(view).cases[0].arguments)
    return analyst_for(library, prompt, library.load_recipe(view), values, torii.as_of)


def test_calls_are_in_flight_together_up_to_a_bound(library, torii, shared):
    portal, session = shared
    watched = Watched(session)
    answered = portal.call(answer, watched, analyst(library, torii))
    assert answered.gaps == ""
    assert watched.begun == len(answered.calls) > MAX_CALLS_AT_ONCE
    assert 1 < watched.most <= MAX_CALLS_AT_ONCE


def test_progress_counts_every_call_and_never_more_than_are_known(library, torii, shared):
    portal, session = shared
    seen = []
    answered = portal.call(answer, session, analyst(library, torii), lambda made, known: seen.append((made, known)))
    assert [made for made, _ in seen] == list(range(1, len(answered.calls) + 1))
    assert all(made <= known for made, known in seen)
    assert seen[-1] == (len(answered.calls), len(answered.calls))


def test_what_waits_is_known_before_it_is_called(library, torii, shared):
    portal, session = shared
    seen = []
    portal.call(answer, session, analyst(library, torii), lambda made, known: seen.append((made, known)))
    assert max(known - made for made, known in seen) > MAX_CALLS_AT_ONCE


def test_a_cancelled_answer_leaves_no_call_running(library, torii, shared):
    portal, session = shared
    watched = Watched(session, stuck=4)

    async def cancelled() -> int:
        async with anyio.create_task_group() as group:
            group.start_soon(answer, watched, analyst(library, torii))
            await watched.is_stuck.wait()
            group.cancel_scope.cancel()
        return watched.begun

    begun = portal.call(cancelled)
    assert (watched.in_flight, watched.begun) == (0, begun)
    assert portal.call(session.call, ToolCall(name="list_apps", arguments={"size": 1})).state is CallState.EXECUTED


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (0.0, "2026-11-02 (UTC)"),
        (59.9, "2026-11-02 (UTC)"),
        (60.0, "2026-11-02 (UTC), from reads up to 1 minute old"),
        (400.0, "2026-11-02 (UTC), from reads up to 7 minutes old"),
    ],
)
def test_an_answer_from_older_reads_says_how_old_they_are(library, torii, shared, age, told):
    portal, session = shared
    answered = portal.call(answer, Watched(session, age=age), analyst(library, torii, "renewal_calendar"))
    assert answered.evidence["As of"] == told
    assert stated_evidence(answered.text)["As of"] == told


def test_calls_that_failed_are_kept_with_what_was_said(library, torii, shared):
    portal, session = shared

    class Failing(Watched):
        async def call(self, call):
            return Outcome(Decision(True, "read-tool", ""), CallState.FAILED, "away")

    answered = portal.call(answer, Failing(session), analyst(library, torii, "renewal_calendar"))
    assert {(made.state, made.rows, made.problem) for made in answered.calls} == {(CallState.FAILED, 0, "away")}
    told = answered.gaps.split("; ")
    assert told[0] == "list_contracts could not be read: away"
    assert len(told) == len(set(told))
