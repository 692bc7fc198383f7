"""What the runner adds to a sample: against a bare MCP client that makes the same calls to the same server."""

import gc
import resource
import time
from collections.abc import Iterator, Sequence

import anyio
from mcp import Client, StdioServerParameters

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.loop import converse
from promptkit.agents.reference import ReferenceModel
from promptkit.agents.turns import Message, Turn
from promptkit.answering.answer import analyst_for
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.evaluation.plan import CaseScenario, Sample, plan
from promptkit.evaluation.suite import Evaluation
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import Definition
from promptkit.torii.local import local_torii
from tests.benchmarks.ratio import Ratio

GOAL = 1.15
JUDGED_GOAL = 2.0
PROMPT = "renewal_calendar"
SIZES = (200, 2000)
ASKED = Message("user", "Go on.")


class Script:
    """Says again what the reference analyst said, so that no model's own work is measured."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = iter(turns)

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        return next(self._turns)


async def recorded(library: Library, opened: OpenedSession, scenario: CaseScenario) -> list[Turn]:
    prompt, given = scenario.prompt, scenario.case.arguments
    analyst = analyst_for(library, prompt, scenario.recipe, resolve_arguments(prompt, given), opened.today)
    run = await converse(ReferenceModel(analyst), opened.session, [ASKED])
    return [Turn(message.text, message.calls) for message in run.messages if message.role == "assistant"]


async def measured(samples: int) -> tuple[float, float, float]:
    """Milliseconds of wall time for one sample: with its judges, its conversation alone, and bare."""
    library = Library(default_root())
    turns: list[Turn] = []
    async with open_session(library, "local") as opened:
        evaluation = Evaluation(library, opened, models={"script": lambda: Script(turns)})
        scenario = plan(library, EvalSpec((PROMPT,)))[0].scenario
        turns += await recorded(library, opened, scenario)
        gc.freeze()  # As `run_samples` does.
        ours = await per_sample(samples, lambda: evaluation.run_sample(Sample(1, scenario, "script")))
        alone = await per_sample(samples, lambda: converse(Script(turns), opened.session, [ASKED]))
        gc.unfreeze()
    calls = [call for turn in turns for call in turn.calls]
    with local_torii() as torii:
        async with Client(StdioServerParameters(command=torii.command[0], args=list(torii.command[1:]))) as client:

            async def bare() -> None:
                for call in calls:
                    await client.call_tool(call.name, call.arguments)

            await bare()
            return ours, alone, await per_sample(samples, bare)


async def per_sample(samples: int, work) -> float:
    began = time.perf_counter()
    for _ in range(samples):
        await work()
    return (time.perf_counter() - began) * 1000 / samples


def rows() -> Iterator[Ratio]:
    for samples in SIZES:
        ours, alone, bare = anyio.run(measured, samples)
        # In a short run, what is done once for each view still counts.
        loop, judged = (GOAL, JUDGED_GOAL) if samples == SIZES[-1] else (None, None)
        yield Ratio(f"the loop of a sample, mean of {samples:,}", alone, bare, "a bare client's calls", loop)
        yield Ratio(f"a sample with its judges, mean of {samples:,}", ours, bare, "a bare client's calls", judged)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Ratio("memory of the eval at most", peak, peak, "itself", unit="MiB")
