"""Walks the checklist of Torii's guide against a server: what holds, what does not, and what to do next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from promptkit.catalog import drifts, load_tool_lock, tool_policy
from promptkit.errors import PromptkitError, shown
from promptkit.evaluation.loop import Run
from promptkit.evaluation.reference import rows_of
from promptkit.evaluation.suite import Evaluation, open_evaluation
from promptkit.library import Library
from promptkit.model import Profile, Prompt, ToolClass
from promptkit.policy import Definition
from promptkit.render import resolve_arguments
from promptkit.transcript import CallState

VALIDATION = ("connection_apps", "connection_contracts", "connection_workflows")
_FORBIDDEN = ("403", "forbidden", "not allowed", "permission")


class Status(StrEnum):
    """How a check ended. `unknown` is neither good nor bad: it must be looked at by a person."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check: what was seen, and what to do next (empty when nothing is)."""

    check: str
    status: Status
    seen: str
    next: str = ""


async def examine(library: Library, server: str, profile: Profile, *, has_profile: bool) -> AsyncIterator[Finding]:
    """Every finding, in the order of the checklist. A server that cannot be reached ends the list."""
    for finding in _profile_findings(profile, has_profile=has_profile):
        yield finding
    try:
        async with open_evaluation(library, server, profile) as evaluation:
            for finding in _tool_findings(library, evaluation.tools):
                yield finding
            for name in VALIDATION:
                yield await _validate(library, evaluation, profile, name)
    except PromptkitError as error:
        yield Finding("server", Status.FAIL, error.problems[0].message, error.problems[0].fix)


def _profile_findings(profile: Profile, *, has_profile: bool) -> Iterator[Finding]:
    if not has_profile:
        fix = "write a dashboard.yaml, and give it with --profile"
        yield Finding("profile", Status.WARN, "no profile was given, so the defaults serve", fix)
        return
    labels = ", ".join(view.label for view in profile.organizational_views)
    yield Finding("profile", Status.OK, f"it is valid; Organizational Views: {labels}")
    agreed = profile.read_only_agreement
    if agreed:
        yield Finding("read-only agreement", Status.OK, f"{agreed.by} agreed on {agreed.on}")
    else:
        fix = "agree that the assistant only reads, and record who and when under read_only_agreement:"
        yield Finding("read-only agreement", Status.FAIL, "nobody has agreed to read-only use", fix)


def _tool_findings(library: Library, tools: Sequence[Definition]) -> Iterator[Finding]:
    yield Finding("server", Status.OK, f"it answers and lists {len(tools)} tools")
    fix = "look in Torii, under the person who signed in; it should be Read-only"
    yield Finding("role", Status.UNKNOWN, "Torii's MCP does not tell who is signed in or with which role", fix)
    found = list(drifts(load_tool_lock(library), tools))
    if found:
        named = ", ".join(sorted({shown(one.tool) for one in found})[:5])
        fix = "run promptkit tools diff, read each difference, then promptkit tools lock"
        yield Finding("tools", Status.FAIL, f"{len(found)} differences from the reviewed list: {named}", fix)
    else:
        yield Finding("tools", Status.OK, "they are as reviewed")
    policy = tool_policy(library, tools)
    actions = [shown(tool["name"]) for tool in tools if policy.tool_class(str(tool["name"])) is not ToolClass.READ]
    if actions:
        fix = "in the assistant's admin settings limit the Torii app to read actions, and keep new actions off"
        seen = f"{len(actions)} tools that can change Torii are offered, such as {', '.join(actions[:3])}"
        yield Finding("action tools", Status.WARN, seen, fix)
    else:
        yield Finding("action tools", Status.OK, "none is offered")


async def _validate(library: Library, evaluation: Evaluation, profile: Profile, name: str) -> Finding:
    prompt, case = library.load_prompt(name), library.load_case(name)
    run, _ = await evaluation.answer(prompt, case, resolve_arguments(prompt, {}, profile))
    return _validation_finding(prompt, run)


def _validation_finding(prompt: Prompt, run: Run) -> Finding:
    check = prompt.template.splitlines()[0].replace("{{ ", "").replace(" }}", "")
    check = f"{prompt.name}: {check}"
    for call, outcome in zip(run.calls, run.outcomes, strict=True):
        if outcome.state is CallState.EXECUTED:
            continue
        told = shown(" ".join(outcome.text.split()), 200)
        if any(word in told.lower() for word in _FORBIDDEN):
            fix = "sign in as somebody who may see this; Torii's Read-only role sees all of it"
            return Finding(check, Status.FAIL, f"{call.name} is not allowed for this sign-in: {told}", fix)
        return Finding(check, Status.FAIL, f"{call.name} did not answer: {told}", "try again; then look at the tools")
    rows = sum(len(rows_of(outcome.data)) for outcome in run.outcomes if outcome.data)
    if rows == 0:
        fix = "look in Torii whether there is something to see for this sign-in"
        return Finding(check, Status.WARN, "Torii answered, with nothing in it: none, or hidden by the role", fix)
    return Finding(
        check, Status.OK, f"answered from {rows} rows by {', '.join(dict.fromkeys(c.name for c in run.calls))}"
    )
