"""What views cost an assistant to read, as rows of Markdown: `python -m tests.benchmarks.reading [VIEW...]`.

The reference analyst answers each of a view's cases on a small and a medium local Torii; the row has the most
of any case. A model reads more: it looks fields up, and reads again. `by view tools` is what our view tools return in
place of all that. Ends with 1 where a view goes beyond what a chat holds although it says that it `fits` a tenant of
that size. That is said of a view as it is pasted, its first case: who asks for more rows reads more.
"""

import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import anyio

from promptkit.agents.eval_spec import Toolset
from promptkit.agents.loop import converse
from promptkit.agents.reference import ReferenceModel
from promptkit.agents.turns import Message
from promptkit.answering.answer import analyst_for
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import Session
from promptkit.evaluation.offer import OfferedTools, open_offer
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE, Prompt
from promptkit.policy.decision import Definition
from promptkit.policy.review import tool_policy
from promptkit.torii.generate.size import COUNTS, Size
from promptkit.torii.local import LocalTorii
from promptkit.torii.tenant import DEFAULT_AS_OF, build_tenant

SIZES: tuple[Size, ...] = ("small", "medium")
CHARACTERS_PER_TOKEN = 4
FIGURES = ("calls", "tokens", "largest result", "by view tools")


class Cost(NamedTuple):
    """What is read for one answer: calls, tokens of their results in all and of the largest, and by view tools."""

    calls: int
    tokens: int
    largest: int
    by_view_tools: int


MOST = Cost(calls=20, tokens=60_000, largest=10_000, by_view_tools=60_000)
"""What a chat holds, as hosts limit it."""


class ViewCost(NamedTuple):
    """What a view costs: as it is pasted, and the most of any case, figure by figure."""

    usual: Cost
    most: Cost


async def cost(library: Library, session: Session, offer: OfferedTools, prompt: Prompt, today: date) -> ViewCost:
    cases = library.load_case_file(prompt.name).cases
    costs = [await case_cost(library, session, offer, prompt, today, case) for case in cases]
    return ViewCost(costs[0], Cost(*map(max, zip(*costs, strict=True))))


async def case_cost(library: Library, session: Session, offer: OfferedTools, prompt: Prompt, today: date, case) -> Cost:
    values = resolve_arguments(prompt, case.arguments)
    analyst = analyst_for(library, prompt, library.load_recipe(prompt.name), values, today)
    # As a model, it reads in the recipe's own pages.
    read = await converse(ReferenceModel(analyst), session, [Message("user", prompt.title)])
    assert "\n- Gaps: none\n" in read.answer, f"{prompt.name}, {case.name}: {read.answer}"
    tokens = [len(outcome.text) // CHARACTERS_PER_TOKEN for outcome in read.outcomes]
    run = await converse(offer.reference(analyst), offer.session(), [Message("user", prompt.title)])
    assert not run.gaps, f"{prompt.name}, {case.name}: {run.gaps}"
    by_view_tools = sum(len(outcome.text) // CHARACTERS_PER_TOKEN for outcome in run.outcomes)
    return Cost(len(tokens), sum(tokens), max(tokens, default=0), by_view_tools)


@asynccontextmanager
async def opened(library: Library, size: Size) -> AsyncIterator[OpenedSession]:
    """A session with a local Torii of that size, which has no limit of calls."""
    gate = Gate()

    def review(tools: Sequence[Definition]) -> None:
        gate.policy = tool_policy(library, tools)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tenant.db")
        with closing(build_tenant(path, size=size)) as tenant:
            torii = LocalTorii(path, DEFAULT_AS_OF, False, tenant)
            async with connect(torii.command, gate, review) as session:
                yield OpenedSession(session, DEFAULT_AS_OF, torii)


async def measured(library: Library, prompts: Sequence[Prompt], size: Size) -> list[ViewCost]:
    async with (
        opened(library, size) as torii,
        open_offer(Toolset.VIEWS, library, torii, DEFAULT_PROFILE) as offer,
    ):
        costs = []
        for prompt in prompts:
            print(f"{size}: {prompt.name}", file=sys.stderr)
            costs.append(await cost(library, torii.session, offer, prompt, DEFAULT_AS_OF))
        return costs


def is_said_to_fit(prompt: Prompt, size: Size) -> bool:
    counts = COUNTS[size]
    return prompt.fits is not None and prompt.fits.apps >= counts.apps and prompt.fits.users >= counts.users


def beyond(cost: Cost) -> list[str]:
    """What goes beyond what a chat holds, in words."""
    pairs = zip(FIGURES, cost, MOST, strict=True)
    return [f"{name} {figure:,}, at most {most:,}" for name, figure, most in pairs if figure > most]


def row(prompt: Prompt, costs: Sequence[ViewCost]) -> str:
    fits = f"{prompt.fits}" if prompt.fits else "not said"
    return f"| {prompt.name} | {fits} | {' | '.join(f'{figure:,}' for cost in costs for figure in cost.most)} |"


def header() -> Iterator[str]:
    yield f"| view | fits | {' | '.join(f'{size}: ' + ' | '.join(FIGURES) for size in SIZES)} |"
    yield f"| --- | --- |{' ---: |' * len(SIZES) * len(FIGURES)}"


def main() -> int:
    library = Library(default_root())
    prompts = [library.load_prompt(name) for name in sys.argv[1:] or library.prompt_names()]
    by_size = {size: anyio.run(measured, library, prompts, size) for size in SIZES}
    print("\n".join([*header(), *map(row, prompts, zip(*by_size.values(), strict=True))]))
    wrong = [
        f"{prompt.name} says that it fits a {size} tenant: {'; '.join(beyond(cost.usual))}"
        for size, costs in by_size.items()
        for prompt, cost in zip(prompts, costs, strict=True)
        if is_said_to_fit(prompt, size) and beyond(cost.usual)
    ]
    for one in wrong:
        print(one, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
