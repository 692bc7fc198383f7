"""Calls at a rate, and calls again where the server is too busy."""

import anyio
import pytest

from promptkit.connection.session import Outcome
from promptkit.connection.throttle import ThrottledSession
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision
from promptkit.transcript import CallState

READ = ToolCall(name="list_apps", arguments={"size": 1})


class Scripted:
    """A session whose outcomes are given."""

    tools = ()

    def __init__(self, *waits):
        self.waits, self.calls = list(waits), 0

    def decide(self, call):
        return Decision(True, "read-tool", "")

    async def call(self, call):
        self.calls += 1
        wait = self.waits.pop(0) if self.waits else None
        return Outcome(self.decide(call), CallState.FAILED if wait else CallState.EXECUTED, "", None, wait)


@pytest.mark.parametrize(("busy", "calls", "state"), [(2, 3, CallState.EXECUTED), (99, 5, CallState.FAILED)])
def test_a_busy_server_is_asked_five_times_at_most(busy, calls, state):
    session = Scripted(*[0.001] * busy)
    assert anyio.run(ThrottledSession(session).call, READ).state is state
    assert session.calls == calls
