"""Where tokens are kept, the token of CI, and that no token ever shows."""

import json
import logging
import stat
import subprocess
import sys
import traceback
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend

from promptkit.commands.connect import connect_server, disconnect_server
from promptkit.errors import PromptkitError, UsageError
from promptkit.transcript import CallState
from tests.connection.sign_in.reads import kept, reads
from tests.evals import evaluate
from tests.servers import Rewritten, signed_torii


def test_a_sign_in_is_kept_with_its_issuer_in_a_file_of_its_owner(tenant, home):
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
    mine = kept(f"{origin}/mcp")
    assert (mine.server, mine.issuer, mine.resource) == (f"{origin}/mcp", origin, f"{origin}/mcp")
    (file,) = home.iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(home.stat().st_mode)) == (0o600, 0o700)


def test_a_sign_in_is_not_written_through_a_link(tenant, home, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
        (file,) = home.iterdir()
        file.unlink()
        file.symlink_to(victim)
        with pytest.raises(PromptkitError, match="it is a link"):
            connect_server(f"{origin}/mcp")
    assert victim.read_text() == "precious"


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


def test_a_sign_in_is_kept_in_a_file_where_the_library_of_keyrings_is_not_installed(tenant, home, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
    assert len(list(home.iterdir())) == 1
    assert kept(f"{origin}/mcp").server == f"{origin}/mcp"


def test_a_sign_in_is_good_for_its_server_only(tenant, library, home):
    with signed_torii(tenant) as (origin, _), signed_torii(tenant) as (second, _):
        connect_server(f"{origin}/mcp")
        (file,) = home.iterdir()
        connect_server(f"{second}/mcp")
        (other,) = {*home.iterdir()} - {file}
        file.replace(other)
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
        assert len(authorization.issued) == 2


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
        evaluate(library, "connection_apps", server=url, out=tmp_path / "run", as_json=True)
        seen.append(repr(kept(url)))
        tokens = list(authorization.issued)
        disconnect_server(url)
    assert len(tokens) >= 4
    shown = capfd.readouterr()
    seen += [shown.out, shown.err, caplog.text, (tmp_path / "run" / "run.jsonl").read_text()]
    assert json.loads(shown.out[shown.out.index("{") : shown.out.rindex("}") + 1])["summary"]
    assert [token for token in tokens for text in seen if token in text] == []
