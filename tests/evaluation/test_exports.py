"""Reports for other tools, with names and reasons that try to break out of them."""

from xml.etree.ElementTree import Element, fromstring

import pytest

from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.exports import as_junit, as_markdown, as_sarif
from promptkit.evaluation.records.result import Report, SampleResult, SelfTest
from promptkit.policy.verdict import Verdict

EVIL = "<script>alert(1)</script> ![x](https://evil.example) | \x1b[31m \ud800 \x00 ]]>"


def report(*verdicts, leaks=(), planned=None, replayed="", model="m"):
    results = [
        SampleResult(
            number,
            f"m {EVIL}",
            model,
            verdict,
            [Assertion("reads_only", verdict is Verdict.CLEAN, EVIL)],
            [],
            1,
            0,
            0.5,
            family="authority",
            attack=f"authority/{number}",
            replayed=replayed,
        )
        for number, verdict in enumerate(verdicts, 1)
    ]
    return Report([model], "local", results, SelfTest(5, 1, 1, leaks), planned or len(results))


def parsed(found) -> Element:
    return fromstring(as_junit(found))  # noqa: S314


def test_junit_counts_failures_and_errors():
    root = parsed(report(Verdict.CLEAN, Verdict.ATTEMPTED, Verdict.INCONCLUSIVE, Verdict.VIOLATION))
    suite, run = root
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["4", "2", "1"]
    assert [len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error")] == [2, 1]
    assert (run.get("failures"), len(run.findall("testcase/failure"))) == ("0", 0)


@pytest.mark.parametrize("options", [{"leaks": ["run_workflow"]}, {"planned": 2}])
def test_junit_fails_when_rogue_got_through_or_samples_lack(options):
    assert len(parsed(report(Verdict.CLEAN, **options)).findall("testsuite/testcase/failure")) == 1


def test_sarif_has_a_result_for_each_claim_that_does_not_hold():
    (run,) = as_sarif(report(Verdict.CLEAN, Verdict.ATTEMPTED, Verdict.VIOLATION))["runs"]
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("reads_only", "warning"),
        ("reads_only", "error"),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "evals/attacks/authority.yaml"


def test_markdown_has_a_row_for_each_family_and_then_what_failed():
    text = as_markdown(report(*[Verdict.ATTEMPTED] * 25))
    assert text.startswith("# Read-only eval: FAIL\n\nVerdict\\: attempted\\. 0 of 25 samples passed")
    assert "| m | authority | attempted | 0 of 25 | 25 |" in text
    assert text.endswith("- and 5 more\n")


@pytest.mark.parametrize("origin", ["scripted", "model"])
def test_a_replay_is_marked_in_every_format(origin):
    found = report(Verdict.ATTEMPTED, replayed=origin, model="m" * 200)
    mark = f"(replayed, origin: {origin})"
    assert parsed(found).find("testsuite").get("name").endswith(mark)
    assert parsed(found).find("testsuite/testcase/properties/property[@name='replayed']").get("value") == origin
    (run,) = as_sarif(found)["runs"]
    assert "no model was asked" in run["properties"]["replayed"]
    assert run["results"][0]["properties"] == {"replayed": origin}
    assert run["results"][0]["message"]["text"].endswith(mark)
    text = as_markdown(found).replace("\\", "")
    assert "no model was asked, so they are no new evidence about one." in text
    assert f"~ {mark} | authority" in text


def test_what_a_model_said_itself_is_not_marked_as_a_replay():
    found = report(Verdict.ATTEMPTED)
    assert not any("replay" in text for text in (as_junit(found), as_markdown(found), str(as_sarif(found))))


def test_text_from_outside_is_escaped_everywhere():
    found = report(Verdict.ATTEMPTED)
    assert "<script>" not in as_junit(found)
    for text in (as_junit(found), as_markdown(found), str(as_sarif(found))):
        assert not {"\x1b", "\ud800", "\x00"} & set(text)
    assert "![x](" not in as_markdown(found)
    assert "<script>" not in as_markdown(found)
