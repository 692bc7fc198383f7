"""Goes through the checklist of Torii's guide against a server: what is right, what is not, and what to do next."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from promptkit.answering.analyst import Answered
from promptkit.answering.answer import analyst_for, answer
from promptkit.answering.rows import rows_of
from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.connection.address import address_of
from promptkit.connection.client import TORII_URL
from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.connection.scopes import shown
from promptkit.connection.session import Session
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.connection.tokens import TOKEN_VARIABLE, KeptSignIn, open_store
from promptkit.errors import PromptkitError
from promptkit.library.profile import today_at
from promptkit.library.render import render, resolve_arguments
from promptkit.library.store import Library
from promptkit.model import OrganizationalView, Profile, Prompt, Scalar, ToolCall, ToolClass
from promptkit.onboarding.at_once import at_once
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.onboarding.proofs import proofs
from promptkit.onboarding.readiness import MeasuredSession, ServerOffer, readiness
from promptkit.policy.decision import Definition
from promptkit.policy.review import is_guarded, left_out_by_guard, load_tool_lock, tool_changes, tool_policy
from promptkit.text import sanitized
from promptkit.torii.names import LOCAL_SERVERS
from promptkit.transcript import CallState

VALIDATION = {
    "connection_apps": "list_apps",
    "connection_contracts": "list_contracts",
    "connection_workflows": "get_action_execution_logs",
}
"""The prompts of the guide's validation questions, and the tool whose rows answer each."""

_FORBIDDEN = ("403", "forbidden", "not allowed", "may not", "permission")
_BEYOND_SCOPES = "which the sign-in was not given"
_SWITCH_OFF = (
    "make sure in Torii that the person who signed in has the Read-only role, for which Torii refuses them; then in "
    "ChatGPT's workspace settings limit the Torii app to read actions and keep new ones off, or in Claude set each of "
    "these tools to block"
)


async def examine(
    library: Library, server: str, profile: Profile, *, has_profile: bool, hosts: Sequence[str] = ()
) -> AsyncGenerator[Finding]:
    """Every finding, in the order of the checklist. A server that cannot be reached ends the list.

    The first are given once the server has answered, since whoever reads invented data is told so before all else.
    `hosts` are those whose limits are told one by one.
    """
    first = [_address_finding(server, profile.allowed_hosts), *_profile_findings(profile, has_profile=has_profile)]
    try:
        async with open_session(library, server, profile, cache=False) as opened:
            while first:
                yield first.pop(0)
            session = MeasuredSession(opened.session)
            measured = replace(opened, session=session)
            seen = (
                f"it answers as {sanitized(session.server) or 'an unnamed server'}, MCP {sanitized(session.protocol)}"
            )
            if opened.is_stand_in and server not in LOCAL_SERVERS:
                seen += ", with the invented data of the local stand-in"
            yield Finding("server", CheckStatus.OK, seen)
            if _offers_views(session.tools):
                for finding in _view_findings(session, hosts):
                    yield finding
                return
            yield _sign_in_finding(server)
            for finding in _tool_findings(library, session.tools):
                yield finding
            views = profile.organizational_views if has_profile else ()
            for finding in await _read_findings(library, opened, measured, profile, views):
                yield finding
            for finding in readiness(_offer_of(session), hosts):
                yield finding
            yield _stable_finding(session.tools, await session.list_tools())
    except PromptkitError as error:
        for finding in first:
            yield finding
        yield Finding("server", CheckStatus.FAIL, error.problems[0].message, error.problems[0].fix)


def _address_finding(server: str, allowed_hosts: Sequence[str]) -> Finding:
    """Where the server is, by its host: a name is the server's own word, and others call themselves Torii too."""
    if server in LOCAL_SERVERS:
        return Finding("address", CheckStatus.OK, "the local stand-in on this machine, whose data are invented")
    host = urlsplit(server).hostname
    if host is None:
        fix = f"write it whole, such as {TORII_URL}, or local for the stand-in on this machine"
        return Finding("address", CheckStatus.FAIL, "what was given is not an address", fix)
    if server == TORII_URL:
        return Finding("address", CheckStatus.OK, f"{address_of(server)}: {host} is Torii's own server")
    if host in LOOPBACK:
        seen = f"{address_of(server)}: a server on this machine, a guard or a stand-in, and not Torii's own"
        return Finding("address", CheckStatus.OK, seen)
    if host in allowed_hosts:
        seen = f"{address_of(server)}: {host} is not Torii's own; the profile allows it"
        return Finding("address", CheckStatus.OK, seen)
    seen = f"{address_of(server)} is not Torii's server for tenants, whatever it calls itself"
    if host == "developers.toriihq.com":
        seen += ": it serves Torii's documentation"
    allowing = f"promptkit init --server {address_of(server)} --allow-host {host}"
    fix = f"use {TORII_URL}; if it is your company's guard, allow it once: {allowing}"
    return Finding("address", CheckStatus.FAIL, seen, sanitized(fix, 300))


