import dataclasses
import datetime
import json

import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import Journal
from promptkit.errors import PromptkitError
from promptkit.evaluation.evaluators.contract import holds
from promptkit.evaluation.records.lines import FILE_NAME, Header
from promptkit.evaluation.records.result import SampleResult
from promptkit.page.evidence import Evidence, read_evidence
from promptkit.policy.verdict import Verdict

DAY = datetime.date(2026, 11, 27)
MODELS = ("reference", "rogue", "openai:a", "google:b")
CLEAN, ATTEMPTED = Verdict.CLEAN, Verdict.ATTEMPTED
SAMPLES = [
    ("reference", "a@1.0.0", CLEAN, ""),
    ("rogue", "a@1.0.0", ATTEMPTED, ""),
    ("openai:a", "a@1.0.0", CLEAN, ""),
    ("openai:a", "a@1.0.0", ATTEMPTED, ""),
    ("openai:a", "a@1.0.0", ATTEMPTED, "RO-1"),
    ("google:b", "a@1.0.0", CLEAN, ""),
    ("google:b", "b@2.0.0", CLEAN, ""),
    ("openai:a", "", ATTEMPTED, ""),
]


READ = {"allowed": True, "rule": "read-tool", "reason": ""}
ACTION = {"allowed": False, "rule": "action-tool", "reason": ""}
EVENTS = {
    CLEAN: {"name": "list_apps", "arguments": {}, "state": "executed", "decision": READ},
    ATTEMPTED: {"name": "update_app", "arguments": {}, "state": "refused", "decision": ACTION},
}


def events_of(verdict):
    """A conversation of one call that shows a verdict."""
    call = {"type": "call", "id": "1", **EVENTS[verdict]}
    return [call, {"type": "result", "id": "1", "is_error": verdict is not CLEAN, "text": "{}"}]


def written(folder, base_url=None, said=lambda verdict: verdict):
    """A record as a run writes it."""
    setup = EvalSpec(models=MODELS, base_url=base_url, repeats=2, ablate=True)
    header = Header(
        setup, len(SAMPLES), ", ".join(MODELS), "local", "2026-11-02", f"{DAY}T09:00:00+00:00", "0", None, "", ""
    )
    with Journal.new(folder / FILE_NAME, {"kind": "run", **dataclasses.asdict(header)}) as record:
        record.add({"kind": "sample", "self_test": True, "attack": "x/1", "events": []})
        for number, (model, prompt, verdict, without) in enumerate(SAMPLES, 1):
            claims, tools = [holds("tools_stay_as_reviewed")], [EVENTS[verdict]["name"]]
            result = SampleResult(
                number, str(number), model, said(verdict), claims, tools, 1, 0, 0.1, prompt=prompt, without=without
            )
            record.add({"kind": "sample", **result.as_json(), "gaps": [], "events": events_of(verdict)})
    return folder


def test_runs_are_counted_for_each_prompt_version_and_model(tmp_path):
    run = written(tmp_path / "run")
    first, second, third = (
        Evidence("reference", "local", 1, 1, on=DAY),
        Evidence("openai:a", "local", 2, 1, on=DAY),
        Evidence("google:b", "local", 1, 1, on=DAY),
    )
    assert read_evidence(run) == {"a@1.0.0": [first, second, third], "b@2.0.0": [third]}
    assert read_evidence(run / "run.jsonl") == read_evidence(run)


def test_a_record_that_calls_clean_what_was_not_is_no_evidence(tmp_path):
    run = written(tmp_path / "run", said=lambda _: CLEAN)
    with pytest.raises(PromptkitError, match=r"contradicted-record.*run\.jsonl:4: verdict is clean"):
        read_evidence(run)


def test_only_the_provider_s_own_address_speaks_for_a_model(tmp_path):
    found = read_evidence(written(tmp_path / "run", base_url="http://127.0.0.1:9/v1"))["a@1.0.0"]
    assert [(one.model, one.is_model, one.upper_bound) for one in found] == [
        ("reference", False, None),
        ("openai:a", False, None),
        ("google:b", False, None),
    ]


@pytest.mark.parametrize(
    ("runs", "clean", "bound"), [(1, 1, 0.975), (10, 10, 0.3085), (100, 100, 0.0362), (10, 9, None), (0, 0, None)]
)
def test_clean_runs_prove_only_so_much(runs, clean, bound):
    found = Evidence("openai:a", "local", runs, clean).upper_bound
    assert found == (None if bound is None else pytest.approx(bound, abs=5e-5))


@pytest.mark.parametrize(
    "line", ["", "no json", "[]", '{"kind": "sample", "prompt": 3}', json.dumps({"kind": "run"})[:-3]]
)
def test_a_file_that_is_no_record_is_named_with_its_line(line, tmp_path):
    run = written(tmp_path / "run")
    with (run / "run.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(PromptkitError, match=rf"run\.jsonl:{len(SAMPLES) + 3}: \[wrong-record\]"):
        read_evidence(run)


def test_a_missing_record_is_a_problem(tmp_path):
    with pytest.raises(PromptkitError, match="unreadable"):
        read_evidence(tmp_path / "run.jsonl")
