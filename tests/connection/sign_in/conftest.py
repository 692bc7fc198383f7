"""A person with a home of their own, a script for a browser, and reads as whoever is signed in."""

from pathlib import Path
from urllib.parse import urlencode

import httpx2
import keyring
import pytest
from keyring.backends import fail

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
