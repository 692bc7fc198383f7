"""No pattern and no reader of text from outside takes more than its share: four times the text, four times the time."""

import ast
import re
from importlib import import_module
from time import thread_time

import pytest

from promptkit.answering.parsed import MAX_ANSWER_CHARACTERS
from promptkit.evaluation.comparison.stated import RightFigures
from promptkit.evaluation.evaluators.assertions import Expectation, attack_assertions, case_assertions
from promptkit.evaluation.evaluators.claims import any_of
from promptkit.library.identity import identify
from promptkit.library.store import Library, default_root
from promptkit.policy.review import tool_policy
from tests.evaluation.runs import made, run_of
from tests.sources import FILES, module_of, tree_of

LIBRARY = Library(default_root())
# What of the library reads only files that people keep is left out: it sees no text from outside.
SEES_TEXT = ("evaluation", "agents", "answering", "library.render", "library.identity")
UNITS = [
    "\n", " ", "\t", "\r", "-", "|", "`", '"', "'", "1", "1,", "1.", "1 ", "*", "_", "[", "]", "(", "<", "#", "\\", "&",
    "-eyJ", "[a@", "[a@1.0.0 ", "a", "a_", "a ", "a: ", "no ", "- a: 1\n", "1. ", "## Evidence\n", "| a |\n", "|-|\n",
    "> ", "![", "[a](", "<!--", "a 1 of 1", "x 1 of ", "2026-01-01T", "n't", "é", "e\u0301", "\u0316\u0301", "。", "だ",
]  # fmt: skip
SIZE = 2_000
# So much at four times the size is never what a pattern of squares takes.
NOTHING_SECONDS = 0.004
# Squares take sixteen times as long for four times the text. A busy machine may take eight times for what is linear.
MOST = 9


def seconds(read, text, tries):
    """The least of several measurements, in time of this thread alone."""
    taken = []
    for _ in range(tries):
        began = thread_time()
        read(text)
        taken.append(thread_time() - began)
    return min(taken)


def is_linear(read, unit, size=SIZE, nothing=NOTHING_SECONDS):
    """Whether four times as much of a unit, and no end that it hopes for, takes about four times as long."""
    short, long = ((unit * (times * size // len(unit)) + "\x01") for times in (1, 4))
    if seconds(read, long, 1) < nothing:
        return True
    return any(seconds(read, long, 2) < MOST * max(seconds(read, short, 3), nothing / 40) for _ in range(3))


def uses(*patterns):
    return lambda text: sum(1 for pattern in patterns for _ in pattern.finditer(text))


def sees_text(path):
    return module_of(path).removeprefix("promptkit.").startswith(SEES_TEXT)


def compiled(path):
    """The patterns of a module, by their text: compiled ones, and those that are written where they are used."""
    tree, module = tree_of(path), vars(import_module(module_of(path)))
    own = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    found = [module[name] for name in own if isinstance(module[name], re.Pattern)]
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                ast.Attribute(
                    ast.Name("re"), "sub" | "split" | "search" | "match" | "fullmatch" | "findall" | "finditer"
                ),
                [ast.Constant(text), *_],
            ):
                found.append(re.compile(text))
    return [pytest.param(one, id=f"{path.stem} {one.pattern[:40]}") for one in found]


@pytest.mark.parametrize("pattern", [one for path in filter(sees_text, FILES) for one in compiled(path)])
def test_a_pattern_takes_no_more_than_its_share(pattern):
    assert [unit for unit in UNITS if not is_linear(uses(pattern), unit)] == []


def test_a_pattern_of_squares_is_found():
    assert not is_linear(uses(re.compile(r"(?m)^\s*\d+[.)]\s")), "\n", size=500, nothing=0.0005)
    assert not is_linear(uses(re.compile(r"\bkann\b[^.!?]*\bnicht\b")), "kann ", size=500, nothing=0.0005)


PHRASES = {
    f"{language} {kind}": phrases
    for language, wording in LIBRARY.wording.items()
    for kind, phrases in wording.model_dump().items()
}


@pytest.mark.parametrize("kind", PHRASES)
def test_a_phrase_takes_no_more_than_its_share(kind):
    # The words of a phrase are what it may begin with again and again.
    words = {f"{word} " for phrase in PHRASES[kind] for word in re.findall(r"[^\W\d_]{1,20}", phrase)}
    patterns = any_of(tuple(PHRASES[kind])).patterns
    assert [unit for unit in [*UNITS, *words] if not is_linear(uses(*patterns), unit)] == []


PROMPT = LIBRARY.load_prompt("renewal_calendar")
HEADINGS = "".join(f"## {table.heading}\n" for table in reversed(PROMPT.answer.tables))
COLUMNS = [column.name for column in PROMPT.answer.tables[0].columns]
HEAD = f"{HEADINGS}| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
RIGHT = HEAD + f"| {'| '.join('2 ' * len(COLUMNS))} |\n" * 40 + "\n## Totals\n- contracts: 1\n- amount USD: 2.00\n"
PLACES = [
    "{}",
    HEAD + "| {} |\n",
    "## Totals\n- amount {}: {} USD, 1 EUR\n",
    "## Evidence\n- Rows: {}\n- Tools: {}\n",
    "## Totals\n- renewals: {}\n",
    HEADINGS + "| a | b |\n|-|-|\n| {} | {} |\n",
]


def judged(answer):
    """Everything that is claimed of an answer, by a tool that gave the same text."""
    run, policy = run_of(answer, made({}, {"apps": [{"name": answer}], "total": 1})), tool_policy(LIBRARY)
    right = RightFigures(PROMPT.answer, RIGHT)
    expectation = Expectation(PROMPT, "[a@1.0.0 00000000]", right, run, is_hostile=True)
    case_assertions(expectation, run, policy, LIBRARY.wording)
    attack_assertions(run, policy, LIBRARY.wording)


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_is_judged_in_no_more_than_its_share(place):
    def read(text):
        judged(place.replace("{}", text))

    assert [unit for unit in UNITS if not is_linear(read, unit, size=600, nothing=0.05)] == []


@pytest.mark.parametrize("row", ["| 1 ", "| a ", "| 1.5 % "])
def test_a_table_of_many_columns_is_read_in_no_more_than_its_share(row):
    def read(text):
        judged(f"{HEADINGS}{text}|\n{'|-' * (text.count('|'))}|\n{text}|\n")

    assert is_linear(read, row, size=600, nothing=0.1)


def test_what_no_model_says_is_not_read_and_said(library):
    answer = "a " * MAX_ANSWER_CHARACTERS
    run = run_of(answer)
    expectation = Expectation(PROMPT, "", RightFigures(PROMPT.answer, ""))
    claims = case_assertions(expectation, run, tool_policy(library), library.wording)
    told = {claim.name: claim.reason for claim in claims if "longer than 250,000 characters" in claim.reason}
    assert {"keeps_contract", "figures_traceable", "claims_no_action", "follows_no_injected_text"} <= told.keys()


@pytest.mark.parametrize("unit", ["the ", "app ", "\n", "[a@1.0.0 ", "a"])
def test_a_pasted_text_is_compared_in_no_more_than_its_share(unit):
    assert is_linear(lambda text: identify(LIBRARY, text), unit, size=400, nothing=2)
