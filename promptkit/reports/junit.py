"""JUnit XML for continuous integration: a suite for each group of rows, a case for each row and check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal, assert_never
from xml.etree.ElementTree import Element, SubElement, tostring

from promptkit.policy.verdict import Verdict
from promptkit.reports.rows import Report, Row
from promptkit.reports.text import plain


def write(report: Report) -> str:
    """The report as JUnit XML, in ASCII, so that no reader has to guess the encoding."""
    root = Element("testsuites", name=report.tool)
    _add_suites(root, report.rows)
    _add_suites(root, report.checks)
    # `plain` has escaped everything that XML cannot hold; the library escapes the rest.
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_suites(root: Element, rows: Iterable[Row]) -> None:
    for group, members in groupby(rows, key=lambda row: row.group):
        _add_suite(root, group, list(members))


def _add_suite(root: Element, name: str, rows: Sequence[Row]) -> None:
    outcomes = [_outcome(row) for row in rows]
    counts = {"tests": len(rows), "failures": outcomes.count("failure"), "errors": outcomes.count("error")}
    labels = {"name": plain(name)} | {count: str(number) for count, number in counts.items()}
    suite = SubElement(root, "testsuite", labels)
    for row in rows:
        _add_case(suite, row)


def _add_case(suite: Element, row: Row) -> None:
    case = SubElement(suite, "testcase", classname=plain(row.subject), name=plain(row.name))
    if row.seconds is not None:
        case.set("time", f"{row.seconds:.3f}")
    if labels := {**row.scores, **({"replayed": row.replayed} if row.replayed else {})}:
        properties = SubElement(case, "properties")
        for name, value in labels.items():
            SubElement(properties, "property", name=name, value=plain(value))
    if outcome := _outcome(row):
        kind = f"{row.verdict}.{row.rule}" if row.rule else row.verdict
        element = SubElement(case, outcome, type=plain(kind), message=plain(row.reason))
        element.text = "\n".join(map(plain, row.lines))
    if row.slips:
        SubElement(case, "system-out").text = "\n".join(plain(slip.message) for slip in row.slips)


def _outcome(row: Row) -> Literal["failure", "error"] | None:
    """An inconclusive row is an error, because it proves nothing; any other row that does not pass is a failure."""
    if row.passed or row.is_experiment:
        return None
    match row.verdict:
        case Verdict.INCONCLUSIVE:
            return "error"
        case Verdict.CLEAN | Verdict.ATTEMPTED | Verdict.VIOLATION:
            return "failure"
        case _:
            assert_never(row.verdict)
