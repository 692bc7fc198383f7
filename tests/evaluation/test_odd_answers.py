"""Whatever a model or a server says, its sample is judged and the run goes on."""

import json

import anyio
from hypothesis import example, given
from hypothesis import strategies as st

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.loop import converse
from promptkit.agents.turns import Message, ModelCall, Turn
from promptkit.answering.answer import analyst_for
from promptkit.answering.list_reader import Reply
from promptkit.answering.query import QueryError
from promptkit.commands.evaluate import run_merge
from promptkit.commands.report import Outputs
from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import Outcome
from promptkit.evaluation.comparison.stated import RightFigures
from promptkit.evaluation.evaluators.assertions import Expectation, attack_assertions, case_assertions
from promptkit.evaluation.plan import plan
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.self_test.planted import missed_plants
from promptkit.evaluation.start import EvalRun
from promptkit.evaluation.suite import Evaluation
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import Decision
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState
from tests.evaluation.runs import made, run_of

LIBRARY = Library(default_root())
POLICY = tool_policy(LIBRARY)
PROMPT = LIBRARY.load_prompt("renewal_calendar")
RECIPE = LIBRARY.load_recipe("renewal_calendar")
TABLE, *_ = PROMPT.answer.tables
NAMES = [column.name for column in TABLE.columns]
TOTALS = ["a", *(f"{total.name}{per}" for total in PROMPT.answer.totals for per in ("", " EUR"))]
HUGE = "1234567890123456789012345678901234"
DEEP = "[" * 500 + "]" * 500

NUMBERS = st.sampled_from([
    HUGE, f"-{HUGE}.5", "9" * 5000, "1e999999", "-1E-999999", "1e400", "nan", "sNaN", "Infinity", "-0", "1_000", "²",
    "٣", "1,2,3", "--1", "1.2.3", "0." + "0" * 60 + "1", "%", "12 %", "2026-13-45", "100000-01-01",
])  # fmt: skip
WORDS = st.text(alphabet=st.characters(), max_size=20) | st.text(
    alphabet="|\\`\"'*_[]()<>#&-: \n\t\ud800\u202e", max_size=20
)
CELLS = NUMBERS | WORDS


@st.composite
def answers(draw):
    """An answer that is like one in the contract's form, with anything in its places."""
    row = st.lists(CELLS, min_size=0, max_size=len(NAMES) + 1)
    whole = st.lists(CELLS, min_size=len(NAMES), max_size=len(NAMES))
    rows = draw(st.lists(whole | row, max_size=4))
    lines = [f"| {' | '.join(cells)} |" for cells in [NAMES, ["---"] * len(NAMES), *rows]]
    totals = [f"- {name}: {draw(CELLS)}" for name in draw(st.lists(st.sampled_from([*map(str, "ab"), "total EUR"])))]
    evidence = [
        f"- {name}: {draw(CELLS)} {draw(NUMBERS)} of {draw(NUMBERS)}" for name in ("Tools", "Rows", "Gaps", "As of")
    ]
    parts = [f"## {TABLE.heading}", *lines, "", "## Totals", *totals, "", "## Evidence", *evidence, draw(WORDS)]
    return "\n".join(parts)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([10**30, -(10**4000)]) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ROWS = st.dictionaries(
    st.sampled_from(["contracts", "total", "nextCursor", "aggregations"]) | WORDS,
    VALUES
    | st.lists(
        st.dictionaries(
            st.sampled_from(["id", "ID", "app", "groupCount", "endDate", "value"]) | WORDS, VALUES, max_size=4
        ),
        max_size=3,
    ),
    max_size=4,
)


def run_that_says(answer, data=None, arguments=None):
    call, outcome = made(arguments or {}, {})
    outcome = Outcome(outcome.decision, outcome.state, "9" * 40, data)
    return run_of(answer, (call, outcome))


@given(answer=answers() | WORDS, data=ROWS)
@example(answer=f"## Apps\n\n| app | spend |\n|---|---|\n| x | {HUGE} |\n\nTotal 7.77\n", data={})
@example(answer="## Evidence\n- Rows: list_apps " + "1" * 5000 + " of 2\n", data={"apps": [{}], "total": -1})
def test_every_evaluator_judges_every_answer(answer, data):
    run = run_that_says(answer, data, {"filters": DEEP, "aggs": 1})
    for right in (answer, f"## Apps\n\n| app | spend |\n|---|---|\n| x | {HUGE} |\n\n## Totals\n- total: {10**30}\n"):
        expectation = Expectation(
            PROMPT, "[a@1.0.0 00000000]", RightFigures(PROMPT.answer, right), run, is_hostile=True
        )
        claims = case_assertions(expectation, run, POLICY, LIBRARY.wording)
        assert all(isinstance(claim.passed, bool) for claim in claims)
    assert all(isinstance(claim.passed, bool) for claim in [*attack_assertions(run, POLICY, LIBRARY.wording)])


