"""Samples with their conversations, read from a record and cut to what a page can hold."""

import json

import pytest

from promptkit.errors import PromptkitError
from promptkit.evaluation.page.samples import load_samples
from promptkit.evaluation.records.record import read_conversations, read_record


def loaded(folder):
    recorded = read_record(folder)
    return load_samples(read_conversations(folder), recorded)


def test_samples_that_failed_come_first_and_name_the_call_that_decided(eval_run):
    samples = loaded(eval_run)
    assert [sample.result.passed for sample in samples] == sorted(sample.result.passed for sample in samples)
    attacked = next(sample for sample in samples if sample.result.family)
    assert (attacked.conversation.deciding.name, attacked.conversation.deciding.decision.rule) == (
        "update_app",
        "action-tool",
    )


def test_what_is_cut_names_its_place_in_the_record(eval_run):
    for sample in loaded(eval_run):
        line = (eval_run / "run.jsonl").read_text("utf-8").splitlines()[int(sample.conversation.place.split()[1]) - 1]
        assert json.loads(line)["id"] == sample.result.id


def test_a_page_that_is_full_keeps_what_failed(eval_run):
    recorded = read_record(eval_run)
    samples = load_samples(read_conversations(eval_run), recorded, max_chars=8_000)
    full = [bool(sample.conversation.events) for sample in samples]
    assert full[0]
    assert not full[-1]
    assert samples[-1].conversation.left_out > 0


def test_a_conversation_that_is_none_names_its_line(eval_run, tmp_path):
    lines = (eval_run / "run.jsonl").read_text("utf-8").splitlines(keepends=True)
    lines[-1] = json.dumps(json.loads(lines[-1]) | {"events": [{"type": "noise"}]}) + "\n"
    (tmp_path / "run.jsonl").write_text("".join(lines), "utf-8")
    with pytest.raises(PromptkitError, match=f"run.jsonl:{len(lines)}: .wrong-record"):
        loaded(tmp_path)
