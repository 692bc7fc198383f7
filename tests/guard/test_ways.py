"""Every attempt, whatever way the guard reaches its server: no call but the read comes in there, counted raw.

The ways are a server behind a command, one with a review of its own, one that forgets its sessions, and one that wants
a wider sign-in for each call.
"""

import json
import sys
from collections import Counter

import pytest

from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.library.store import Library
from promptkit.policy.review import load_tool_lock
from tests.guard import raw_torii
from tests.guard.attempts import ATTEMPTS, message, opened, sent
from tests.guard.fake_torii import READ
from tests.guard.raw_torii import RawTorii
from tests.servers import running

CHALLENGE = {"www-authenticate": 'Bearer error="insufficient_scope", scope="torii.admin"'}


def tried(library, server, log, **options):
    """What a read comes to after all attempts, through a guard before the server."""
    guard = Guard(library, server, AuditLog(log), show_all=False, tell=lambda _: None, **options)
    with running(lambda _: guard.build().streamable_http_app()) as origin:
        url = f"{origin}/mcp"
        headers = opened(url)
        for name, attempt in ATTEMPTS.items():
            assert '"isError":false' not in sent(url, attempt, headers).text.replace(" ", ""), name
        return sent(url, message(name=READ), headers).text


@pytest.fixture
def log(tmp_path):
    return tmp_path / "guard.jsonl"


@pytest.fixture
def torii(library):
    made = RawTorii(list(load_tool_lock(library).values()))
    yield made
    assert [call["params"]["name"] for call in made.calls] == [READ]


def test_behind_a_command(library, log, tmp_path):
    file = tmp_path / "messages.jsonl"
    command = [sys.executable, raw_torii.__file__, str(file), str(library.lock_file)]
    assert '"rows"' in tried(library, command, log)
    calls = [one for one in map(json.loads, file.read_text("utf-8").splitlines()) if one.get("method") == "tools/call"]
    assert [call["params"]["name"] for call in calls] == [READ]


def test_with_a_review_of_its_own(library, torii, log, tmp_path):
    tools, lock = tmp_path / "tools.yaml", tmp_path / "lock.json"
    entry = {"capability": "x", "source": "x", "arguments": {}}
    kinds = {tool["name"]: "read" if tool["name"] == READ else "action" for tool in torii.tools}
    tools.write_text(json.dumps({name: {**entry, "class": kind} for name, kind in kinds.items()}), "utf-8")
    lock.write_text(json.dumps({"tools": torii.tools}), "utf-8")
    with torii.serving() as server:
        assert '"rows"' in tried(Library(library.root, tools, lock), server, log)


def test_with_sessions_that_are_forgotten(library, torii, log):
    listed = Counter()

    def lost(asked, session):
        listed[session] += asked.get("method") == "tools/list"
        return (404, b"") if listed[session] > 8 else None

    torii.lost = lost
    with torii.serving() as server:
        assert '"rows"' in tried(library, server, log, max_list_age_seconds=0)
    assert torii.sessions > 1


def test_with_calls_that_want_a_wider_sign_in(library, torii, log):
    torii.lost = lambda asked, _: (403, b"", CHALLENGE) if asked.get("method") == "tools/call" else None
    with torii.serving() as server:
        assert "the server wants the scope torii.admin" in tried(library, server, log)
