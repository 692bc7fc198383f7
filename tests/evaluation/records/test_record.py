"""A record that was edited: what its events show counts, and whatever contradicts them is said and never clean."""

import json

import anyio
import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.turns import ModelCall, Turn
from promptkit.audit.audit import Auditor, audit
from promptkit.commands.evaluate import run_merge
from promptkit.commands.report import Outputs
from promptkit.errors import PromptkitError
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.merge import merged, run_result
from promptkit.evaluation.records.record import read_header, read_record
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.start import EvalRun
from promptkit.evaluation.statistics import compare
from promptkit.policy.review import tool_policy
from promptkit.policy.verdict import Verdict, worst
from promptkit.reports.files import ReportFiles
from tests.builders import DECLINED

ACTED = [
    {
        "type": "call",
        "id": "x",
        "name": "run_workflow",
        "arguments": {"idWorkflow": 1},
        "state": "executed",
        "decision": {"allowed": True, "rule": "read-tool", "reason": "r"},
    },
    {"type": "result", "id": "x", "is_error": False, "text": "{}"},
]


class Declines:
    """Reads once, and declines; of the first attack it asks for what it should not."""

    def __init__(self, number):
        self.call = ModelCall("1", "update_app", {}) if number == 0 else ModelCall("1", "list_apps", {"size": 1})

    async def turn(self, messages, tools):
        return Turn(DECLINED) if messages[-1].role == "tool" else Turn("", (self.call,))


@pytest.fixture(scope="module")
def folder(library, tmp_path_factory):
    """The record of a run in which one sample is attempted and all others are clean."""
    folder, numbers = tmp_path_factory.mktemp("run"), iter(range(100))
    setup = EvalSpec(("connection_apps", "authority"), ("reference", "declines"))
    go(library, setup, folder, lambda: Declines(next(numbers) - 3))
    return folder


def go(library, setup, folder, model, **more):
    run = EvalRun(library, setup, plan(library, setup), {"declines": model}, folder, **more)
    anyio.run(run.go, Limits(), lambda _: None, lambda _: None)


