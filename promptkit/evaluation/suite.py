"""The eval: every case of every prompt through the agent loop, on the local Torii or a server, one record line each."""

from __future__ import annotations

import datetime
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from promptkit.catalog import tool_policy
from promptkit.client import GuardedSession, connect
from promptkit.evaluation.agent import Message, Model
from promptkit.evaluation.answer import parse_answer
from promptkit.evaluation.evaluators import (
    Assertion,
    all_calls_answered,
    figures_match,
    keeps_contract,
    keeps_stamp,
    leaves_tenant_unchanged,
    reads_only,
    states_evidence,
    uses_declared_tools,
)
from promptkit.evaluation.local import LocalTorii, local_torii
from promptkit.evaluation.loop import Run, converse, events
from promptkit.evaluation.record import RunRecord
from promptkit.evaluation.reference import ReferenceModel, rows_of
from promptkit.evaluation.report import Report, SampleResult, SelfTest
from promptkit.evaluation.rogue import RogueModel
from promptkit.gate import Gate
from promptkit.instructions import build_instructions
from promptkit.library import Library
from promptkit.model import DEFAULT_PROFILE, AttackFamily, Case, Profile, Prompt, Sample, Scalar
from promptkit.policy import Definition
from promptkit.render import render, resolve_arguments
from promptkit.transcript import CallState, Verdict, judge

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """One sample to run."""

    prompt: Prompt
    case: Case
    sample: Sample


def plan(library: Library, names: Sequence[str]) -> list[Task]:
    """Every sample of the named prompts, or of all of them.

    Raises:
        PromptkitError: a prompt or case has problems.
    """
    prompts = [library.load_prompt(name) for name in names] if names else library.load_prompts()
    cases = [(prompt, library.load_case(prompt.name)) for prompt in prompts]
    return [Task(prompt, case, sample) for prompt, case in cases for sample in case.cases]


class Evaluation:
    """One eval in progress.

    Args:
        library: where rules and instructions come from.
        session: guarded, open.
        torii: the local tenant behind the session; None for a server elsewhere, whose figures cannot be checked.
        today: what the prompts call today.
        profile: the tenant's own.
    """

    def __init__(
        self,
        library: Library,
        session: GuardedSession,
        torii: LocalTorii | None,
        today: datetime.date,
        profile: Profile = DEFAULT_PROFILE,
    ) -> None:
        self._session, self._torii, self.today, self._profile = session, torii, today, profile
        self.tools = session.tools
        self._policy = tool_policy(library)
        self._scoring = library.scoring if (library.instructions / "scoring.yaml").exists() else None
        self._instructions = build_instructions(library)

    async def run_sample(self, task: Task) -> tuple[SampleResult, dict[str, object]]:
        """Run one sample; the result, and the line for the record."""
        prompt, started = task.prompt, time.perf_counter()
        values = resolve_arguments(prompt, task.sample.arguments, self._profile)
        before = self._torii.digest() if self._torii else ""
        run, stamp = await self.answer(prompt, task.case, values)
        assertions = self._assert(task, run, stamp)
        if self._torii:
            expected = self._torii.truth(prompt, task.case, values, self._scoring)
            assertions.append(figures_match(prompt.answer, parse_answer(run.answer), expected))
            assertions.append(leaves_tenant_unchanged(before, self._torii.digest()))
        result = self._result(task, run, assertions, time.perf_counter() - started)
        return result, {
            "prompt": result.prompt,
            "case": result.case,
            "arguments": values,
            "verdict": result.verdict,
            "assertions": [vars(assertion) for assertion in assertions],
            "events": events(run),
        }

    async def answer(self, prompt: Prompt, case: Case, values: Mapping[str, Scalar]) -> tuple[Run, str]:
        """Let the reference analyst answer a prompt; the run, and the stamp that its answer must carry."""
        text = render(prompt, values, self._profile)
        stamp = text.splitlines()[-1]
        model = ReferenceModel(prompt, case.reference, values, self.today, stamp, self._profile, self._scoring)
        return await self._converse(model, text), stamp

    async def _converse(self, model: Model, *turns: str) -> Run:
        system = f"{self._instructions}\nToday is {self.today.isoformat()}, time zone {self._profile.time_zone}."
        begin = [Message("system", system), Message("user", turns[0])]
        return await converse(model, self._session, begin, turns[1:])

    def _assert(self, task: Task, run: Run, stamp: str) -> list[Assertion]:
        parsed = parse_answer(run.answer)
        return [
            reads_only(run.calls, run.gaps, self._policy),
            uses_declared_tools(run.calls, task.prompt.reads),
            all_calls_answered(run.calls),
            keeps_contract(task.prompt.answer, parsed),
            states_evidence(parsed, run.calls),
            keeps_stamp(parsed, stamp),
        ]

    def _result(self, task: Task, run: Run, assertions: Sequence[Assertion], seconds: float) -> SampleResult:
        verdict = judge(run.calls, run.gaps, self._policy).verdict
        if any(assertion.name == "leaves_tenant_unchanged" and not assertion.passed for assertion in assertions):
            verdict = Verdict.VIOLATION
        rows = sum(len(rows_of(outcome.data)) for outcome in run.outcomes if outcome.data)
        tools = list(dict.fromkeys(call.name for call in run.calls))
        name = f"{task.prompt.name}@{task.prompt.version}"
        return SampleResult(name, task.sample.name, verdict, assertions, tools, len(run.calls), rows, seconds)

    async def run_self_test(self, families: Sequence[AttackFamily]) -> tuple[SelfTest, list[dict[str, object]]]:
        """Let the rogue model try everything and obey every attack; the result, and the lines for the record."""
        before = self._torii.digest() if self._torii else ""
        runs = [("everything", await self._converse(RogueModel(self._policy), "Do whatever you like."))]
        for family in families:
            for number, attack in enumerate(family.attacks, 1):
                run = await self._converse(RogueModel(self._policy, attack.goal), *attack.turns)
                runs.append((f"{family.family} {number}", run))
        leaks = [call.name for _, run in runs for call in run.calls if call.state is not CallState.REFUSED]
        leaks += [f"(no call in {name})" for name, run in runs if not run.calls]
        if self._torii and self._torii.digest() != before:
            leaks.append("(the tenant's data changed)")
        lines: list[dict[str, object]] = [
            {"self_test": True, "attack": name, "events": events(run)} for name, run in runs
        ]
        return SelfTest(sum(len(run.calls) for _, run in runs), len(runs) - 1, len(families), leaks), lines


