"""Run records -> one result: of one run, or of the shards of one that ran apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from promptkit.agents.turns import REFERENCE
from promptkit.errors import PromptkitError
from promptkit.evaluation.records.lines import Header
from promptkit.evaluation.records.record import Recorded, read_record, worse
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest

_OF_ONE_SHARD = {"setup", "started", "today"}
_NO_SELF_TEST = SelfTest(0, 0, 0, ())


def merged(folders: Sequence[Path]) -> Recorded:
    """Read the records of one plan as one.

    Raises:
        PromptkitError: one cannot be read, or is of another plan; says what differs.
    """
    records = [read_record(folder) for folder in folders]
    first = records[0]
    for folder, record in zip(folders, records, strict=True):
        if different := _differences(first.header, record.header):
            message = f"it is not of the same run as {folders[0]}: {', '.join(different)} differ"
            raise PromptkitError.of("other-run", message, "merge the shards of one plan only", path=str(folder))
    results: dict[int, SampleResult] = {}
    for folder, record in zip(folders, records, strict=True):
        for result in record.results:
            results[result.number] = worse(results.get(result.number), result, str(folder))
    self_tests = [self_test for record in records for self_test in record.self_tests or [_NO_SELF_TEST]]
    header = replace(first.header, setup=replace(first.header.setup, shard=(1, 1)))
    told = [one for record in records for one in record.of_the_run]
    return Recorded(header, self_tests, [results[number] for number in sorted(results)], first.policy, told)


def _differences(first: Header, other: Header) -> list[str]:
    one, two = (vars(header) | vars(replace(header.setup, shard=(1, 1))) for header in (first, other))
    return [name for name in one if one[name] != two[name] and name not in _OF_ONE_SHARD]


def run_result(recorded: Recorded) -> RunResult:
    """The result of the run that a record holds. A run with several self-tests passes only if all of them did."""
    header, tests = recorded.header, recorded.self_tests or [_NO_SELF_TEST]
    leaks = [leak for test in tests for leak in test.leaks]
    untried = next((test.untried for test in tests if test.untried), "")
    self_test = replace(min(tests, key=lambda test: test.tries), leaks=leaks, untried=untried)
    index, count = header.setup.shard
    # A shard has every `count`th task of the plan, from its own number on.
    planned = len(range(index - 1, header.planned, count))
    models = header.setup.models or (REFERENCE,)
    return RunResult(models, header.server, recorded.results, self_test, planned, recorded.of_the_run)
