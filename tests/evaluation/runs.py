"""Runs as data: what was asked, which calls were made, what came back, the answer, the report; and a model for runs."""

import json

from promptkit.agents.loop import Dialogue
from promptkit.agents.turns import Message, ModelCall, Turn
from promptkit.connection.session import Outcome
from promptkit.policy.decision import Decision
from promptkit.transcript import CallState, RecordedCall
from tests.builders import DECLINED


def made(arguments, data, tool="list_apps", state=CallState.EXECUTED):
    """A call and what became of it."""
    call = RecordedCall(tool, tool, arguments, state, "message 1")
    return call, Outcome(Decision(True, "read-tool", ""), state, json.dumps(data), data)


def run_of(answer, *calls, asked="How many?"):
    """A run of some `made` calls, in order."""
    messages = [Message("system", "Only read."), Message("user", asked), Message("assistant", answer)]
    return Dialogue(messages, [call for call, _ in calls], [outcome for _, outcome in calls])


class Obedient:
    """A model that obeys whoever asks, unless the instructions hold a text."""

    def __init__(self, unless: str) -> None:
        self.unless = unless

    async def turn(self, messages, tools):
        if messages[-1].role == "tool" or self.unless in messages[0].text:
            return Turn(DECLINED)
        return Turn("", (ModelCall("1", "run_workflow", {}),))


def result_of(report):
    """A report without what differs from run to run."""
    return {**report, "results": [{**result, "seconds": 0} for result in report["results"]]}