@asynccontextmanager
async def open_evaluation(
    library: Library, server: str, profile: Profile = DEFAULT_PROFILE
) -> AsyncIterator[Evaluation]:
    """Connect to a server and get ready to run samples on it.

    Args:
        library: where prompts, instructions and cases come from.
        server: `local` for a fresh local Torii, or the URL of a server.
        profile: the tenant's own.

    Raises:
        PromptkitError: the server cannot be used.
    """
    with local_torii() if server == "local" else nullcontext() as torii:
        today = torii.as_of if torii else datetime.datetime.now(ZoneInfo(profile.time_zone)).date()
        gate = Gate()

        def review(tools: Sequence[Definition]) -> None:
            gate.policy = tool_policy(library, tools)

        async with connect(torii.command if torii else server, gate, review) as session:
            yield Evaluation(library, session, torii, today, profile)


async def evaluate(
    library: Library,
    tasks: Sequence[Task],
    server: str,
    open_record: Callable[[dict[str, object]], RunRecord],
    progress: Progress,
) -> Report:
    """Run an eval with the reference analyst.

    Args:
        library: where prompts, instructions and cases come from.
        tasks: what to run, in order.
        server: `local`, or the URL of a server.
        open_record: makes the record once the header is known.
        progress: is told what runs now.

    Raises:
        PromptkitError: the server cannot be used, or the record cannot be written.
    """
    async with open_evaluation(library, server) as evaluation:
        names = [_name(task) for task in tasks]
        header = {"model": "reference", "server": server, "today": evaluation.today, "prompts": names}
        with open_record(header) as record:
            progress("self-test")
            self_test, lines = await evaluation.run_self_test(library.load_attacks())
            for line in lines:
                record.add(line)
            results = []
            for task in tasks:
                progress(_name(task))
                result, line = await evaluation.run_sample(task)
                record.add(line)
                results.append(result)
    return Report("reference", server, results, self_test)


def _name(task: Task) -> str:
    return f"{task.prompt.name}@{task.prompt.version}"
