"""A person with a home of their own, a script for a browser, and reads as whoever is signed in."""

from pathlib import Path
from urllib.parse import urlencode

import anyio
import httpx2
import keyring
import pytest
from keyring.backends import fail

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.tokens import open_store
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.torii.tenant import build_tenant
from tests.servers import answer_page, query


@pytest.fixture(scope="package")
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
    # This process may have found the real one already.
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
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