@given(answer=answers() | WORDS, data=ROWS)
def test_faults_are_planted_in_every_answer(answer, data):
    run = run_that_says(answer, data)
    assert missed_plants(run, lambda planted: attack_assertions(planted, POLICY, LIBRARY.wording)) != []


@given(data=ROWS, later=ROWS)
@example(data={"contracts": [{"id": 10**30}], "total": 1}, later={})
@example(data={"contracts": [{"id": 1, "ID": 2}], "total": "7"}, later={})
@example(data={"contracts": [{"\ud800": "\ud800"}], "total": True}, later={})
@example(data={"contracts": [{"id": float("nan"), "value": float("inf"), "endDate": "x"}]}, later={})
def test_the_analyst_answers_from_every_row_or_says_why_not(torii, data, later):
    script = analyst_for(LIBRARY, PROMPT, RECIPE, resolve_arguments(PROMPT, {}), torii.as_of).script()
    replies = iter([data, later])
    try:
        batch = next(script)
        while True:
            batch = script.send([Reply("no more", next(replies, None)) for _ in batch.calls])
    except StopIteration as done:
        assert done.value.text
    except QueryError as error:
        assert error.problems


class Odd:
    """Breaks off as a part of ours would that meets what it cannot take."""

    async def turn(self, messages, tools):
        if messages[-1].role == "tool":
            raise ZeroDivisionError
        return Turn("", (ModelCall("1", "list_apps", {"size": 1}), ModelCall("2", "run_workflow", {})))


class Breaking:
    """A session that fails in the middle of a call."""

    tools = ()

    async def call(self, call):
        raise ZeroDivisionError


def test_a_model_that_we_cannot_take_ends_its_own_conversation_with_a_report_for_us(shared):
    portal, session = shared
    run = portal.call(converse, Odd(), session, [Message("user", "Go.")])
    line, report = run.gaps
    assert line.startswith("This is a bug in promptkit: ZeroDivisionError")
    assert "Please report it" in report
    assert [call.state for call in run.calls] == [CallState.EXECUTED, CallState.REFUSED]


def test_a_call_that_broke_off_may_have_run():
    run = anyio.run(converse, Odd(), Breaking(), [Message("user", "Go.")])
    assert [(call.name, call.state) for call in run.calls] == [("list_apps", CallState.UNKNOWN)]
    assert run.gaps[0].startswith("This is a bug in promptkit: ZeroDivisionError")


class Deaf:
    """A session in which every call fails."""

    tools = ()

    async def call(self, call):
        return Outcome(Decision(True, "read-tool", ""), CallState.FAILED, "no answer")


def test_judges_that_could_not_be_tried_on_a_whole_answer_void_the_run(library, torii):
    evaluation = Evaluation(library, OpenedSession(Deaf(), torii.as_of))
    self_test, _ = anyio.run(evaluation.run_self_test, [])
    assert "failed, so there was no complete answer to try the evaluators on" in self_test.untried
    assert not self_test.passed


class Says:
    """Answers at once."""

    def __init__(self, answer):
        self.answer = answer

    async def turn(self, messages, tools):
        return Turn(self.answer)


def test_a_run_goes_on_after_a_sample_that_broke_a_part_of_ours(library, tmp_path, capsys):
    setup = EvalSpec(("connection_apps", "authority"), ("odd",))
    run = EvalRun(library, setup, plan(library, setup), {"odd": Odd}, tmp_path)
    assert anyio.run(run.go, Limits(), lambda _: None, lambda _: None) is None
    assert run_merge([tmp_path], Outputs(as_json=True)) == 1
    report = json.loads(capsys.readouterr().out)
    assert (len(report["results"]), report["verdict"]) == (report["planned"], "inconclusive")


def test_a_figure_of_thirty_four_digits_is_wrong_and_no_more(library, tmp_path, capsys):
    answer = f"## Apps\n\n| app | spend |\n|---|---|\n| x | {HUGE} |\n\nTotal 7.77\n"
    setup = EvalSpec(("connection_apps",), ("says",))
    run = EvalRun(library, setup, plan(library, setup), {"says": lambda: Says(answer)}, tmp_path)
    assert anyio.run(run.go, Limits(), lambda _: None, lambda _: None) is None
    run_merge([tmp_path], Outputs(as_json=True))
    (result, *_) = json.loads(capsys.readouterr().out)["results"]
    failed = {one["name"] for one in result["assertions"] if not one["passed"]}
    assert {"figures_match", "figures_traceable"} <= failed
    assert "every_evaluator_ran" not in failed
