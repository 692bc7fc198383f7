"""Signing in to a Torii server, and out again: the whole way over HTTP, with a script for a browser."""

import json
import logging
import stat
import subprocess
import sys
import threading
import traceback
from functools import partial
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

import anyio
import httpx2
import keyring
import pytest
from keyring.backend import KeyringBackend
from pydantic import AnyHttpUrl

from promptkit.catalog import tool_policy
from promptkit.client import connect
from promptkit.commands.connect import connect_server, disconnect_server
from promptkit.commands.evaluate import run_eval
from promptkit.errors import PromptkitError, UsageError
from promptkit.gate import Gate
from promptkit.model import ToolCall
from promptkit.tokens import open_store
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from promptkit.transcript import CallState
from tests.conftest import ROOT
from tests.page.conftest import CHROMIUM
from tests.torii.signing_in import Rewritten, answer_page, query, running, signed_torii

RESOURCE = "/.well-known/oauth-protected-resource/mcp"
ISSUER = "/.well-known/oauth-authorization-server"


@pytest.fixture(scope="module")
def tenant():
    made = build_tenant(None)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """The folder of the files, in a home of the test's own, without a keyring or a token."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("PROMPTKIT_TOKEN", raising=False)
    return tmp_path / "promptkit" / "tokens"


@pytest.fixture(autouse=True)
def browser(monkeypatch):
    """Sets what the person does: by default they allow, as the read-only member; `change` forges what comes back."""

    def set_(change=None, **answer):
        def open_(address):
            location = answer_page(address, **answer)
            if change:
                location = f"{location.partition('?')[0]}?{urlencode(change(query(location)))}"
            assert httpx2.get(location, trust_env=False).status_code == 200
            return True

        monkeypatch.setattr("webbrowser.open", open_)

    set_()
    return set_


async def read_often(library, url, times):
    gate = Gate()
    async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:
        call = ToolCall(name="list_apps", arguments={"size": 1})
        return [(await session.call(call)).state for _ in range(times)]


def reads(library, url, times=1):
    """What becomes of some reads in one session."""
    return anyio.run(read_often, library, url, times)


def kept(url):
    return open_store().load(url)


def bearer_status(url, token):
    return httpx2.post(url, json={}, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code


def test_whoever_connected_is_signed_in_from_then_on(tenant, library, capsys):
    with signed_torii(tenant) as (origin, _):
        assert connect_server(f"{origin}/mcp") == 0
        assert reads(library, f"{origin}/mcp") == [CallState.EXECUTED]
    shown = capsys.readouterr()
    assert f"Signed in to {origin}/mcp: it offers " in shown.out
    assert "Read-only role" in shown.err


def test_the_commands_sign_in_read_and_sign_out_as_processes(tenant, monkeypatch):
    script = "import sys, httpx2; from tests.torii.signing_in import answer_page; httpx2.get(answer_page(sys.argv[1]))"
    monkeypatch.setenv("BROWSER", f'{sys.executable} -c "{script}" %s')
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(*words):
        command = [sys.executable, "-m", "promptkit", *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)

    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        signed_in = run("connect", url)
        assert (signed_in.returncode, signed_in.stdout[:12]) == (0, "Signed in to")
        assert run("tools", "--server", url).stderr == "The tools are as reviewed.\n"
        signed_out = run("disconnect", url)
        assert (signed_out.returncode, signed_out.stdout) == (0, "Signed out.\n")


def test_the_local_torii_as_a_process_takes_sign_ins_that_expire_and_the_token_of_ci(library, monkeypatch):
    command = [sys.executable, "-m", "promptkit", "torii", "--http", "127.0.0.1:0", "--sign-in"]
    command += ["--fault", "token-expired"]
    monkeypatch.setenv("PROMPTKIT_TOKEN", "token-of-ci")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as torii:
        url = torii.stdout.readline().strip()
        assert reads(library, url) == [CallState.EXECUTED]
        monkeypatch.delenv("PROMPTKIT_TOKEN")
        connect_server(url)
        assert reads(library, url, 20) == [CallState.EXECUTED] * 20
        torii.terminate()


def test_a_sign_in_is_kept_in_a_file_of_its_owner(tenant, home):
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
    (file,) = home.iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(home.stat().st_mode)) == (0o600, 0o700)


def test_a_sign_in_is_kept_in_the_keyring_where_there_is_one(tenant, home, library, monkeypatch):
    class Dictionary(KeyringBackend):
        priority = 5
        held: ClassVar[dict] = {}

        def set_password(self, service, username, password):
            self.held[service, username] = password

        def get_password(self, service, username):
            return self.held.get((service, username))

        def delete_password(self, service, username):
            del self.held[service, username]

    monkeypatch.setattr(keyring, "get_keyring", Dictionary)
    monkeypatch.setattr("keyring.core.get_keyring", Dictionary)
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
        assert list(Dictionary.held) == [("promptkit", f"{origin}/mcp")]
        assert not home.exists()
        assert reads(library, f"{origin}/mcp") == [CallState.EXECUTED]
        assert disconnect_server(f"{origin}/mcp") == 0
    assert Dictionary.held == {}


def test_a_server_that_asks_for_no_sign_in_needs_none(tenant, home, capsys):
    with running(lambda _: build_server(tenant).streamable_http_app()) as origin:
        assert connect_server(f"{origin}/mcp") == 0
    assert "asks for no sign-in" in capsys.readouterr().err
    assert not home.exists()


def other(values, **changed):
    return values | changed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (partial(other, state="another"), "[sign-in-failed] signing in failed: State parameter mismatch"),
        (lambda values: {"code": values["code"], "iss": values["iss"]}, "State parameter mismatch"),
        (partial(other, iss="http://127.0.0.1:1"), "Authorization response iss mismatch"),
        (lambda values: {"code": values["code"], "state": values["state"]}, "Authorization response missing iss"),
        (partial(other, code="another"), "[sign-in-failed] signing in failed: Token exchange failed (400)"),
        (lambda values: {"state": values["state"], "iss": values["iss"]}, "No authorization code received"),
        (partial(other, error="<b>\x1b[31mno"), "[sign-in-refused] the sign-in was refused: <b>\\x1b[31mno"),
    ],
)
def test_a_forged_answer_signs_nobody_in(tenant, home, browser, change, told):
    browser(change)
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError) as error:
        connect_server(f"{origin}/mcp")
    assert told in str(error.value)
    assert not home.exists()


def test_a_person_who_refuses_is_not_signed_in(tenant, home, browser):
    browser(answer="deny")
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError, match="refused: access_denied"):
        connect_server(f"{origin}/mcp")
    assert not home.exists()


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        (RESOURCE, {"authorization_servers": ["https://10.0.0.1"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://169.254.169.254/latest"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://[fd00::1]"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://localhost:1"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["http://169.254.169.254"]}, "neither https nor on this machine"),
        (RESOURCE, {"authorization_servers": ["https://user:secret@10.0.0.1"]}, "neither https nor on this machine"),
        (RESOURCE, {"resource": "https://api.toriihq.com/mcp"}, "[sign-in-failed]"),
        (ISSUER, {"issuer": "https://example.com"}, "Authorization server metadata issuer mismatch"),
        (ISSUER, {"token_endpoint": "https://example.com/token"}, "neither the server's own address nor its issuer's"),
        (ISSUER, {"registration_endpoint": "http://127.0.0.1:1/register"}, "neither the server's own"),
        (ISSUER, {"authorization_endpoint": "https://10.0.0.1/authorize"}, "at a private address"),
        (ISSUER, {"authorization_endpoint": "http://example.com/authorize"}, "neither https nor on this machine"),
        (ISSUER, {"authorization_endpoint": f"https://example.com/{'x' * 70_000}"}, "which is no address"),
        (ISSUER, {"token_endpoint": f"https://example.com/{'x' * 70_000}"}, "URL too long"),
        (ISSUER, {"client_name": "x" * 300_000}, "[sign-in-size]"),
    ],
)
def test_metadata_that_lead_elsewhere_are_not_followed(tenant, home, path, change, told):
    def wrap(app):
        return Rewritten(app, path, lambda body: body | change)

    with signed_torii(tenant, wrap=wrap) as (origin, _), pytest.raises(PromptkitError) as error:
        connect_server(f"{origin}/mcp")
    assert told in str(error.value)
    assert "secret" not in str(error.value)
    assert not home.exists()


@pytest.mark.parametrize("path", [RESOURCE, ISSUER, "/register", "/token"])
@pytest.mark.parametrize("to", ["http://169.254.169.254/", "/elsewhere"])
def test_no_redirect_is_followed(tenant, home, path, to):
    def wrap(app):
        return Rewritten(app, path, to=to)

    with signed_torii(tenant, wrap=wrap) as (origin, _), pytest.raises(PromptkitError, match="a redirect, and none"):
        connect_server(f"{origin}/mcp")
    assert not home.exists()


def test_a_token_that_ran_out_is_renewed_and_the_new_one_kept(tenant, library):
    with signed_torii(tenant, max_uses=10) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        first = kept(url)
        assert reads(library, url, 30) == [CallState.EXECUTED] * 30
        assert {kept(url).tokens.access_token, kept(url).tokens.refresh_token}.isdisjoint(first.tokens.model_dump())
        assert kept(url).tokens != first.tokens


def test_a_token_known_to_have_run_out_is_renewed_before_it_is_sent(tenant, library):
    with signed_torii(tenant, max_uses=100) as (origin, authorization):
        url = f"{origin}/mcp"
        connect_server(url)
        first = kept(url)
        used = authorization._issued[first.tokens.access_token].uses
        open_store().save(first.model_copy(update={"expires_at": 1.0}))
        assert reads(library, url) == [CallState.EXECUTED]
        assert kept(url).tokens.access_token != first.tokens.access_token
        assert authorization._issued[first.tokens.access_token].uses == used


def test_two_programs_at_once_share_one_sign_in(tenant, library):
    async def both(url):
        states = []

        async def one():
            states.extend(await read_often(library, url, 25))

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)
        return states

    with signed_torii(tenant, max_uses=10) as (origin, _):
        connect_server(f"{origin}/mcp")
        assert anyio.run(both, f"{origin}/mcp") == [CallState.EXECUTED] * 50


def test_a_sign_in_that_was_revoked_has_to_be_made_again(tenant, library):
    with signed_torii(tenant) as (origin, authorization):
        url = f"{origin}/mcp"
        connect_server(url)
        token = kept(url).tokens.access_token
        anyio.run(lambda: revoke_by(authorization, token))
        with pytest.raises(
            PromptkitError, match=r"\[not-signed-in\] .* asks for a sign-in\n.*fix: run promptkit connect"
        ):
            reads(library, url)
        assert connect_server(url) == 0
        assert reads(library, url) == [CallState.EXECUTED]


async def revoke_by(authorization, token):
    await authorization.revoke_token(await authorization.load_access_token(token))


def test_an_issuer_that_is_down_ends_no_sign_in(tenant, library):
    def wrap(app):
        return Rewritten(app, "/token", status=503)

    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
        mine = kept(f"{origin}/mcp")
    with signed_torii(tenant, wrap=wrap) as (origin, _):
        url = f"{origin}/mcp"
        metadata = mine.metadata.model_copy(update={"token_endpoint": AnyHttpUrl(f"{origin}/token")})
        moved = {"server": url, "issuer": origin, "resource": url, "metadata": metadata}
        open_store().save(mine.model_copy(update=moved))
        with pytest.raises(PromptkitError, match=r"\[sign-in-later\]"):
            reads(library, url)
        assert kept(url).tokens == mine.tokens


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
    with pytest.raises(UsageError, match="no sign-in at"):
        disconnect_server(url)


def test_a_server_that_is_gone_is_forgotten_all_the_same(tenant, home, capsys):
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
    assert disconnect_server(f"{origin}/mcp") == 1
    assert "The issuer did not confirm" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_a_sign_in_is_good_for_its_server_only(tenant, library, home):
    with signed_torii(tenant) as (origin, _), signed_torii(tenant) as (second, _):
        connect_server(f"{origin}/mcp")
        (file,) = home.iterdir()
        file.rename(home / open_store()._path(f"{second}/mcp").name)
        with pytest.raises(PromptkitError, match="not-signed-in"):
            reads(library, f"{second}/mcp")


@pytest.mark.parametrize(
    "text", ["", "{", '{"server": "x"}', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_a_damaged_file_is_no_sign_in(tenant, library, home, text):
    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        next(home.iterdir()).write_text(text)
        with pytest.raises(PromptkitError, match="not-signed-in"):
            reads(library, url)


def test_the_token_of_ci_needs_no_browser(tenant, library, home, monkeypatch):
    monkeypatch.setenv("PROMPTKIT_TOKEN", "token-of-ci")
    with signed_torii(tenant, fixed_token="token-of-ci", fixed_role="readOnly") as (origin, _):
        assert reads(library, f"{origin}/mcp") == [CallState.EXECUTED]
    assert not home.exists()


def test_a_token_of_ci_that_is_not_taken_is_a_clear_error(tenant, library, monkeypatch):
    monkeypatch.setenv("PROMPTKIT_TOKEN", "an-old-token")
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError, match=r"\[token-refused\]") as error:
        reads(library, f"{origin}/mcp")
    assert "an-old-token" not in str(error.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tökén"])
def test_a_token_of_ci_that_is_none_is_wrong_usage(library, monkeypatch, token):
    monkeypatch.setenv("PROMPTKIT_TOKEN", token)
    with pytest.raises(UsageError, match="PROMPTKIT_TOKEN is not a token"):
        reads(library, "http://127.0.0.1:9/mcp")


def test_the_token_of_ci_comes_before_a_sign_in_and_connect_says_so(tenant, library, monkeypatch, capsys):
    with signed_torii(tenant, fixed_token="token-of-ci", max_uses=10) as (origin, authorization):
        monkeypatch.setenv("PROMPTKIT_TOKEN", "token-of-ci")
        connect_server(f"{origin}/mcp")
        reads(library, f"{origin}/mcp", 20)
        assert "PROMPTKIT_TOKEN is set" in capsys.readouterr().err
        assert len(authorization._issued) == 2


@pytest.mark.parametrize("answer", [{"access_token": ["canary"]}, {"access_token": "canary", "token_type": "canary"}])
def test_an_answer_that_is_no_token_is_not_shown(tenant, library, capfd, caplog, answer):
    failing = []

    def wrap(app):
        return Rewritten(app, "/token", lambda body: answer if failing else body)

    with signed_torii(tenant, wrap=wrap, max_uses=5) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        failing.append(True)
        with pytest.raises(PromptkitError, match="not-signed-in") as renewal:
            reads(library, url, 10)
        with pytest.raises(PromptkitError, match="signing in failed: Invalid token response") as sign_in:
            connect_server(url)
    shown = capfd.readouterr()
    told = "".join(map(str, traceback.format_exception(renewal.value) + traceback.format_exception(sign_in.value)))
    assert "canary" not in shown.out + shown.err + caplog.text + told


def test_no_token_shows_in_output_logs_records_or_a_repr(tenant, library, tmp_path, capfd, caplog):
    caplog.set_level(logging.INFO)
    seen = []
    with signed_torii(tenant, max_uses=5) as (origin, authorization):
        url = f"{origin}/mcp"
        connect_server(url)
        run_eval(library, ["connection_apps"], server=url, out=tmp_path / "run", as_json=True)
        seen.append(repr(kept(url)))
        tokens = list(authorization._issued)
        disconnect_server(url)
    assert len(tokens) >= 4
    shown = capfd.readouterr()
    seen += [shown.out, shown.err, caplog.text, (tmp_path / "run" / "run.jsonl").read_text()]
    assert json.loads(shown.out[shown.out.index("{") : shown.out.rindex("}") + 1])["summary"]
    assert [token for token in tokens for text in seen if token in text] == []


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
        assert {issued.token.subject for issued in authorization._issued.values()} == {"procurement"}


def test_a_person_denies_in_a_real_browser(tenant, chromium, home):
    chromium("Deny", "No sign-in: access_denied")
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError, match="access_denied"):
        connect_server(f"{origin}/mcp")
    assert not home.exists()
