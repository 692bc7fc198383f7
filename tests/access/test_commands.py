"""`guard` and `serve` at a public address: they ask everybody to sign in, and refuse to do without."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import anyio
import pytest

from promptkit.commands.guard import run_guard
from promptkit.commands.public import PublicAddress, public_address
from promptkit.commands.serve import serve
from promptkit.errors import UsageError
from promptkit.hosts.serving import listen
from promptkit.model import DEFAULT_PROFILE
from promptkit.torii.tenant import build_tenant
from tests.access.doors import Browser, Program, asked, calling
from tests.servers import signed_torii

URL = "http://127.0.0.1:9/mcp"


def address(url):
    return PublicAddress(url, None, (), (), None)


@pytest.mark.parametrize(
    ("url", "http", "upstream", "words"),
    [
        ("http://mcp.example.com", "127.0.0.1:0", URL, "not the public address"),
        ("https://mcp.example.com/mcp", "127.0.0.1:0", URL, "not the public address"),
        ("https://user@mcp.example.com", "127.0.0.1:0", URL, "not the public address"),
        ("mcp.example.com", "127.0.0.1:0", URL, "not the public address"),
        ("http://127.0.0.1:8000", "0.0.0.0:0", URL, "open to other machines"),
        ("https://mcp.example.com", None, URL, "needs one to listen at"),
        ("https://mcp.example.com", "127.0.0.1:0", "some-server --stdio", "cannot tell people apart"),
    ],
)
def test_a_public_address_that_would_not_do_is_a_usage_error(library, tmp_path, url, http, upstream, words):
    with pytest.raises(UsageError, match=words):
        run_guard(library, upstream, http=http, log=tmp_path / "log", show_all=False, public=address(url))


@pytest.mark.parametrize("server", [None, "local"])
def test_a_public_server_of_views_needs_a_torii_at_which_people_sign_in(library, server):
    with pytest.raises(UsageError, match="read as the person who asks"):
        serve(
            library,
            server=server,
            http="127.0.0.1:0",
            profile=DEFAULT_PROFILE,
            cache=True,
            public=address("https://mcp.example.com"),
        )


def test_what_belongs_to_a_public_address_is_nothing_without_one():
    assert public_address(None, None, (), (), None) is None
    with pytest.raises(UsageError, match="belong to a public address"):
        public_address(None, None, ["mcp.example.com"], (), None)


@contextmanager
def command(folder, origin, *arguments):
    """A process of ours at that origin."""
    listening = origin.removeprefix("http://")
    options = ["--http", listening, "--public-url", origin]
    command = [sys.executable, "-m", "promptkit", *arguments, *options]
    # The token of whoever starts it is nobody's who signs in.
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder), "PROMPTKIT_TOKEN": "of-whoever-starts-it"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    try:
        assert process.stdout.readline().decode().strip() == f"{origin}/mcp"
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said.decode()


async def listed(client):
    return [tool.name for tool in (await client.list_tools()).tools]


def test_both_commands_share_sign_ins_that_outlast_them(tmp_path):
    free = listen("127.0.0.1:0")
    origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()
    tenant, log = build_tenant(None), tmp_path / "guard.jsonl"
    with signed_torii(tenant) as (torii, _):
        with command(tmp_path, origin, "guard", "--upstream", f"{torii}/mcp", "--log", str(log)):
            assert asked(origin).status_code == 401
            token = Program(origin).sign_in(Browser())["access_token"]
            assert "list_apps" in anyio.run(calling, origin, token, listed)
        with command(tmp_path, origin, "serve", "--server", f"{torii}/mcp"):
            assert "answer_view" in anyio.run(calling, origin, token, listed)
    tenant.close()
    assert '"person": "' in log.read_text()
    assert {path.name for path in (tmp_path / "promptkit").iterdir()} >= {"access.db", "access.key"}
