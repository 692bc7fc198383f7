"""What a command costs before it does anything, as a process of its own."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks.ratio import Ratio, least

REPEATS = 10
COMMANDS = (["--help"], ["list"], ["render", "renewal_calendar"], ["check"], ["eval", "--help"])
GOALS = {"--help": 8}  # Times what Python needs to start; the others, what it needs for the libraries they rest on.
LIBRARY_GOALS = {"list": 2.5, "render": 2.5}
IMPORTS = "import jinja2, pydantic"


def process(*words: str) -> Callable[[], float]:
    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

    return run


def rows() -> Iterator[Ratio]:
    ours = [process("-m", "promptkit", *words) for words in COMMANDS]
    taken = least(REPEATS, process("-c", "pass"), process("-c", IMPORTS), process("-c", "import promptkit"), *ours)
    nothing, imports, package, *commands = taken
    yield Ratio("import promptkit", package, nothing, "python -c pass")
    for words, spent in zip(COMMANDS, commands, strict=True):
        yield Ratio(f"promptkit {' '.join(words)}", spent, nothing, "python -c pass", GOALS.get(words[0]))
    for words, spent in zip(COMMANDS, commands, strict=True):
        if goal := LIBRARY_GOALS.get(words[0]):
            yield Ratio(f"promptkit {words[0]}", spent, imports, IMPORTS, goal)
