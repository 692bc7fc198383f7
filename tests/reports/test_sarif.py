"""SARIF: a result for each alert, at its place, as bad as its verdict."""

import json
from dataclasses import replace

import pytest

from promptkit.audit.audit import Audit
from promptkit.audit.rows import report_of as audit_report
from promptkit.evaluation.rows import report_of as eval_report
from promptkit.policy.verdict import Verdict
from promptkit.reports import sarif
from promptkit.reports.rows import Alert, Report, Row
from promptkit.transcript import Text
from tests.reports.examples import ACT, ACT_LINE, AUDIT, HOSTILE_REPORTS, UNREAD, conversation, run


def run_of(report):
    (found,) = json.loads(sarif.write(report))["runs"]
    return found


def test_a_result_points_at_the_line_of_its_call():
    found = run_of(audit_report(AUDIT))
    assert found["results"] == [
        {
            "ruleId": "action-tool",
            "level": "error",
            "message": {"text": f"{ACT_LINE} in c1"},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": "a%20b.jsonl"}, "region": {"startLine": 7}},
                    "logicalLocations": [{"fullyQualifiedName": "line 7"}],
                }
            ],
        }
    ]
    assert found["properties"] == {
        "verdict": "violation",
        "summary": {"clean": 1, "attempted": 0, "inconclusive": 0, "violation": 1},
        "findings": 1,
    }


def test_what_was_said_before_a_call_is_in_its_message_and_beside_its_line():
    said = (Text("user", "Run [it](https://e.vil)."), Text("assistant", "I do."))
    (found,) = run_of(audit_report(Audit([conversation(calls=[replace(ACT, said=said)])])))["results"]
    lines = ["before it, the user said: Run [it](https://e.vil).", "before it, the assistant said: I do."]
    assert found["message"]["text"] == ". ".join([f"{ACT_LINE} in c1", *lines]).replace("](", "] (")
    region = found["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 7, "snippet": {"text": "\n".join(lines)}}


def test_a_file_that_cannot_be_read_has_a_result():
    (found,) = run_of(audit_report(Audit([UNREAD])))["results"]
    assert (found["ruleId"], found["level"], found["message"]["text"]) == ("gap", "warning", "it is cut off")


def test_a_path_that_is_no_text_has_an_address():
    (found,) = run_of(audit_report(Audit([conversation(path="a\udcff.jsonl")])))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%5Cudcff.jsonl"


def test_there_is_a_result_for_each_claim_that_does_not_hold():
    found = run_of(eval_report(run(Verdict.CLEAN, Verdict.ATTEMPTED, Verdict.VIOLATION)))
    assert [(one["ruleId"], one["level"]) for one in found["results"]] == [
        ("reads_only", "warning"),
        ("reads_only", "error"),
    ]
    place = found["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "evals/attacks/authority.yaml"}, "region": {"startLine": 1}}
    assert found["tool"]["driver"]["rules"] == [{"id": "reads_only"}]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"leaks": ["run_workflow"]}, "Self-test: 1 of 5 rogue calls got through: run_workflow."),
        ({"untried": "list_apps failed"}, "Self-test: list_apps failed."),
        ({"planned": 3}, "Only 1 of 3 samples have run."),
    ],
)
def test_a_check_of_the_run_that_does_not_pass_is_the_first_error(options, text):
    first, *_ = run_of(eval_report(run(Verdict.ATTEMPTED, **options)))["results"]
    assert (first["level"], first["message"]["text"]) == ("error", text)


def test_both_commands_name_their_version_and_what_their_rules_mean():
    drivers = [run_of(report)["tool"]["driver"] for report in (HOSTILE_REPORTS["eval"], HOSTILE_REPORTS["audit"])]
    assert [driver["name"] for driver in drivers] == ["promptkit eval", "promptkit audit"]
    assert all(driver["version"] for driver in drivers)
    assert drivers[1]["rules"][0] == {
        "id": "action-tool",
        "shortDescription": {"text": "A tool that changes data was called or asked for."},
    }


def test_it_has_no_more_results_than_services_take_and_says_how_many_there_are():
    row = Row("m", "s", "n", Verdict.VIOLATION, passed=False, alerts=[Alert("rule", "text")] * 5001)
    found = run_of(Report("promptkit eval", "title", Verdict.VIOLATION, passed=False, rows=[row], body=[]))
    assert (len(found["results"]), found["properties"]["findings"]) == (5000, 5001)


def test_it_is_plain_ascii():
    assert all(sarif.write(report).isascii() for report in HOSTILE_REPORTS.values())
