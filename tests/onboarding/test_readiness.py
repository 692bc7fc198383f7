"""What hosts take of a server, measured on lists of our own and on one that breaks every limit."""

import json

import pytest

from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.commands.doctor import run_doctor
from promptkit.errors import UsageError
from promptkit.hosts.view_server import INSTRUCTIONS, ViewServer
from promptkit.model import DEFAULT_PROFILE
from promptkit.onboarding.finding import CheckStatus
from promptkit.onboarding.readiness import ServerOffer, host_limits, named_hosts, readiness
from promptkit.views.service import ViewService
from tests.servers import running

TOO_MANY = "none was named; it is more than ChatGPT, Microsoft 365 agents take"
REVISION = "2026-07-28"
SMALL = {"name": "list_apps", "description": "Lists apps.", "inputSchema": {"type": "object"}}


def fit(offer):
    return {one.check.removeprefix("fit for "): one for one in readiness(offer, [*host_limits()])}


def over(tool, **more):
    """The hosts that a tool does not fit."""
    found = fit(ServerOffer([{**SMALL, **tool}], "", REVISION, {}) if not more else ServerOffer([SMALL], **more))
    return {host for host, one in found.items() if one.status is not CheckStatus.OK}


def test_the_three_tools_of_serve_fit_every_host():
    found = fit(ServerOffer(list(VIEW_TOOLS.values()), INSTRUCTIONS, REVISION, {}))
    assert {one.status for one in found.values()} == {CheckStatus.OK}
    assert "no result was read to measure" in found["Claude"].seen


def test_where_nobody_names_a_host_one_finding_is_about_all():
    (found,) = readiness(ServerOffer([SMALL] * 30, "", REVISION, {}))
    assert (found.status, found.seen) == (CheckStatus.UNKNOWN, TOO_MANY)
    assert found.next.endswith("promptkit doctor --for chatgpt")
    assert [one.check for one in readiness(ServerOffer([], "", REVISION, {}), named_hosts(["Claude-Code"]))] == [
        "fit for Claude Code"
    ]
    with pytest.raises(UsageError, match="write chatgpt"):
        named_hosts(["chatgtp"])


def test_the_rule_of_serve_stands_where_hosts_read_first():
    assert "only reads" in INSTRUCTIONS[:512]


@pytest.mark.parametrize(
    ("tool", "hosts"),
    [
        ({}, set()),
        ({"name": "n" * 65}, {"ChatGPT"}),
        ({"description": "d" * 2049}, {"Claude Code"}),
        ({"description": "d" * 15_001}, {"ChatGPT", "Claude Code"}),
        ({"inputSchema": {"type": "object", "title": "s" * 16_384}}, {"Claude", "ChatGPT"}),
        ({"inputSchema": {"properties": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}}, {"Copilot Studio"}),
        ({"outputSchema": {"items": [{"type": ["string", "null"]}]}}, {"Copilot Studio"}),
    ],
)
def test_a_tool_is_over_the_limit_of_exactly_the_hosts_that_have_it(tool, hosts):
    assert over(tool) == hosts


def test_an_older_revision_long_instructions_and_long_results_are_found():
    usual = {"instructions": "", "protocol": REVISION, "results": {"list_apps": 50_000}}
    assert over({}, **usual) == set()
    assert over({}, **{**usual, "protocol": "2025-06-18"}) == {"ChatGPT"}
    assert over({}, **{**usual, "instructions": "i" * 2049}) == {"Claude Code"}
    assert over({}, **{**usual, "results": {"list_apps": 150_001}}) == {"Claude", "Claude Code"}


def test_many_tools_are_one_line_for_each_host_however_many_they_are():
    offer = ServerOffer([{**SMALL, "name": f"{number}{'n' * 64}"} for number in range(130)], "", REVISION, {})
    found = fit(offer)
    assert list(found) == list(host_limits())
    assert {host for host, one in found.items() if "tools: 130" in one.seen} == set(found) - {"Claude", "Claude Code"}
    assert "and 127 more" in found["ChatGPT"].seen and len(found["ChatGPT"].seen) < 600


def test_doctor_ends_well_for_serve_and_says_what_it_cannot_see(library, capsys):
    server = ViewServer(library, DEFAULT_PROFILE, ViewService(library, "local", DEFAULT_PROFILE), "")
    with running(lambda _: server.build().streamable_http_app()) as url:
        code = run_doctor(library, server=f"{url}/mcp", profile=DEFAULT_PROFILE, as_json=True)
    found = {one["check"]: one for one in json.loads(capsys.readouterr().out)["findings"]}
    assert (code, found["tools"]["status"], found["tenant"]["status"]) == (0, "ok", "unknown")
    assert found["tools"]["seen"].startswith("the three of promptkit serve, as in this version")
    assert {one["status"] for check, one in found.items() if check.startswith("fit for")} == {"ok"}
