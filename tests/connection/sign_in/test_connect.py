"""Signing in with `connect` and out with `disconnect`: over HTTP, as processes, and in a real browser."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import anyio
import httpx2
import pytest

from promptkit.commands.connect import connect_server, disconnect_server
from promptkit.commands.init import run_init
from promptkit.connection.open_session import open_session
from promptkit.connection.stand_in import STAND_IN_NOTICE
from promptkit.errors import PromptkitError, UsageError
from promptkit.library.profile import load_profile
from promptkit.model import ToolCall
from promptkit.onboarding.given import Answers
from promptkit.torii.server import build_server
from promptkit.transcript import CallState
from tests.browsers import CHROMIUM
from tests.connection.sign_in.reads import kept, reads
from tests.servers import running, signed_torii
from tests.sources import ROOT


def test_whoever_connected_is_signed_in_from_then_on(tenant, library, capsys):
    with signed_torii(tenant) as (origin, _):
        assert connect_server(f"{origin}/mcp") == 0
        assert reads(library, f"{origin}/mcp") == [CallState.EXECUTED]
    shown = capsys.readouterr()
    assert f"Signed in to {origin}/mcp: it offers " in shown.out
    assert "Read-only role" in shown.err


def test_the_commands_sign_in_read_and_sign_out_as_processes(tenant, monkeypatch):
    script = "import sys, httpx2; from tests.servers import answer_page; httpx2.get(answer_page(sys.argv[1]))"
    monkeypatch.setenv("BROWSER", f'{sys.executable} -c "{script}" %s')
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(*words):
        command = [sys.executable, "-m", "promptkit", *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)

    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        signed_in = run("connect", url)
        assert (signed_in.returncode, signed_in.stdout[:12]) == (0, "Signed in to")
        assert run("tools", "--server", url).stderr == f"{STAND_IN_NOTICE}\nThe tools are as reviewed.\n"
        signed_out = run("disconnect", url)
        assert (signed_out.returncode, signed_out.stdout) == (0, "Signed out.\n")


def test_init_asks_for_a_sign_in_and_reads_as_whoever_made_it_over_many_tokens(tenant, library, tmp_path):
    path = tmp_path / "dashboard.yaml"
    with signed_torii(tenant, max_uses=5) as (origin, authorization):
        server = {"server": f"{origin}/mcp", "path": path, "as_json": False}
        given = Answers(fields=["user.country"], yes=True)
        with pytest.raises(PromptkitError, match=f"run promptkit connect {origin}/mcp"):
            run_init(library, given, **server)
        assert not path.exists()
        connect_server(server["server"])
        assert run_init(library, given, **server) == 0
        assert len(authorization.issued) > 4
    assert [view.field for view in load_profile(path, library).organizational_views] == ["country"]


def test_a_server_that_asks_for_no_sign_in_needs_none(tenant, home, capsys):
    with running(lambda _: build_server(tenant).streamable_http_app()) as origin:
        assert connect_server(f"{origin}/mcp") == 0
    assert "does not ask for a sign-in" in capsys.readouterr().err
    assert not home.exists()


def test_another_server_at_https_may_be_signed_in_to_and_a_person_reads_what_that_is_for(home, capsys):
    with pytest.raises(PromptkitError, match=r"no MCP server answers at https://127\.0\.0\.1:9/mcp"):
        connect_server("https://127.0.0.1:9/mcp")
    told = capsys.readouterr().err
    assert "127.0.0.1:9/mcp is not Torii's own address: guard and tools use this sign-in" in told


def test_a_person_who_refuses_is_not_signed_in(tenant, home, browser):
    browser(answer="deny")
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError, match="refused: access_denied"):
        connect_server(f"{origin}/mcp")
    assert not home.exists()


def bearer_status(url, token):
    return httpx2.post(url, json={}, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code


def test_connecting_again_ends_the_earlier_sign_in(tenant):
    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        earlier = kept(url).tokens.access_token
        connect_server(url)
        assert bearer_status(url, earlier) == 401
        assert bearer_status(url, kept(url).tokens.access_token) != 401


def test_disconnecting_revokes_and_forgets(tenant, home, capsys):
    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        token = kept(url).tokens.access_token
        assert disconnect_server(url) == 0
        assert bearer_status(url, token) == 401
    assert list(home.iterdir()) == []
    with pytest.raises(UsageError, match="no sign-in for"):
        disconnect_server(url)


def test_disconnecting_deletes_what_was_read_there(tenant, home, library):
    async def read(url):
        async with open_session(library, url) as opened:
            return (await opened.session.call(ToolCall(name="list_apps", arguments={"size": 1}))).age_seconds > 0

    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        assert [anyio.run(read, url) for _ in range(2)] == [False, True]
        disconnect_server(url)
    with closing(sqlite3.connect(home.parent / "cache" / "reads.db")) as database:
        assert database.execute("SELECT count(*) FROM reads").fetchone() == (0,)


def test_a_server_that_is_gone_is_forgotten_all_the_same(tenant, home, capsys):
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
    assert disconnect_server(f"{origin}/mcp") == 1
    assert "The issuer did not confirm" in capsys.readouterr().err
    assert list(home.iterdir()) == []


@pytest.fixture
def chromium(monkeypatch):
    """Sets which button the person clicks in a real browser, and what they are told then; nothing may go wrong."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the test dependency playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    seen, wrong, expected, closed = [], [], ["Sign in to the local Torii"], threading.Event()

    def click(button, told):
        expected.append(told)

        def open_(address):
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            with playwright.sync_playwright() as started:
                browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
                page = browser.new_page()
                page.on("console", lambda message: wrong.append(message.text))
                page.on("pageerror", lambda error: wrong.append(str(error)))
                page.goto(address)
                seen.append(page.get_by_role("heading").inner_text())
                page.get_by_label("Pavel Novák, Procurement").check()
                page.get_by_role("button", name=button).click()
                page.wait_for_url("http://127.0.0.1:*/callback*")
                seen.append(page.get_by_role("heading").inner_text())
                browser.close()
            closed.set()

        monkeypatch.setattr("webbrowser.open", open_)

    yield click
    assert closed.wait(30)
    assert (seen, wrong) == (expected, [])


def test_a_person_allows_in_a_real_browser(tenant, chromium):
    chromium("Allow", "promptkit has the answer")
    with signed_torii(tenant) as (origin, authorization):
        assert connect_server(f"{origin}/mcp") == 0
        assert {issued.token.subject for issued in authorization.issued.values()} == {"procurement"}


def test_a_person_denies_in_a_real_browser(tenant, chromium, home):
    chromium("Deny", "No sign-in: access_denied")
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError, match="access_denied"):
        connect_server(f"{origin}/mcp")
    assert not home.exists()
