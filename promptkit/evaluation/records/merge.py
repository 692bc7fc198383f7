"""Run records -> one result, of a single run or of all shards of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from promptkit.agents.turns import REFERENCE
from promptkit.errors import PromptkitError
from promptkit.evaluation.records.lines import Header
from promptkit.evaluation.records.record import Recorded, read_record, worse
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest
from promptkit.library.store import Library

_MAY_DIFFER = {"setup", "started", "today"}
_NO_SELF_TEST = SelfTest(0, 0, 0, ())


def merged(folders: Sequence[Path], library: Library | None = None) -> Recorded:
    """Read the records of one plan, which was made of this library, as a single record.

    Raises:
        PromptkitError: one cannot be read, or belongs to another plan; says what differs.
    """
    records = [read_record(folder, library) for folder in folders]
    first = records[0]
    for folder, record in zip(folders, records, strict=True):
        if different := _differences(first.header, record.header):
            message = f"it does not belong to the same run as {folders[0]}: {', '.join(different)} differ"
            raise PromptkitError.of("other-run", message, "merge only the shards of one plan", path=str(folder))
    results: dict[int, SampleResult] = {}
    for folder, record in zip(folders, records, strict=True):
        for result in record.results:
            results[result.number] = worse(results.get(result.number), result, str(folder))
    self_tests = [self_test for record in records for self_test in record.self_tests or [_NO_SELF_TEST]]
    header = replace(first.header, setup=replace(first.header.setup, shard=(1, 1)))
    told = [one for record in records for one in record.of_the_run]
    return Recorded(header, self_tests, [results[number] for number in sorted(results)], first.library, told)


def _differences(first: Header, other: Header) -> list[str]:
    """The names of header fields and options that differ, apart from those that differ between shards anyway."""
    ours, theirs = _compared(first), _compared(other)
    return [name for name in ours if ours[name] != theirs[name]]


def _compared(header: Header) -> dict[str, Any]:
    # The digest of the tools says more than which set of them it is.
    values = vars(replace(header.setup, shard=(1, 1))) | vars(header)
    return {name: value for name, value in values.items() if name not in _MAY_DIFFER}


def run_result(recorded: Recorded) -> RunResult:
    """The result of a recorded run. A run with several self-tests passes only if all of them passed."""
    header = recorded.header
    self_test = None if recorded.self_tests is None else _whole(recorded.self_tests or [_NO_SELF_TEST])
    index, count = header.setup.shard
    # A shard has every `count`th sample of the plan, from its own number on.
    planned = len(range(index - 1, header.planned, count))
    models = header.setup.models or (REFERENCE,)
    return RunResult(
        models, header.server, recorded.results, self_test, planned, recorded.of_the_run, header.setup.tools
    )


def _whole(tests: Sequence[SelfTest]) -> SelfTest:
    leaks = [leak for test in tests for leak in test.leaks]
    untried = next((test.untried for test in tests if test.untried), "")
    return replace(min(tests, key=lambda test: test.tries), leaks=leaks, untried=untried)
