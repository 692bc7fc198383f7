"""How long each view takes by code, as rows of Markdown: `python -m tests.benchmarks.views [SIZE...]`.

Of a view's defaults and its cases, the row has the one with the most calls on the first of the sizes, by default medium
and then large. "With Torii's limits" is an upper bound for how long the calls would take a caller who has these limits
to himself: each tool's calls of a minute at once, then as many as come back. Memory is that of our process at its
peak; the server is another one. A partial answer has gaps. Ends with 1 where a view takes longer or more than the
goals.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import anyio

from promptkit.answering.answer import analyst_for, answer
from promptkit.connection.session import Session
from promptkit.connection.throttle import calls_per_minute
from promptkit.errors import PromptkitError
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library, default_root
from promptkit.model import Prompt, Scalar
from promptkit.torii.generate.size import Size
from promptkit.torii.tenant import DEFAULT_AS_OF
from tests.benchmarks.reading import opened

SIZES: tuple[Size, ...] = ("medium", "large")
GOAL_SECONDS: Mapping[Size, float] = {"small": 5, "medium": 5, "large": 60}
GOAL_MEBIBYTES = 500


class Cost(NamedTuple):
    """What an answer cost: its calls, seconds, mebibytes at the peak, and at most so many seconds of waiting."""

    calls: int
    seconds: float
    mebibytes: int
    waiting: float
    gaps: str

    def __str__(self) -> str:
        partial = " (partial)" if self.gaps else ""
        limited = self.waiting + self.seconds
        return f"{self.calls:,} | {self.seconds:.1f} s{partial} | {self.mebibytes} MiB | {limited:.0f} s"


Given = Mapping[str, Scalar]


def waiting_seconds(library: Library, calls: Mapping[str, int]) -> float:
    """How long calls, counted by tool, wait at most for limits whose minute is still unused at the start."""
    usable = {tool: calls_per_minute(library.reviewed_tools[tool]) for tool in calls}
    return sum(max(0.0, count - usable[tool]) * 60 / usable[tool] for tool, count in calls.items())


def peak_mebibytes() -> int:
    """The largest memory of this process since the last time that it was reset."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1]) >> 10


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "utf-8")


async def cost(library: Library, session: Session, prompt: Prompt, given: Given, today: date) -> Cost:
    values = resolve_arguments(prompt, given)
    analyst = analyst_for(library, prompt, library.load_recipe(prompt.name), values, today)
    reset_peak()
    began = time.perf_counter()
    answered = await answer(session, analyst)
    seconds = time.perf_counter() - began
    waiting = waiting_seconds(library, Counter(made.call.name for made in answered.calls))
    return Cost(len(answered.calls), seconds, peak_mebibytes(), waiting, answered.gaps)


def ways_to_ask(library: Library, prompt: Prompt) -> Iterator[Given]:
    """The defaults, where a view has one for each argument, and the view's cases."""
    try:
        resolve_arguments(prompt, {})
        yield {}
    except PromptkitError:
        pass
    yield from (case.arguments for case in library.load_case_file(prompt.name).cases)


async def dearest(
    library: Library, session: Session, prompt: Prompt, asked: Sequence[Given], today: date
) -> tuple[Cost, Given]:
    costs = [(await cost(library, session, prompt, given, today), given) for given in asked]
    return max(costs, key=lambda pair: pair[0].calls)


async def measured(library: Library, size: Size, asked: dict[str, list[Given]]) -> dict[str, Cost]:
    """What each view costs; `asked` keeps the one way to ask that has the most calls."""
    costs = {}
    async with opened(library, size) as torii:
        for name, ways in asked.items():
            print(f"{size}: {name}", file=sys.stderr)
            costs[name], given = await dearest(library, torii.session, library.load_prompt(name), ways, DEFAULT_AS_OF)
            asked[name] = [given]
            print(f"  {costs[name]} {costs[name].gaps[:300]}", file=sys.stderr)
    return costs


def row(name: str, costs: Sequence[Cost]) -> str:
    return f"| {name} | {' | '.join(map(str, costs))} |"


def header(sizes: Sequence[Size]) -> Iterator[str]:
    heads = [f"{size}: calls | time | memory | with Torii's limits" for size in sizes]
    yield f"| view | {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * 4 * len(sizes)}"


def main() -> int:
    library = Library(default_root())
    sizes = [size for size in GOAL_SECONDS if size in sys.argv[1:]] or list(SIZES)
    asked = {name: list(ways_to_ask(library, library.load_prompt(name))) for name in library.prompt_names()}
    by_size = {size: anyio.run(measured, library, size, asked) for size in sizes}
    print("\n".join([*header(sizes), *(row(name, [by_size[size][name] for size in sizes]) for name in asked)]))
    missed = [
        f"{name} takes {one.seconds:.1f} s and {one.mebibytes} MiB on {size}"
        for size, costs in by_size.items()
        for name, one in costs.items()
        if one.seconds > GOAL_SECONDS[size] or one.mebibytes > GOAL_MEBIBYTES
    ]
    print("\n".join(missed), file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
