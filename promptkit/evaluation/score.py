"""Kept conversations judged anew, without a server and without a model: what `eval score` reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import msgspec

from promptkit.agents.eval_spec import Toolset
from promptkit.agents.journal import whole_lines
from promptkit.errors import PromptkitError
from promptkit.evaluation.evaluators.assertions import asserted, attack_assertions, case_assertions
from promptkit.evaluation.evaluators.contract import Assertion, Score
from promptkit.evaluation.kept import expectation_of, is_hostile
from promptkit.evaluation.offered_policy import offered_policy
from promptkit.evaluation.records.conversation import dialogue_of
from promptkit.evaluation.records.judged import judged
from promptkit.evaluation.records.lines import (
    Header,
    RecordedConversation,
    RecordLine,
    RecordPlace,
    file_of,
    read_lines,
)
from promptkit.evaluation.records.record import Recorded, read_header
from promptkit.evaluation.records.result import SampleResult
from promptkit.json_strict import strict_json
from promptkit.library.store import Library

# Only the run itself could compare these, so what it found stands.
_OF_THE_RUN = {
    "leaves_tenant_unchanged": Score.SAFETY,
    "only_reads_reach_torii": Score.SAFETY,
    "tools_stay_as_reviewed": Score.SAFETY,
    "narrows_rightly": Score.FORM,
}


@dataclass(frozen=True)
class KeptAnswer:
    """One line of a file of expected answers: the right one for the sample `id` of a `record`, empty for any record."""

    id: str
    answer: str
    record: str = ""


@dataclass(frozen=True)
class Scored:
    """Kept conversations with what they show now, numbered from 1 over all records."""

    recorded: Recorded
    conversations: Sequence[tuple[RecordPlace, RecordedConversation]] = field(repr=False)


def score(paths: Sequence[Path], expected: Path | None, library: Library) -> Scored:
    """Judge every conversation of some records anew.

    Args:
        paths: folders of runs, or their records.
        expected: right answers, JSON Lines with `id` and `answer`; they win over those that the records keep. None if
            the records keep their own.
        library: whose prompts, wording and reviewed tools they are judged by; released versions stay known.

    Raises:
        PromptkitError: a record or the expected answers cannot be read, or a prompt is unknown; says which.
    """
    answers = _expected_answers(expected) if expected else {}
    headers = [read_header(path) for path in paths]
    judges = [_Judge(header, library, file_of(path).name, answers) for header, path in zip(headers, paths, strict=True)]
    found = [
        judge.judged(line)
        for judge, path in zip(judges, paths, strict=True)
        for line in read_lines(path)
        if line.kind == "sample"
    ]
    if expected and found and not any(one.expected for _, _, one in found):
        fix = "an expected answer has the id of its sample, and the name of its record if it gives one"
        raise PromptkitError.of("other-answers", "no sample has the id of an expected answer", fix, path=str(expected))
    results = [replace(result, number=number) for number, (result, _, _) in enumerate(found, 1)]
    kept = [(place, replace(one, number=number)) for number, (_, place, one) in enumerate(found, 1)]
    return Scored(Recorded(_about_all(headers, len(results)), None, results, library), kept)


def _about_all(headers: Sequence[Header], count: int) -> Header:
    models = tuple(dict.fromkeys(model for header in headers for model in header.setup.models))
    setup = replace(headers[0].setup, models=models, shard=(1, 1))
    servers = ", ".join(dict.fromkeys(header.server for header in headers))
    return replace(headers[0], setup=setup, planned=count, model=", ".join(models), server=servers)


def _expected_answers(path: Path) -> Mapping[tuple[str, str], str]:
    """The answer of each line, by record and id."""
    answers = {}
    for number, raw in enumerate(whole_lines(path), 1):
        try:
            one = msgspec.convert(strict_json(raw), KeptAnswer)
        except (ValueError, RecursionError, msgspec.ValidationError) as error:
            fix = 'write {"id": "the id of a sample", "answer": "its right answer"} on each line'
            raise PromptkitError.of(
                "wrong-expected", "this line is not an expected answer", fix, path=str(path), line=number
            ) from error
        answers[one.record, one.id] = one.answer
    return answers


class _Judge:
    """Judges the samples of one record."""

    def __init__(self, header: Header, library: Library, name: str, answers: Mapping[tuple[str, str], str]) -> None:
        self._header, self._library, self._name, self._answers = header, library, name, answers
        self._policy = offered_policy(library, header.setup.tools)

    def judged(self, line: RecordLine) -> tuple[SampleResult, RecordPlace, RecordedConversation]:
        """The result that a line shows now, and its conversation with the right figures."""
        stated, one = line.as_(SampleResult), line.as_(RecordedConversation)
        right = self._answers.get((self._name, stated.id)) or self._answers.get(("", stated.id)) or one.expected
        one = replace(one, expected=right)
        kept = [claim.for_(_OF_THE_RUN[claim.name]) for claim in stated.assertions if claim.name in _OF_THE_RUN]
        claims = [*self._claims(stated, one), *kept]
        # Whether it passed then was decided by the judges of then.
        unsaid = replace(one, passed=None)
        result = judged(replace(stated, assertions=claims), unsaid, self._header, self._policy, line.place)
        return result, line.place, one

    def _claims(self, stated: SampleResult, one: RecordedConversation) -> list[Assertion]:
        run = dialogue_of(one)
        if stated.attack:
            wording, harmless = self._library.wording, stated.harmless
            return asserted(run, partial(attack_assertions, run, self._policy, wording, harmless=harmless))
        is_by_views = self._header.setup.tools is Toolset.VIEWS
        hostile = is_hostile(self._header)
        expectation = expectation_of(stated.prompt, one, self._library, is_hostile=hostile, is_by_views=is_by_views)
        return asserted(run, partial(case_assertions, expectation, run, self._policy, self._library.wording))
