"""The changes to a case's truth that none of its fill-ins shows: conditions that could be wrong unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot.errors import SqlglotError

from promptkit.answering.contract import Figures
from promptkit.errors import Problem, PromptkitError
from promptkit.evaluation.mutation.changes import LEFT_OUT
from promptkit.evaluation.mutation.mutants import Mutant, mutants, rewritten
from promptkit.evaluation.truth import true_figures
from promptkit.files import Document
from promptkit.library.cases import CaseFile, Truth
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Prompt, Scalar, Scoring
from promptkit.plain_yaml import Key
from promptkit.torii.local import LocalTorii

_Shown = tuple[list[list[str]], dict[str, str]]


@dataclass
class Mutation:
    """What was tried on the truths of some cases, and what came of it. `changes` counts all that were made."""

    truths: int = 0
    changes: int = 0
    explained: int = 0
    problems: list[Problem] = field(default_factory=list)


def mutate(library: Library, names: Sequence[str], torii: LocalTorii) -> Mutation:
    """Change the conditions of each case's truth one at a time, and see which changes no fill-in shows.

    Args:
        library: has the prompts and their cases.
        names: of prompts; all of them if empty.
        torii: over whose rows the truths are asked.

    Raises:
        PromptkitError: a prompt is unknown, a file has problems, or a truth does not run as it is.
    """
    result = Mutation()
    for prompt in [library.load_current(name) for name in names] if names else library.load_prompts():
        path = library.file(f"evals/cases/{prompt.name}.yaml")
        document = library.document(path)
        truth = _Tried(document, prompt, library.load_case_file(prompt.name), torii, library.scoring_if_any)
        result.truths += 1
        result.problems += truth.problems(result)
    result.problems.sort()
    return result


class _Tried:
    """One case's truth, with the right figures of each way to fill the prompt in."""

    def __init__(
        self, document: Document, prompt: Prompt, file: CaseFile, torii: LocalTorii, scoring: Scoring | None
    ) -> None:
        self._document, self._prompt, self._file = document, prompt, file
        self._torii, self._scoring = torii, scoring
        filled = [resolve_arguments(prompt, case.arguments, DEFAULT_PROFILE) for case in file.cases]
        self._right = [(values, self._figures(file.truth, values)) for values in filled]

    def problems(self, result: Mutation) -> Iterator[Problem]:
        """What goes unnoticed and is not explained, what cannot be tried, and what is explained in vain."""
        seen: set[str] = set()
        for key, query in _queries(self._file.truth):
            try:
                made = mutants(query, _lead(key))
                same = self._is_unnoticed(key, rewritten(query, _lead(key)))
            except (SqlglotError, RecursionError):
                same = False
            if not same:
                yield self._not_tried(key)
                continue
            result.changes += len(made)
            for mutant in self._unnoticed(key, made):
                seen.add(mutant.change)
                if mutant.change not in self._file.truth.equivalent:
                    yield self._problem(key, query, mutant)
        result.explained += len(seen & self._file.truth.equivalent.keys())
        yield from self._stale(seen)

    def _unnoticed(self, key: Key, made: Sequence[Mutant]) -> Iterator[Mutant]:
        without: set[str] = set()
        for mutant in made:
            # Of a condition that can be left out, it says no more that its parts can be changed.
            if without.isdisjoint(mutant.within) and self._is_unnoticed(key, mutant.query):
                without.update([mutant.condition] if mutant.becomes == LEFT_OUT else [])
                yield mutant

    def _is_unnoticed(self, key: Key, query: str) -> bool:
        changed = _with(self._file.truth, key, query)
        try:
            return all(self._figures(changed, values) == right for values, right in self._right)
        except PromptkitError:
            return False

    def _figures(self, truth: Truth, values: Mapping[str, Scalar]) -> _Shown:
        file = self._file.model_copy(update={"truth": truth})
        return _shown(true_figures(self._torii, self._prompt, file, values, self._scoring))

    def _problem(self, key: Key, query: str, mutant: Mutant) -> Problem:
        line, column = self._document.place_within(("truth", *key), query, mutant.offset)
        message = f"no fill-in shows this change: {mutant.change}"
        fix = "add a case whose figures it changes, or say under truth: equivalent: why it can change none"
        return Problem(self._document.path, line, column, "unnoticed-change", message, fix)

    def _not_tried(self, key: Key) -> Problem:
        message = "this query cannot be taken apart and put together again, so none of its conditions was tried"
        return self._document.problem_at(("truth", *key), "not-tried", message, "write it in plainer SQL")

    def _stale(self, seen: Collection[str]) -> Iterator[Problem]:
        for change in self._file.truth.equivalent:
            if change not in seen:
                message = f"no such change goes unnoticed: {change}"
                fix = "remove it, or write the change as promptkit eval --mutate prints it"
                yield self._document.problem_at(("truth", "equivalent", change), "stale-equivalent", message, fix)


def _queries(truth: Truth) -> Iterator[tuple[Key, str]]:
    for part in ("bind", "steps", "totals"):
        yield from (((part, name), query) for name, query in getattr(truth, part).items())
    yield from ((("tables", index), query) for index, query in enumerate(truth.tables))


def _lead(key: Key) -> str:
    return "SELECT " if key[0] == "bind" else ""


def _with(truth: Truth, key: Key, query: str) -> Truth:
    part, name = str(key[0]), key[1]
    if part == "tables":
        tables = tuple(query if index == name else table for index, table in enumerate(truth.tables))
        return truth.model_copy(update={part: tables})
    return truth.model_copy(update={part: {**getattr(truth, part), name: query}})


def _shown(figures: Figures) -> _Shown:
    """Figures as an eval compares them: in any order of rows, and without those that need not be shown."""
    tables = [sorted(map(repr, rows)) for rows in figures.tables]
    return tables, {name: repr(value) for name, value in figures.totals.items()}
