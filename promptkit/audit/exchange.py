"""What an audit found, for the tools of others: SARIF 2.1.0 for code scanning, JUnit XML for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from promptkit.audit.audit import Audit, Call, Result
from promptkit.audit.report import describe, notable_calls, summary
from promptkit.policy.verdict import Verdict
from promptkit.text import sanitized

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Verdict.VIOLATION: "error", Verdict.ATTEMPTED: "warning", Verdict.INCONCLUSIVE: "warning"}
_LINE = re.compile(r"line (\d{1,9})")
# Code scanning services take no more from one run.
_MAX_RESULTS = 5000
_RULES = {
    "action-tool": "A tool that changes data was called or asked for.",
    "unknown-tool": "A tool was called that nobody has reviewed.",
    "sensitive-tool": "A tool was called that returns sensitive data in bulk.",
    "arguments": "A read tool was called with arguments that nobody has reviewed.",
    "name": "Something was called whose name is not the name of a tool.",
    "undecided": "A call could not be checked.",
    "gap": "Calls may be missing or hidden.",
    "no-evidence": "No tool call was recorded.",
    "unknown-format": "The file is in no format we know.",
}


def as_sarif(audit: Audit) -> dict[str, Any]:
    """The audit as one SARIF run: a result for each call that is no plain read, and for each gap; at most 5,000."""
    results = [found for result in audit.results for found in _findings(result)]
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in _RULES.items()]
    driver = {"name": "promptkit audit", "rules": rules}
    counts: dict[str, Any] = {verdict.value: count for verdict, count in summary(audit).items()}
    run = {
        "tool": {"driver": driver},
        "results": results[:_MAX_RESULTS],
        "properties": {"verdict": audit.verdict, "summary": counts, "findings": len(results)},
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _findings(result: Result) -> Iterator[dict[str, Any]]:
    if result.verdict is Verdict.CLEAN:
        return
    calls = notable_calls(result)
    for call in calls:
        text = f"{describe(call)} in {sanitized(result.conversation, 200)}"
        yield _finding(result, call.ground, text, call)
    if result.ground not in {call.ground for call in calls}:
        yield _finding(result, result.ground, sanitized(result.reason, 300), None)


def _finding(result: Result, rule: str, text: str, call: Call | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(result.path.replace("\\", "/"), safe="/!")}}
    location: dict[str, Any] = {"physicalLocation": place}
    if call and (line := _LINE.match(call.location)):
        place["region"] = {"startLine": int(line[1])}
    if call:
        location["logicalLocations"] = [{"fullyQualifiedName": sanitized(call.location, 500)}]
    return {"ruleId": rule, "level": _LEVELS[result.verdict], "message": {"text": text}, "locations": [location]}


def as_junit(audit: Audit) -> str:
    """The audit as JUnit XML: a suite for each file, a case for each conversation.

    A violation or an attempt is a failure, what cannot be told an error.
    """
    root = Element("testsuites", name="promptkit audit")
    for path, group in groupby(audit.results, key=lambda result: result.path):
        results = list(group)
        failed = sum(result.verdict in {Verdict.VIOLATION, Verdict.ATTEMPTED} for result in results)
        errors = sum(result.verdict is Verdict.INCONCLUSIVE for result in results)
        counts = {"tests": str(len(results)), "failures": str(failed), "errors": str(errors)}
        suite = SubElement(root, "testsuite", {"name": sanitized(path, 500), **counts})
        for result in results:
            _case(suite, result)
    # ASCII, so that no reader has to guess; `shown` has escaped what XML cannot hold.
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, result: Result) -> None:
    name = sanitized(result.conversation, 200) or "the whole file"
    case = SubElement(suite, "testcase", classname=sanitized(result.path, 500), name=name)
    if result.verdict is Verdict.CLEAN:
        return
    kind = "error" if result.verdict is Verdict.INCONCLUSIVE else "failure"
    told = SubElement(case, kind, type=f"{result.verdict}.{result.ground}", message=sanitized(result.reason, 300))
    told.text = "\n".join(map(describe, notable_calls(result)))