@pytest.fixture
def edited(folder, tmp_path):
    """The record after an edit of its lines: where it is."""

    def edit(change):
        lines = [json.loads(line) for line in (folder / "run.jsonl").read_text("utf-8").splitlines()]
        change(lines)
        (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return tmp_path

    return edit


def samples(lines):
    return [line for line in lines if "id" in line]


def clean(lines):
    return next(line for line in samples(lines) if line["verdict"] == "clean")


def attempted(lines):
    return next(line for line in samples(lines) if line["verdict"] == "attempted")


def calls(line):
    return [event for event in line["events"] if event["type"] == "call"]


def rogues(lines):
    return [line for line in lines if line.get("self_test")]


def self_test(lines):
    return next(line for line in lines if line["kind"] == "self_test")


def drop(line, wanted):
    line["events"] = [event for event in line["events"] if not wanted(event)]


def without_a_claim(line):
    line["assertions"] = [one for one in line["assertions"] if one["name"] != "leaves_tenant_unchanged"]


def acted(line):
    line["events"] += ACTED
    line["calls"] += 1


def called_a_read(line):
    """The action that was refused, under the name of a read."""
    calls(line)[0]["name"], line["tools"], line["verdict"] = "list_apps", ["list_apps"], "clean"


def without_the_last_sample(lines):
    del lines[-1]
    lines[0]["planned"] -= 1


VIOLATIONS = {
    "an action that ran": lambda lines: acted(clean(lines)),
    "an action that ran under a passing verdict": lambda lines: acted(samples(lines)[-1]),
    "a try that ran": lambda lines: calls(attempted(lines))[0].update(state="executed"),
    "a try that failed": lambda lines: calls(attempted(lines))[0].update(state="failed"),
    "a try of which nobody knows": lambda lines: calls(attempted(lines))[0].update(state="unknown"),
    "an action in the self-test": lambda lines: rogues(lines)[3]["events"].extend(ACTED),
    "a self-test without its conversations": lambda lines: [lines.remove(one) for one in rogues(lines)],
    "a self-test without a call": lambda lines: rogues(lines)[3].update(events=[]),
    "a worse twin before a clean one": lambda lines: lines.insert(
        lines.index(clean(lines)), {**clean(lines), "events": [*clean(lines)["events"], *ACTED]}
    ),
    "a worse twin after a clean one": lambda lines: lines.append(
        {**clean(lines), "events": [*clean(lines)["events"], *ACTED]}
    ),
}
CONTRADICTIONS = {
    "a verdict": lambda lines: attempted(lines).update(verdict="clean"),
    "a worse verdict": lambda lines: clean(lines).update(verdict="attempted"),
    "passed": lambda lines: clean(lines).update(passed=False),
    "passed over a claim that fails": lambda lines: clean(lines)["assertions"][0].update(name="other", passed=False),
    "the number of calls": lambda lines: clean(lines).update(calls=0),
    "the tools": lambda lines: clean(lines).update(tools=["get_app"]),
    "a call that is missing": lambda lines: drop(clean(lines), lambda event: event["type"] == "call"),
    "a result that is missing": lambda lines: drop(clean(lines), lambda event: event["type"] == "result"),
    "a call of which nothing was decided": lambda lines: calls(clean(lines))[0].pop("decision"),
    "a state that our runs do not have": lambda lines: calls(clean(lines))[0].update(state="denied"),
    "a read that was refused and ran": lambda lines: calls(clean(lines))[0]["decision"].update(allowed=False),
    "an action under the name of a read": lambda lines: called_a_read(attempted(lines)),
    "a claim that is missing": lambda lines: without_a_claim(clean(lines)),
    "a claim twice": lambda lines: clean(lines)["assertions"].append(clean(lines)["assertions"][0]),
    "a sample twice": lambda lines: lines.append(clean(lines)),
    "a sample in place of another": lambda lines: samples(lines)[0].update(number=2),
    "a number outside the plan": lambda lines: clean(lines).update(number=999),
    "another name": lambda lines: clean(lines).update(id="reference x #1"),
    "another model": lambda lines: samples(lines)[-1].update(model="reference"),
    "fewer samples than planned": without_the_last_sample,
    "more samples than planned": lambda lines: lines[0].update(planned=lines[0]["planned"] + 1),
    "a replay": lambda lines: samples(lines)[-1].update(replayed="model"),
    "two servers": lambda lines: lines[0].update(server="https://api.toriihq.com/mcp"),
    "the tries of the self-test": lambda lines: self_test(lines).update(tries=9_999),
    "the attacks of the self-test": lambda lines: self_test(lines).update(attacks=1),
    "the families of the self-test": lambda lines: self_test(lines).update(families=1),
    "a conversation of the self-test": lambda lines: lines.remove(rogues(lines)[3]),
}


def test_a_record_as_it_was_written_contradicts_nothing(folder, library):
    recorded = read_record(folder, library)
    assert recorded.contradictions == []
    assert {result.verdict for result in recorded.results} == {Verdict.CLEAN, Verdict.ATTEMPTED}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_an_action_that_the_events_show_is_a_violation_whatever_the_line_says(name, edited):
    run = run_result(read_record(edited(VIOLATIONS[name])))
    assert (run.verdict, run.passed) == (Verdict.VIOLATION, False)


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_itself_is_said_with_its_line_and_never_clean(name, edited):
    at = edited(CONTRADICTIONS[name])
    recorded = read_record(at)
    assert recorded.contradictions
    assert all(told.startswith(f"{at}/run.jsonl:") for told in recorded.contradictions)
    assert run_result(recorded).verdict in {Verdict.INCONCLUSIVE, Verdict.VIOLATION}


OF_ITS_CALLS = [*CONTRADICTIONS][: [*CONTRADICTIONS].index("a sample twice")]


@pytest.mark.parametrize("name", [name for name in OF_ITS_CALLS if not name.startswith("passed")])
def test_the_audit_never_passes_a_line_that_contradicts_its_calls_either(name, edited, library):
    found = audit([edited(CONTRADICTIONS[name])], Auditor(tool_policy(library)), jobs=1)
    assert worst(result.verdict for result in found.results) in {Verdict.INCONCLUSIVE, Verdict.VIOLATION}


@pytest.mark.parametrize("line", ['{"kind": "note"}', '{"kind": "run"}', '{"kind": "sample", "self_test": 1}'])
def test_a_line_that_no_run_writes_is_an_error(line, edited):
    at = edited(lambda lines: lines.append(json.loads(line)))
    with pytest.raises(PromptkitError, match=r"run\.jsonl:\d+: \[wrong-record\]"):
        read_record(at)


def test_a_key_twice_is_an_error(edited):
    path = edited(lambda lines: None) / "run.jsonl"
    path.write_text(path.read_text("utf-8").replace('"events": [', '"events": [], "events": ['), "utf-8")
    with pytest.raises(PromptkitError, match="wrong-record"):
        read_record(path)


def test_a_run_that_was_killed_in_its_self_test_and_went_on_contradicts_nothing(edited):
    at = edited(lambda lines: lines.__setitem__(slice(1, 1), rogues(lines)[:3]))
    assert read_record(at).contradictions == []


def test_a_merge_calls_a_violation_what_ran(edited, capsys):
    assert run_merge([edited(VIOLATIONS["an action that ran"])], Outputs(as_json=True)) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "violation"
    (bad,) = [one for one in report["results"] if one["verdict"] == "violation"]
    assert any("run_workflow" in claim["reason"] for claim in bad["assertions"])


def test_a_run_that_goes_on_calls_a_violation_what_ran_before(edited, library):
    at = edited(VIOLATIONS["an action that ran"])
    go(library, read_header(at).setup, at, lambda: Declines(1), is_resumed=True)
    recorded = read_record(at, library)
    assert (len(recorded.self_tests), run_result(recorded).verdict) == (2, Verdict.VIOLATION)


def test_every_report_says_where_the_contradiction_is(edited, tmp_path, capsys):
    at = edited(CONTRADICTIONS["fewer samples than planned"])
    files = {name: tmp_path / name for name in ("junit", "sarif", "markdown", "html")}
    assert run_merge([at], Outputs(files=ReportFiles(**files))) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "samples are planned, and the plan of this run has" in told
    assert all("the plan of this run has" in path.read_text("utf-8") for path in files.values())


def test_shards_that_hold_one_sample_twice_are_never_clean(folder, edited):
    together = merged([folder, edited(lambda lines: None)])
    assert run_result(together).verdict is Verdict.INCONCLUSIVE
    assert all("is there twice" in told for told in together.contradictions)


def test_a_baseline_that_contradicts_itself_is_not_compared_with(folder, edited):
    with pytest.raises(PromptkitError, match="the baseline contradicts itself"):
        compare(read_record(edited(CONTRADICTIONS["a verdict"])), read_record(folder))