def _offers_views(tools: Sequence[Definition]) -> bool:
    return {str(tool.get("name")) for tool in tools} == set(VIEW_TOOLS)


def _view_findings(session: MeasuredSession, hosts: Sequence[str]) -> Iterator[Finding]:
    """About `promptkit serve`: its tools, and the hosts. None is called, since a view can read a whole tenant."""
    changed = sorted({sanitized(change.tool) for change in tool_changes(VIEW_TOOLS, session.tools)})
    if changed:
        seen = f"named as those of promptkit serve, but not as in this version: {', '.join(changed)}"
        yield Finding("tools", CheckStatus.FAIL, seen, "update promptkit on both sides; if it stays, do not use it")
    else:
        yield Finding("tools", CheckStatus.OK, "the three of promptkit serve, as in this version: each only reads")
    fix = "run doctor for the address it reads from"
    yield Finding("tenant", CheckStatus.UNKNOWN, "promptkit serve shows views, and nothing of what they rest on", fix)
    yield from readiness(_offer_of(session), hosts)


def _offer_of(session: MeasuredSession) -> ServerOffer:
    return ServerOffer(session.tools, session.instructions, session.protocol, session.largest)


def _profile_findings(profile: Profile, *, has_profile: bool) -> Iterator[Finding]:
    if not has_profile:
        fix = "run promptkit init, then promptkit doctor --profile dashboard.yaml"
        yield Finding("profile", CheckStatus.WARN, "no profile was given, so the defaults are used", fix)
        yield Finding(
            "read-only agreement", CheckStatus.UNKNOWN, "it is recorded in a profile, and none was given", fix
        )
        return
    labels = ", ".join(view.label for view in profile.organizational_views)
    yield Finding("profile", CheckStatus.OK, f"it is valid; Organizational Views: {labels}")
    agreed = profile.read_only_agreement
    if agreed and agreed.on > today_at(profile):
        fix = "correct the date in read_only_agreement"
        yield Finding("read-only agreement", CheckStatus.FAIL, f"{agreed.on} is still to come", fix)
    elif agreed:
        yield Finding("read-only agreement", CheckStatus.OK, f"{agreed.by} agreed on {agreed.on}")
    else:
        fix = "agree on it, then run promptkit init --replace, or add read_only_agreement: {by: NAME, on: DATE}"
        yield Finding("read-only agreement", CheckStatus.FAIL, "nobody has agreed to read-only use", fix)


def _sign_in_finding(server: str) -> Finding:
    """Who is signed in. Torii's MCP server does not say, and its tokens name nobody that we could check."""
    kept = None if server in LOCAL_SERVERS or os.environ.get(TOKEN_VARIABLE) else open_store().load(server)
    fix = "look in Torii, under the person who signed in: the role should be Read-only"
    if kept and kept.wider_scopes:
        seen = f"{_token_source(server, kept)}; that is more than was asked for: {shown(kept.wider_scopes)}"
        fix = f"run promptkit disconnect {address_of(server)}, and ask the server's admin about these scopes"
        return Finding("signed in as", CheckStatus.WARN, seen, fix)
    seen = f"{_token_source(server, kept)}; Torii's MCP server does not say who that is, or with which role"
    return Finding("signed in as", CheckStatus.UNKNOWN, seen, fix)


def _token_source(server: str, kept: KeptSignIn | None) -> str:
    if kept:
        scope = f" with the scope {sanitized(kept.tokens.scope)}" if kept.tokens.scope else ""
        return f"the sign-in from promptkit connect, issued by {sanitized(kept.issuer)}{scope}"
    if server not in LOCAL_SERVERS and os.environ.get(TOKEN_VARIABLE):
        return f"the token in {TOKEN_VARIABLE}"
    return "no sign-in"


