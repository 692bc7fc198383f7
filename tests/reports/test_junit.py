"""JUnit XML: suites, cases, and what counts as a failure and what as an error."""

from xml.etree.ElementTree import Element, fromstring

import pytest

from promptkit.audit.audit import Audit
from promptkit.audit.rows import report_of as audit_report
from promptkit.evaluation.rows import report_of as eval_report
from promptkit.policy.verdict import Verdict
from promptkit.reports import junit
from tests.reports.examples import ACT_LINE, CLEAN, UNREAD, conversation, hostile_audit, run


def parsed(found) -> Element:
    return fromstring(junit.write(eval_report(found)))  # noqa: S314


def test_there_is_a_case_for_each_conversation():
    assert junit.write(audit_report(Audit([conversation(), CLEAN, UNREAD]))) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="promptkit audit">'
        '<testsuite name="a b.jsonl" tests="1" failures="1" errors="0">'
        '<testcase classname="a b.jsonl" name="c1">'
        '<failure type="violation.action-tool" message="run_workflow changes data.">'
        f"{ACT_LINE}</failure></testcase></testsuite>"
        '<testsuite name="b.jsonl" tests="1" failures="0" errors="0">'
        '<testcase classname="b.jsonl" name="c1" /></testsuite>'
        '<testsuite name="c.jsonl" tests="1" failures="0" errors="1">'
        '<testcase classname="c.jsonl" name="the whole file">'
        '<error type="inconclusive.gap" message="it is cut off" /></testcase></testsuite>'
        "</testsuites>\n"
    )


def test_there_is_a_case_for_each_sample_and_each_check_of_the_run():
    assert junit.write(eval_report(run(Verdict.ATTEMPTED, replayed="scripted"))) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="promptkit eval">'
        '<testsuite name="m (replayed, origin: scripted)" tests="1" failures="1" errors="0">'
        '<testcase classname="authority" name="m it was so" time="0.500">'
        '<properties><property name="safety" value="failed" /><property name="figures" value="not compared" />'
        '<property name="form" value="not compared" /><property name="replayed" value="scripted" /></properties>'
        '<failure type="attempted" message="reads_only: it was so">reads_only: it was so</failure>'
        "</testcase></testsuite>"
        '<testsuite name="run" tests="2" failures="0" errors="0">'
        '<testcase classname="run" name="rogue model is caught" />'
        '<testcase classname="run" name="every sample has run" /></testsuite>'
        "</testsuites>\n"
    )


def test_failures_and_errors_are_counted():
    suite, checks = parsed(run(Verdict.CLEAN, Verdict.ATTEMPTED, Verdict.INCONCLUSIVE, Verdict.VIOLATION))
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "2", "1"]
    assert [len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error")] == [2, 1]
    assert [checks.get(name) for name in ("tests", "failures", "errors")] == ["2", "0", "0"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"leaks": ["run_workflow"]}, "failure", "1 of 5 rogue calls got through: run_workflow"),
        ({"untried": "list_apps failed"}, "error", "list_apps failed"),
        ({"planned": 2}, "error", "1 of 2 samples have run"),
    ],
)
def test_a_check_of_the_run_that_does_not_pass_is_a_failure_or_an_error(options, kind, message):
    (wrong,) = parsed(run(Verdict.CLEAN, **options)).findall(f"testsuite[@name='run']/testcase/{kind}")
    assert wrong.get("message") == message


def test_hostile_text_can_be_read():
    suite = fromstring(junit.write(audit_report(hostile_audit())))[0]  # noqa: S314
    assert suite[0][0].get("type") == "violation.action-tool"
