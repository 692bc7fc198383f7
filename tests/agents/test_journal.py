"""The file that a run writes as it goes: whose it is, and what never gets into it."""

import pytest

from promptkit.agents.journal import Journal
from promptkit.errors import PromptkitError
from promptkit.known_secrets import remember_secret


@pytest.mark.parametrize("begin", [Journal.resumed, lambda path: Journal.new(path, {"kind": "run"})])
def test_a_link_in_its_place_is_not_followed(tmp_path, begin):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("whole\nhalf")
    (tmp_path / "run.jsonl").symlink_to(elsewhere)
    with pytest.raises(PromptkitError):
        begin(tmp_path / "run.jsonl")
    assert elsewhere.read_text() == "whole\nhalf"


def test_a_line_that_was_not_written_whole_is_dropped(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"kind": "run"}\n{"ki')
    with Journal.resumed(path) as journal:
        journal.add({"kind": "sample"})
    assert path.read_text() == '{"kind": "run"}\n{"kind": "sample"}\n'


def test_no_secret_that_is_known_gets_in_wherever_it_stands(tmp_path, no_secrets):
    remember_secret('tok"CANARY/123')
    with Journal.new(tmp_path / "run.jsonl", {'tok"CANARY/123': ("a", {"b": 'say tok"CANARY/123'})}):
        pass
    assert (tmp_path / "run.jsonl").read_text() == '{"[redacted]": ["a", {"b": "say [redacted]"}]}\n'