def _tool_findings(library: Library, tools: Sequence[Definition]) -> Iterator[Finding]:
    changes = list(tool_changes(load_tool_lock(library), tools))
    hidden = left_out_by_guard(library, changes) if is_guarded(library, tools) else []
    changes = [change for change in changes if change not in hidden]
    if hidden and not changes:
        seen = f"a guard's list: the {len(tools)} reads are as reviewed, and {len(hidden)} other tools are left out"
        yield Finding("tools", CheckStatus.OK, seen)
    elif changes:
        named = ", ".join(sorted({sanitized(change.tool) for change in changes})[:5])
        count = "1 difference" if len(changes) == 1 else f"{len(changes)} differences"
        fix = "run promptkit tools diff, and read each difference; until it is reviewed, what changed stays refused"
        yield Finding("tools", CheckStatus.FAIL, f"{count} from the reviewed list: {named}", fix)
    else:
        yield Finding("tools", CheckStatus.OK, f"all {len(tools)} are as reviewed")
    policy = tool_policy(library, tools)
    actions = [sanitized(tool["name"]) for tool in tools if policy.tool_class(str(tool["name"])) is not ToolClass.READ]
    if actions:
        seen = (
            f"{len(actions)} tools that can change Torii are listed, such as {', '.join(actions[:3])}; a server may "
            "list them for every role, and whether this one may use them is not seen without trying"
        )
        yield Finding("action tools", CheckStatus.UNKNOWN, seen, _SWITCH_OFF)
    else:
        yield Finding("action tools", CheckStatus.OK, "none is offered")


async def _read_findings(
    library: Library,
    opened: OpenedSession,
    measured: OpenedSession,
    profile: Profile,
    views: Sequence[OrganizationalView],
) -> list[Finding]:
    """What the guide's questions find, and what proofs do; results are measured only of what an assistant would ask."""

    async def validated(name: str) -> list[Finding]:
        return [await _validate(library, measured, profile, name)]

    found = await at_once(*map(validated, VALIDATION), proofs(library, opened, views))
    return [finding for findings in found for finding in findings]


async def _validate(library: Library, opened: OpenedSession, profile: Profile, name: str) -> Finding:
    prompt, recipe = library.load_prompt(name), library.load_recipe(name)
    values = resolve_arguments(prompt, {}, profile)
    answered = await answer(opened.session, analyst_for(library, prompt, recipe, values, opened.today, profile))
    check = _question(prompt, values, profile)
    return _refused(check, answered) or await _answered(check, VALIDATION[name], opened.session, answered)


def _question(prompt: Prompt, values: Mapping[str, Scalar], profile: Profile) -> str:
    return render(prompt, values, profile).splitlines()[0]


def _refused(check: str, answered: Answered) -> Finding | None:
    """A finding about the first read that failed; None if none did."""
    for call, state, _, problem in answered.calls:
        if state is CallState.EXECUTED:
            continue
        message = sanitized(" ".join(problem.split()), 200)
        if any(word in message.lower() for word in _FORBIDDEN):
            fix = "sign in as somebody who may see this; Torii's Read-only role sees everything"
            seen = f"forbidden: this sign-in may not use {call.name}: {message}"
            return Finding(check, CheckStatus.FAIL, seen, fix)
        fix = "run promptkit tools diff to see whether the tool is as reviewed, then try again"
        if _BEYOND_SCOPES in message:
            fix = "ask the server's admin to let a scope for reading be enough"
        return Finding(check, CheckStatus.FAIL, f"{call.name} did not answer: {message}", fix)
    if answered.gaps:
        fix = "do what it says, then try again"
        return Finding(check, CheckStatus.FAIL, f"it cannot be answered: {sanitized(answered.gaps, 400)}", fix)
    return None


async def _answered(check: str, tool: str, session: Session, answered: Answered) -> Finding:
    """Whether the tool that matters returned rows; if not, whether it has any at all."""
    rows = sum(made.rows for made in answered.calls if made.call.name == tool)
    if rows:
        return Finding(check, CheckStatus.OK, f"answered from {rows} rows of {tool}")
    outcome = await session.call(ToolCall(name=tool, arguments={"size": 1}))
    if outcome.data and rows_of(outcome.data):
        return Finding(
            check, CheckStatus.OK, f"the answer is empty: {tool} has rows, but none that the question asks for"
        )
    fix = "compare with Torii itself: a role can hide rows without an error; the Read-only role sees all rows"
    return Finding(check, CheckStatus.WARN, f"empty, not forbidden: {tool} returns no rows", fix)


def _stable_finding(before: Sequence[Definition], after: Sequence[Definition]) -> Finding:
    locked = {str(tool.get("name")): tool for tool in before}
    changed = sorted({sanitized(one.tool) for one in tool_changes(locked, after)})
    if not changed:
        return Finding("tools afterwards", CheckStatus.OK, "the same as at the start")
    fix = "run promptkit tools diff; in the assistant press Refresh, and keep new actions off until they are reviewed"
    return Finding("tools afterwards", CheckStatus.FAIL, f"changed while we looked: {', '.join(changed[:5])}", fix)
