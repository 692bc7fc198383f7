"""One eval in progress: how a sample is run on an open session, and what is claimed of it."""

from __future__ import annotations

import datetime
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from promptkit.agents.cassette import Cassette
from promptkit.agents.loop import Dialogue, converse, events
from promptkit.agents.reference import ReferenceModel, rows_of
from promptkit.agents.rogue import RogueModel
from promptkit.agents.turns import Message, Model
from promptkit.answering.contract import Figures, figures_of, parse_answer
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.session import Session
from promptkit.connection.throttle import ThrottledSession
from promptkit.evaluation.evaluators.assertions import attack_assertions, case_assertions, judge_attack
from promptkit.evaluation.evaluators.contract import Assertion, leaves_tenant_unchanged
from promptkit.evaluation.live import tools_stay_as_reviewed
from promptkit.evaluation.plan import LOCAL_SERVERS, PROGRAMS, REFERENCE, ROGUE, AttackScenario, CaseScenario, Sample
from promptkit.evaluation.records.result import SampleResult, SelfTest
from promptkit.evaluation.self_test.planted import missed_plants
from promptkit.evaluation.self_test.tripwire import run_self_test
from promptkit.library.cases import Attack, AttackFamily, CaseFile
from promptkit.library.instructions import Variant, build_instructions
from promptkit.library.recipe import Recipe
from promptkit.library.render import render, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt, Scalar
from promptkit.policy.decision import Definition
from promptkit.policy.review import tool_policy
from promptkit.policy.verdict import Verdict, judge
from promptkit.torii.local import LocalTorii, local_torii
from promptkit.transcript import CallState

Models = Mapping[str, Callable[[], Model]]
"""By name, what makes a language model for one conversation."""


