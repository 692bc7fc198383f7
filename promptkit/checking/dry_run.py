"""A recipe followed step by step with every list empty: the problems in its calls and queries."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from promptkit.answering.query import TableWriter, bind, make_steps, rows_as_objects
from promptkit.checking.meaning import texts_in
from promptkit.checking.sql import judge_query
from promptkit.errors import Problem, PromptkitError, nearest
from promptkit.files import Document
from promptkit.library.recipe import Read, call_arguments
from promptkit.model import OrganizationalView, ReviewedTool
from promptkit.plain_yaml import Key
from promptkit.policy.decision import argument_problem

_PLACEHOLDER = re.compile(r":([a-z][a-z0-9_]*)")
Judging = Generator[Problem, None, list[str] | None]
"""Yields problems, and returns the columns of a query, or None if it had problems."""


@dataclass
class DryRun:
    """One recipe, filled in one way.

    Args:
        document: the recipe's file.
        connection: holds the tables created so far, all without rows.
        values: what `:name` stands for so far.
        view: the Organizational View that the prompt is filled in with.
    """

    document: Document
    connection: sqlite3.Connection
    values: dict[str, Any]
    view: OrganizationalView | None
    _broken: set[str] = field(default_factory=set)

    def bind(self, name: str, expression: str) -> Iterator[Problem]:
        """Compute one value; if that fails, the value is NULL from here on."""
        columns = yield from self._judge(("bind", name), expression, "SELECT ")
        if columns is not None and len(columns) != 1:
            message = f"the expression gives {len(columns)} values"
            yield self.document.problem_at(
                ("bind", name), "wrong-columns", message, "write one expression for each name"
            )
            columns = None
        self.values = bind(self.connection, {name: expression if columns else "NULL"}, self.values)

    def read(self, name: str, read: Read, rule: ReviewedTool | None) -> Iterator[Problem]:
        """Judge the calls of one read, and create its table. Without a rule, no call of its tool is allowed anyway."""
        arguments = call_arguments(read, self.values, self.view)
        yield from self._unbound(("reads", name, "arguments"), arguments)
        yield from self._unbound(("reads", name), {"first": read.first, "newest_first": read.newest_first})
        columns: list[str] | None = []
        rows: list[dict[str, Any]] = [{}]
        if read.each is not None:
            columns = yield from self._judge(("reads", name, "each"), read.each)
            rows = rows_as_objects(self.connection, read.each, self.values) if columns else []
        try:
            TableWriter(self.connection, name, read.certain_columns).add(())
        except PromptkitError as error:
            self._broken.add(name)
            fix = "correct its name or its columns"
            yield self.document.problem_at(("reads", name), "wrong-sql", error.problems[0].message, fix)
        if rule is None or columns is None:
            return
        rule = rule if rows else _open_to(rule, columns)
        for row in rows or [dict.fromkeys(columns)]:
            yield from self._check_call(name, read, rule, arguments | row)

    def step(self, name: str, query: str) -> Iterator[Problem]:
        """Create the table of one step."""
        columns = yield from self._judge(("steps", name), query)
        if columns is None:
            self._broken.add(name)
            return
        try:
            make_steps(self.connection, {name: query}, self.values)
        except PromptkitError:
            message = f"there already is a table {name}"
            yield self.document.problem_at(("steps", name), "wrong-sql", message, "give the step another name")

    def result(self, key: Key, query: str, wanted: Sequence[str]) -> Iterator[Problem]:
        """Compare the number of columns in a query and in the answer, and the order of the names they share."""
        columns = yield from self._judge(key, query)
        if columns is None:
            return
        fix = f"give {', '.join(wanted)}" + (", in this order" if len(wanted) > 1 else "")
        if len(columns) != len(wanted):
            count = f"{len(columns)} column{'s' * (len(columns) != 1)}"
            yield self.document.problem_at(
                key, "wrong-columns", f"the query gives {count} instead of {len(wanted)}", fix
            )
            return
        for number, (name, given) in enumerate(zip(wanted, columns, strict=True), 1):
            if name in columns and name != given:
                message = f"column {number} is {name} in the answer and {given} in the query"
                yield self.document.problem_at(key, "wrong-columns", message, fix)
                return

    def _judge(self, key: Key, text: str, lead: str = "") -> Judging:
        columns, faults = judge_query(self.connection, text, self.values, lead)
        for fault in faults:
            # The table is missing because of a problem in its own read or step, which has been reported.
            if fault.message not in {f"no such table: {name}" for name in self._broken}:
                place = self.document.place_within(key, text, fault.offset)
                yield Problem(self.document.path, *place, fault.code, fault.message, fault.fix)
        return None if faults else columns

    def _unbound(self, key: Key, arguments: dict[str, Any]) -> Iterator[Problem]:
        for place, text in texts_in(key, arguments):
            if (placeholder := _PLACEHOLDER.fullmatch(text)) and placeholder[1] not in self.values:
                otherwise = f"name it under bind, or write one of {', '.join(sorted(self.values))}"
                fix = nearest(placeholder[1], self.values, otherwise)
                yield self.document.problem_at(place, "unbound-parameter", f"nothing binds {text}", fix)

    def _check_call(self, name: str, read: Read, rule: ReviewedTool, arguments: dict[str, Any]) -> Iterator[Problem]:
        optional = rule.model_copy(update={"required": ()})
        refused = {
            argument: reason
            for argument, value in arguments.items()
            if (reason := _why_not_accepted(optional, {argument: value}))
        }
        for argument, reason in refused.items():
            key: Key = ("arguments", argument) if argument in read.arguments else ("each",)
            message, fix = f"{read.tool}: {reason}", "give a value that its schema in instructions/tools.yaml allows"
            if isinstance(written := read.arguments.get(argument), str) and _PLACEHOLDER.fullmatch(written):
                fix = f"limit {written} to values that the schema in instructions/tools.yaml allows"
            if argument not in rule.arguments:
                known = ", ".join(rule.arguments) or "no arguments"
                fix = nearest(argument, rule.arguments, f"remove it; {read.tool} takes {known}")
                message = f"{read.tool} has no reviewed argument {argument}"
            yield self.document.problem_at(("reads", name, *key), "refused-argument", message, fix)
        if not refused and (reason := _why_not_accepted(rule, arguments)):
            fix = f"give {', '.join(rule.required)} under arguments, or as a column of each"
            yield self.document.problem_at(("reads", name), "refused-argument", f"{read.tool}: {reason}", fix)


def _open_to(rule: ReviewedTool, unknown: Collection[str]) -> ReviewedTool:
    """The rule with any value allowed for what depends on rows; the gate judges that when the call is made."""
    anything: dict[str, dict[str, Any]] = {name: {} for name in unknown if name in rule.arguments}
    return rule.model_copy(update={"arguments": rule.arguments | anything})


def _why_not_accepted(rule: ReviewedTool, arguments: dict[str, Any]) -> str | None:
    try:
        return argument_problem(rule, arguments)
    except (TypeError, ValueError):
        return "a value is not valid in JSON; a date, for example, needs quotes"
