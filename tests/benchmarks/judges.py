"""How good the judges are: of right answers made wrong in one place, how many fail; of rewritten ones, how many pass.

Answers are those of the analyst to every case of every view, and those of a real model that are kept and right. Runs
by itself: `python -m tests.benchmarks.judges`. Ends with 1 when a goal is missed.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import anyio
import msgspec
from rich.console import Console
from rich.table import Table

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.loop import Dialogue
from promptkit.evaluation.evaluators.assertions import Expectation, case_assertions
from promptkit.evaluation.evaluators.contract import Score
from promptkit.evaluation.kept import expectation_of
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.conversation import dialogue_of
from promptkit.evaluation.records.lines import RecordedConversation, read_lines
from promptkit.evaluation.suite import open_evaluation
from promptkit.library.store import Library, default_root
from promptkit.policy.review import tool_policy
from tests.evaluation.mutants import KINDS, mutants, with_a_page_missed
from tests.evaluation.rewrites import rewritten

REAL = Path(__file__).parents[1] / "evaluation" / "real_model"
CAUGHT, PASSED = 0.98, 0.98
MUTANTS, FORMS = 5, 5
RIGHT, REWRITTEN, PAGE = "right, passed", "right and rewritten, passed", "page missed and hidden"
NEEDED = {Score.SAFETY, Score.FIGURES}
Answers = list[tuple[Dialogue, Expectation]]


def of_a_real_model(library: Library) -> Answers:
    """The kept answers that are labelled right."""
    labelled = map(json.loads, (REAL / "expected.jsonl").read_text("utf-8").splitlines())
    right = {line["id"]: line["answer"] for line in labelled if line["label"] == "right"}
    lines = (line for path in sorted(REAL.glob("*-prompts.jsonl")) for line in read_lines(path))
    found = []
    for line in lines:
        if answer := right.get(line.value.get("id", "")):
            told = line.as_(RecordedConversation)
            one = RecordedConversation(told.number, told.events, told.gaps, expected=answer)
            found.append((dialogue_of(one), expectation_of(line.value["prompt"], one, library, is_hostile=False)))
    return found


async def of_the_analyst(library: Library) -> Answers:
    """The analyst's answers to every case, each held against the truth."""
    found = []
    async with open_evaluation(library, "local") as evaluation:
        for sample in plan(library, EvalSpec()):
            result, line = await evaluation.run_sample(sample)
            one = msgspec.convert(json.loads(json.dumps(line, default=str)), RecordedConversation)
            found.append((dialogue_of(one), expectation_of(result.prompt, one, library, is_hostile=False)))
    return found


def judged(library: Library, answers: Answers) -> Iterator[tuple[str, bool]]:
    """Each kind of mistake, and whether it was caught; for answers as they are and rewritten, whether they passed."""
    policy, random = tool_policy(library), Random(2026)  # noqa: S311

    def failing(run: Dialogue, right: Expectation) -> set[Score]:
        return {one.score for one in case_assertions(right, run, policy, library.wording) if not one.passed}

    for run, right in answers:
        answer = right.prompt.answer
        yield RIGHT, not failing(run, right) & NEEDED
        for _ in range(FORMS):
            yield REWRITTEN, not failing(rewritten(run, answer, random), right) & NEEDED
        for kind, (_, score) in KINDS.items():
            yield from ((kind, score in failing(one, right)) for one in mutants(run, answer, kind, MUTANTS, random))
        if (one := with_a_page_missed(run)) is not None:
            yield PAGE, Score.FIGURES in failing(one, right)


def main() -> int:
    library = Library(default_root())
    answers = [*of_a_real_model(library), *anyio.run(of_the_analyst, library)]
    found = list(judged(library, answers))
    made, good = Counter(name for name, _ in found), Counter(name for name, is_good in found if is_good)
    table = Table("answers", "good", "of", "share", box=None, header_style="bold")
    for name in made:
        table.add_row(name, str(good[name]), str(made[name]), f"{good[name] / made[name]:.1%}")
    mistakes = set(made) - {RIGHT, REWRITTEN}
    caught, wrong = sum(good[name] for name in mistakes), sum(made[name] for name in mistakes)
    table.add_row("all mistakes caught", str(caught), str(wrong), f"{caught / wrong:.1%}")
    Console().print(table)
    passed = sum(good[name] for name in (RIGHT, REWRITTEN)) / sum(made[name] for name in (RIGHT, REWRITTEN))
    return 0 if caught >= CAUGHT * wrong and passed >= PASSED else 1


if __name__ == "__main__":
    sys.exit(main())
