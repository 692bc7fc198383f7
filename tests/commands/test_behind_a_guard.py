"""What commands say of a guard: what it leaves out is left out on purpose, and it says what is wrong behind it."""

import json
from contextlib import closing, contextmanager

import keyring
import pytest
from keyring.backends import fail

from promptkit.commands.doctor import run_doctor
from promptkit.commands.tools import OfferedList, diff_tools
from promptkit.connection.named_server import NamedServer
from promptkit.errors import PromptkitError
from promptkit.evaluation.live import preflight
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.model import DEFAULT_PROFILE
from promptkit.policy.review import is_read, load_tool_lock
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from tests.servers import running, signed_torii


@pytest.fixture(scope="module")
def tenant():
    with closing(build_tenant(None)) as tenant:
        yield tenant


@pytest.fixture
def guarded(library, tmp_path, monkeypatch):
    """The URL of a guard before a server, for somebody who is signed in nowhere."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    monkeypatch.delenv("PROMPTKIT_TOKEN", raising=False)

    @contextmanager
    def before(origin):
        log = AuditLog(tmp_path / "log.jsonl")
        guard = Guard(library, NamedServer(f"{origin}/mcp"), log, show_all=False, tell=lambda text: None)
        with running(lambda _: guard.build().streamable_http_app()) as url:
            yield f"{url}/mcp"

    return before


def reads(library):
    return [tool for name, tool in load_tool_lock(library).items() if is_read(library.reviewed_tools[name])]


def test_what_a_guard_leaves_out_is_no_difference(library, tenant, guarded, capsys):
    with running(lambda _: build_server(tenant).streamable_http_app()) as origin, guarded(origin) as url:
        assert diff_tools(library, OfferedList(url), as_json=True) == 0
    told = capsys.readouterr()
    assert told.out.endswith("[]\n")
    assert f"A guard's list: {len(reads(library))} reads, and " in told.err


def test_a_read_that_is_missing_behind_a_guard_is_one(library, tmp_path, capsys):
    saved = tmp_path / "list.json"
    saved.write_text(json.dumps({"tools": reads(library)[1:]}), "utf-8")
    assert diff_tools(library, OfferedList("local", saved), as_json=True) == 1
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)] == ["removed"]


def test_an_eval_needs_the_actions_that_a_guard_leaves_out(library):
    with pytest.raises(PromptkitError, match=r"\[guarded-list\] .* an eval must see a model try actions"):
        preflight(library, "http://127.0.0.1:9/mcp", reads(library))


def test_doctor_says_where_to_sign_in_when_the_server_behind_a_guard_asks_for_it(library, tenant, guarded, capsys):
    with signed_torii(tenant) as (origin, _), guarded(origin) as url:
        assert run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=True) == 1
    printed = capsys.readouterr().out
    last = json.loads(printed[printed.index("{") :])["findings"][-1]
    assert f"the guard at {url} does not reach the server behind it: {origin}/mcp asks for a sign-in" in last["seen"]
    assert last["next"].startswith("sign in to the server behind it, where the guard runs: promptkit connect")
