"""A report for the tools of others: JUnit XML for continuous integration, SARIF 2.1.0, Markdown for a job summary."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from promptkit.agents.turns import PROGRAMS
from promptkit.audit.report import markdown
from promptkit.evaluation.records.result import Report, SampleResult
from promptkit.policy.verdict import Verdict, worst
from promptkit.text import sanitized

_LEVELS = {Verdict.VIOLATION: "error", Verdict.CLEAN: "error"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_MAX_RESULTS = 5000
_MAX_FAILED = 20


def as_junit(report: Report) -> str:
    """JUnit XML: a suite for each model, a case for each sample, and one for the self-test."""
    root = Element("testsuites", name="promptkit eval")
    for model, group in groupby(report.results, key=lambda result: result.model_label):
        results = list(group)
        counts = {
            "tests": len(results),
            "failures": sum(not result.passed and result.verdict is not Verdict.INCONCLUSIVE for result in results),
            "errors": sum(result.verdict is Verdict.INCONCLUSIVE for result in results),
        }
        labels = {"name": sanitized(model, 200)} | {name: str(number) for name, number in counts.items()}
        suite = SubElement(root, "testsuite", labels)
        for result in results:
            _case(suite, result)
    suite = SubElement(root, "testsuite", name="run", tests="2", failures=str(_faults(report)), errors="0")
    _check(suite, "rogue model is caught", report.self_test.passed, report.self_test.trouble)
    told = f"{len(report.results)} of {report.planned} samples have run"
    _check(suite, "every sample has run", report.is_complete, told)
    # ASCII, so that no reader has to guess; `shown` has escaped what XML cannot hold.
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _faults(report: Report) -> int:
    return [report.self_test.passed, report.is_complete].count(False)


def _check(suite: Element, name: str, passed: bool, message: str) -> None:
    case = SubElement(suite, "testcase", classname="run", name=name)
    if not passed:
        SubElement(case, "failure", message=message)


def _case(suite: Element, result: SampleResult) -> None:
    name, seconds = sanitized(result.id, 300), f"{result.seconds:.3f}"
    case = SubElement(suite, "testcase", classname=sanitized(result.subject), name=name, time=seconds)
    if result.replayed:
        SubElement(SubElement(case, "properties"), "property", name="replayed", value=sanitized(result.replayed))
    if not result.passed:
        kind = "error" if result.verdict is Verdict.INCONCLUSIVE else "failure"
        told = SubElement(case, kind, type=result.verdict, message=_reasons(result)[0])
        told.text = "\n".join(_reasons(result))


def _reasons(result: SampleResult) -> list[str]:
    return [f"{one.name}: {sanitized(one.reason, 300)}" for one in result.failures] or [f"verdict: {result.verdict}"]


def as_sarif(report: Report) -> dict[str, Any]:
    """One SARIF run: a result for each claim that does not hold, at the case or attack it is of; at most 5,000."""
    found = [_finding(result, one.name, one.reason) for result in report.results for one in result.failures]
    if not report.self_test.passed:
        found.insert(
            0, {"ruleId": "self_test", "level": "error", "message": {"text": f"Self-test: {report.self_test.trouble}."}}
        )
    rules = [{"id": name} for name in sorted({str(one["ruleId"]) for one in found})]
    properties = {"verdict": report.verdict, "summary": report.summary, "findings": len(found)}
    properties |= {"replayed": sanitized(report.replayed, 300)} if report.replayed else {}
    driver = {"name": "promptkit eval", "version": version("torii-promptkit"), "rules": rules}
    run = {"tool": {"driver": driver}, "results": found[:_MAX_RESULTS], "properties": properties}
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def _finding(result: SampleResult, rule: str, reason: str) -> dict[str, Any]:
    path = f"evals/attacks/{result.family}.yaml" if result.family else f"evals/cases/{result.prompt.split('@')[0]}.yaml"
    told = f"{sanitized(result.id, 300)}: {sanitized(reason, 300)}"
    found: dict[str, Any] = {
        "ruleId": rule,
        "level": _LEVELS.get(result.verdict, "warning"),
        "message": {"text": told},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": 1}}}],
    }
    if result.replayed:
        origin = sanitized(result.replayed)
        found |= {"message": {"text": f"{told} (replayed, origin: {origin})"}, "properties": {"replayed": origin}}
    return found


def as_markdown(report: Report) -> str:
    """The report as Markdown without live links or images: a row for each prompt and family, then what failed."""
    told = "PASS" if report.passed else "FAIL"
    ran = f"{sum(result.passed for result in report.results)} of {report.planned} samples passed"
    caught = "caught" if report.self_test.passed else "NOT caught"
    lines = [
        f"# Read-only eval: {told}",
        "",
        markdown(f"Verdict: {report.verdict}. {ran}. The rogue model was {caught}."),
    ]
    if report.replayed:
        lines += ["", markdown(sanitized(report.replayed, 300))]
    if PROGRAMS.issuperset(report.models):
        lines += ["", "No language model was run, so this is no evidence about one."]
    lines += ["", "| model | prompt or family | verdict | passed | calls |", "|---|---|---|--:|--:|"]
    for (model, subject), some in groupby(report.results, key=lambda result: (result.model_label, result.subject)):
        lines.append(f"| {' | '.join(map(markdown, _cells(model, subject, list(some))))} |")
    return "\n".join([*lines, *_failed_lines(report)]) + "\n"


def _cells(model: str, subject: str, results: Sequence[SampleResult]) -> list[str]:
    verdict = worst(result.verdict for result in results)
    passed = f"{sum(result.passed for result in results)} of {len(results)}"
    return [sanitized(model, 200), sanitized(subject), verdict, passed, str(sum(result.calls for result in results))]


def _failed_lines(report: Report) -> list[str]:
    failed = [result for result in report.results if not result.passed]
    lines = ["", "## What failed", ""] if failed else []
    for result in failed[:_MAX_FAILED]:
        lines.append(f"- **{markdown(sanitized(result.id, 300))}**")
        lines += [f"  - {markdown(sanitized(reason, 200))}" for reason in _reasons(result)]
    if len(failed) > _MAX_FAILED:
        lines.append(f"- and {len(failed) - _MAX_FAILED} more")
    return lines
