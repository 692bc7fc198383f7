"""`promptkit doctor` against a local Torii over HTTP and stdio, healthy and with its faults."""

import json
import subprocess
import sys
from contextlib import closing

import httpx2
import keyring
import pytest
from keyring.backends import fail

from promptkit.commands.connect import connect_server
from promptkit.commands.doctor import run_doctor
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from tests.servers import Challenging, Rewritten, answer_page, running, signed_torii

UNAGREED = Profile.model_validate({"thresholds": {"min_users": 7}})
CONTRACTS = "Show me contracts renewing in the next 60 days."


@pytest.fixture(scope="module")
def tenant():
    with closing(build_tenant(None)) as tenant:
        yield tenant


@pytest.fixture
def diagnosed(library, capsys):
    """What it says of a server: the exit code, and the findings by their check."""

    def diagnose(server, profile=DEFAULT_PROFILE):
        code = run_doctor(library, server=server, profile=profile, as_json=True)
        printed = capsys.readouterr().out
        told = json.loads(printed[printed.index("{") :])
        assert told["passed"] == (code == 0)
        return code, {one["check"]: one for one in told["findings"]}

    return diagnose


def faulty(tenant, *faults):
    return running(lambda _: build_server(tenant, faults=frozenset(faults)).streamable_http_app())


def test_the_checklist_is_walked_over_stdio_with_the_values_of_the_profile(diagnosed):
    code, found = diagnosed("local", UNAGREED)
    statuses = {check: one["status"] for check, one in found.items()}
    assert code == 1
    assert statuses == {
        "address": "ok",
        "profile": "ok",
        "read-only agreement": "fail",
        "server": "ok",
        "signed in as": "unknown",
        "tools": "ok",
        "action tools": "unknown",
        "Which apps in Torii have more than 7 users?": "ok",
        CONTRACTS: "ok",
        "List workflows that ran in the last 7 days.": "ok",
        "field user.department": "ok",
        "whole list_apps": "ok",
        "whole list_users": "ok",
        "whole list_contracts": "ok",
        "unit of amounts in list_contracts": "ok",
        "unit of amounts in list_transactions": "ok",
        "unit of prices of licences": "ok",
        "users counted twice": "ok",
        "example of a contract": "unknown",
        "example of an app": "unknown",
        "fit for assistants": "unknown",
        "tools afterwards": "ok",
    }
    assert "MCP 20" in found["server"]["seen"]
    assert "Read-only role" in found["action tools"]["next"]


def test_everything_that_is_not_in_order_says_what_to_do_next(diagnosed, tenant):
    with faulty(tenant, "forbidden", "added-tool") as url:
        _, found = diagnosed(f"{url}/mcp")
    assert [check for check, one in found.items() if (one["status"] != "ok") != bool(one["next"])] == []


def test_forbidden_is_told_apart_from_empty(diagnosed, tenant):
    with faulty(tenant, "forbidden") as url:
        code, found = diagnosed(f"{url}/mcp")
    assert (code, found[CONTRACTS]["status"]) == (1, "fail")
    assert found[CONTRACTS]["seen"].startswith("forbidden: this sign-in may not use list_contracts")
    with faulty(tenant, "empty-by-role") as url:
        code, found = diagnosed(f"{url}/mcp")
    assert (code, found[CONTRACTS]["status"]) == (0, "warn")
    assert found[CONTRACTS]["seen"] == "empty, not forbidden: list_contracts returns no rows"


def test_a_question_without_an_answer_is_no_hidden_data(diagnosed, tenant):
    nothing = Profile.model_validate({"thresholds": {"min_users": 100_000}})
    with faulty(tenant) as url:
        _, found = diagnosed(f"{url}/mcp", nothing)
    finding = found["Which apps in Torii have more than 100000 users?"]
    assert (finding["status"], finding["seen"]) == (
        "ok",
        "the answer is empty: list_apps has rows, but none that the question asks for",
    )


def test_a_tool_that_joins_during_the_check_fails_it(diagnosed, tenant):
    with faulty(tenant, "added-tool") as url:
        code, found = diagnosed(f"{url}/mcp")
    assert (code, found["tools"]["status"]) == (1, "ok")
    assert found["tools afterwards"]["seen"] == "changed while we looked: archive_app"


def test_a_server_that_is_not_there_is_told_without_a_traceback(diagnosed):
    code, found = diagnosed("http://127.0.0.1:9/mcp")
    assert (code, found["server"]["status"]) == (1, "fail")
    assert found["server"]["seen"].startswith("no MCP server answers at http://127.0.0.1:9/mcp")
    assert list(found)[-1] == "server"


@pytest.fixture
def person(tmp_path, monkeypatch):
    """Somebody with a home of their own, who allows what the browser shows."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    monkeypatch.delenv("PROMPTKIT_TOKEN", raising=False)
    monkeypatch.setattr("webbrowser.open", lambda address: _visit(answer_page(address)))


@pytest.mark.usefixtures("person")
def test_the_sign_in_is_named_as_far_as_it_is_known(diagnosed, tenant):
    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        _, found = diagnosed(url)
        assert (found["server"]["status"], "promptkit connect" in found["server"]["next"]) == ("fail", True)
        assert connect_server(url) == 0
        code, found = diagnosed(url)
    assert (code, found["signed in as"]["status"]) == (0, "unknown")
    assert f"the sign-in from promptkit connect, issued by {origin}" in found["signed in as"]["seen"]


@pytest.mark.usefixtures("person")
def test_a_sign_in_that_was_granted_more_than_it_asked_for_is_said_each_time(diagnosed, tenant):
    def wrap(app):
        return Rewritten(app, "/token", lambda body: body | {"scope": "torii torii.admin"})

    with signed_torii(tenant, wrap=wrap) as (origin, _):
        assert connect_server(f"{origin}/mcp") == 1
        for _ in range(2):
            told = diagnosed(f"{origin}/mcp")[1]["signed in as"]
            assert (told["status"], "more than was asked for: torii.admin" in told["seen"]) == ("warn", True)


@pytest.mark.usefixtures("person")
def test_a_read_that_needs_a_wider_sign_in_is_for_the_admin(diagnosed, tenant):
    with signed_torii(tenant, wrap=lambda app: Challenging(app, "torii.admin", b"list_contracts")) as (origin, _):
        connect_server(f"{origin}/mcp")
        code, found = diagnosed(f"{origin}/mcp")
    assert code == 1
    assert "wants the scope torii.admin" in found[CONTRACTS]["seen"]
    assert found[CONTRACTS]["next"] == "ask the server's admin to let a scope for reading be enough"


def _visit(location):
    return httpx2.get(location, trust_env=False).status_code == 200


def test_a_reader_that_stops_early_gets_no_traceback(tmp_path):
    command = [sys.executable, "-m", "promptkit", "doctor"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as doctor:
        doctor.stdout.readline()
        doctor.stdout.close()
        told = doctor.stderr.read()
    assert told.startswith(b"LOCAL STAND-IN") and told.count(b"\n") == 1