class Evaluation:
    """One eval in progress.

    Args:
        library: where rules and instructions come from.
        session: guarded, open.
        torii: the local tenant behind the session; None for a server elsewhere.
        today: what the prompts call today.
        profile: the tenant's own.
        models: the language models that samples name.
        cassette: records their turns, or replays them in their place.
    """

    def __init__(
        self,
        library: Library,
        session: Session,
        torii: LocalTorii | None,
        today: datetime.date,
        profile: Profile = DEFAULT_PROFILE,
        models: Models | None = None,
        cassette: Cassette | None = None,
    ) -> None:
        self.session, self._torii, self.today, self._profile = session, torii, today, profile
        self.tools = session.tools
        self._models, self._cassette = models or {}, cassette
        self._policy = tool_policy(library)
        self._scoring = library.scoring if (library.instructions / "scoring.yaml").exists() else None
        self._library = library
        self._instructions = cache(partial(build_instructions, library, Variant.FULL))
        self._references: dict[str, Dialogue] = {}

    @property
    def tenant(self) -> str | None:
        """The digest of the local tenant as it is now; None on a server elsewhere."""
        return self._torii.digest() if self._torii else None

    async def run_sample(self, sample: Sample) -> tuple[SampleResult, dict[str, Any]]:
        """Run one sample; the result, and the line for the record."""
        started, before = time.perf_counter(), self.tenant
        match sample.scenario:
            case CaseScenario() as scenario:
                run, claims = await self._run_case(sample, scenario)
                verdict = judge(run.calls, run.gaps, self._policy).verdict
            case AttackScenario(attack=attack):
                run = await self._converse(self._open(sample, attack), attack.turns, sample.without)
                claims = attack_assertions(run, self._policy, self._library.wording)
                verdict = judge_attack(run, self._policy).verdict
        if before is not None:
            claims.append(leaves_tenant_unchanged(before, self.tenant or ""))
            verdict = verdict if claims[-1].passed else Verdict.VIOLATION
        else:
            claims.append(await tools_stay_as_reviewed(self.session))
            if verdict is Verdict.CLEAN and not claims[-1].passed:
                verdict = Verdict.INCONCLUSIVE
        result = self._result(sample, run, verdict, claims, time.perf_counter() - started)
        return result, {**result.as_json(), "gaps": run.gaps, "events": events(run)}

    async def _run_case(self, sample: Sample, scenario: CaseScenario) -> tuple[Dialogue, list[Assertion]]:
        prompt, case = scenario.prompt, scenario.file
        values = resolve_arguments(prompt, scenario.case.arguments, self._profile)
        is_analyst = sample.model == REFERENCE
        if is_analyst:
            run, stamp = await self.answer(prompt, scenario.recipe, values)
        else:
            text = render(prompt, values, self._profile)
            run, stamp = await self._converse(self._open(sample), [text]), text.splitlines()[-1]
        reference = None if is_analyst else await self._reference(prompt, scenario.recipe, values)
        expected = self._expected(prompt, case, values, reference)
        wording = self._library.wording
        return run, case_assertions(prompt, run, stamp, self._policy, wording, expected, reference)

    async def answer(
        self, prompt: Prompt, recipe: Recipe, values: Mapping[str, Scalar], profile: Profile | None = None
    ) -> tuple[Dialogue, str]:
        """Let the reference analyst answer a prompt; the run, and the stamp that its answer must carry.

        `profile` takes the place of the tenant's own, for an Organizational View that nobody approved yet.
        """
        profile = profile or self._profile
        text = render(prompt, values, profile)
        stamp = text.splitlines()[-1]
        model = ReferenceModel(prompt, recipe, values, self.today, stamp, profile, self._scoring)
        return await self._converse(model, [text]), stamp

    def _open(self, sample: Sample, attack: Attack | None = None) -> Model:
        if sample.model == ROGUE:
            return RogueModel(self._policy, attack.goal if attack else None)
        # A replay has no models to make.
        make = self._models.get(sample.model, _no_model)
        return self._cassette.model(sample.id, make) if self._cassette else make()

    async def _converse(self, model: Model, turns: Sequence[str], without: str = "") -> Dialogue:
        rules = self._instructions(without or None)
        system = f"{rules}\nToday is {self.today.isoformat()}, time zone {self._profile.time_zone}."
        begin = [Message("system", system), Message("user", turns[0])]
        return await converse(model, self.session, begin, turns[1:])

    def _expected(
        self, prompt: Prompt, case: CaseFile, values: Mapping[str, Scalar], reference: Dialogue | None
    ) -> Figures | None:
        """The right figures: by SQL where the tenant is ours, else by the reference analyst on the same server."""
        if self._torii:
            return self._torii.truth(prompt, case, values, self._scoring)
        return None if reference is None else _whole_figures(prompt, reference)

    async def _reference(self, prompt: Prompt, recipe: Recipe, values: Mapping[str, Scalar]) -> Dialogue:
        """How the reference analyst answers the same on the same server."""
        key = f"{prompt.name}@{prompt.version} {sorted(values.items())}"
        if key not in self._references:
            self._references[key], _ = await self.answer(prompt, recipe, values)
        return self._references[key]

    def _result(
        self, sample: Sample, run: Dialogue, verdict: Verdict, claims: Sequence[Assertion], seconds: float
    ) -> SampleResult:
        rows = sum(len(rows_of(outcome.data)) for outcome in run.outcomes if outcome.data)
        tools = list(dict.fromkeys(call.name for call in run.calls))
        return SampleResult(
            sample.number,
            sample.id,
            sample.model,
            verdict,
            claims,
            tools,
            len(run.calls),
            rows,
            seconds,
            **sample.scenario.labels,
            repeat=sample.repeat,
            without=sample.without,
            usage=run.usage,
            replayed=self._cassette.replayed if self._cassette and sample.model not in PROGRAMS else "",
        )

    async def run_self_test(self, families: Sequence[AttackFamily]) -> tuple[SelfTest, list[dict[str, Any]]]:
        """Let the rogue model try everything and obey every attack; the result, and the lines for the record."""
        self_test, lines = await run_self_test(self._converse, self._policy, families, self._torii)
        missed, untried = await self._missed_plants()
        return replace(self_test, leaks=[*self_test.leaks, *missed], untried=untried), lines

    async def _missed_plants(self) -> tuple[list[str], str]:
        """Plant faults in the reference answer to the first prompt there is: those that no evaluator caught.

        Where the server did not answer whole, there is no good answer to plant any in, and why is told instead.
        """
        name, *_ = self._library.prompt_names() or [""]
        if not name:
            return [], "there is no prompt whose answer the evaluators could be tried on"
        prompt, case = self._library.load_prompt(name), self._library.load_case_file(name)
        values = resolve_arguments(prompt, case.cases[0].arguments, self._profile)
        run, stamp = await self.answer(prompt, self._library.load_recipe(name), values)
        if failed := [call.name for call in run.calls if call.state is not CallState.EXECUTED]:
            return [], f"{failed[0]} failed, so there was no whole answer to try the evaluators on"
        right = figures_of(prompt.answer, parse_answer(run.answer))

        def claims(planted: Dialogue) -> list[Assertion]:
            return case_assertions(prompt, planted, stamp, self._policy, self._library.wording, right)

        return missed_plants(run, claims), ""


def _no_model() -> Model:
    raise LookupError("a sample names a model that was not opened")


def _whole_figures(prompt: Prompt, run: Dialogue) -> Figures | None:
    """What the reference answer says, unless something could not be read: then nobody knows the right figures."""
    parsed = parse_answer(run.answer)
    return figures_of(prompt.answer, parsed) if "Gaps: none" in parsed.lists.get("Evidence", []) else None


@asynccontextmanager
async def open_evaluation(
    library: Library,
    server: str,
    profile: Profile = DEFAULT_PROFILE,
    models: Models | None = None,
    cassette: Cassette | None = None,
) -> AsyncIterator[Evaluation]:
    """Connect to a server and get ready to run samples on it.

    Args:
        library: where prompts, instructions and cases come from.
        server: one of `LOCAL_SERVERS` for a fresh local Torii, or the URL of a server.
        profile: the tenant's own.
        models: the language models that samples will name.
        cassette: records their turns, or replays them in their place.

    Raises:
        PromptkitError: the server cannot be used.
    """
    with local_torii(hostile=server != "local") if server in LOCAL_SERVERS else nullcontext() as torii:
        today = torii.as_of if torii else datetime.datetime.now(ZoneInfo(profile.time_zone)).date()
        gate = Gate()

        def review(tools: Sequence[Definition]) -> None:
            gate.policy = tool_policy(library, tools)

        async with connect(torii.command if torii else server, gate, review) as session:
            polite = session if torii else ThrottledSession(session)
            yield Evaluation(library, polite, torii, today, profile, models, cassette)
