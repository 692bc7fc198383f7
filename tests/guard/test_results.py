"""What a server answers with reaches the client as it came, whatever revisions the two speak; as raw JSON."""

import json

import pytest

from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.library.store import Library
from tests.guard.attempts import LEGACY, MODERN_META, message, opened, sent
from tests.guard.raw_torii import ODD, RawTorii
from tests.servers import running

TOOL = {
    "name": "list_apps",
    "title": "Apps",
    "inputSchema": {"type": "object", "x": None, "n": 1.0},
    "annotations": {"readOnlyHint": True, "priority": 1, "x": None},
    "execution": {"taskSupport": "optional"},
    "icons": [{"src": "https://torii.example/i.png", "theme": None}],
    "x-unknown": {"none": None, "large": 2**70},
}
ENTRY = {"class": "read", "capability": "x", "source": "x", "arguments": {"q": {"type": "string"}}}


@pytest.fixture(scope="module", params=["legacy", "2026-07-28"])
def guard(request, library, tmp_path_factory):
    """A guard before a server that speaks this revision."""
    folder = tmp_path_factory.mktemp("review")
    tools, lock = folder / "tools.yaml", folder / "lock.json"
    tools.write_text(json.dumps({TOOL["name"]: ENTRY}))
    lock.write_text(json.dumps({"tools": [TOOL]}))
    own = Library(library.root, tools, lock)
    with RawTorii([TOOL], request.param).serving() as behind:
        made = Guard(own, behind, AuditLog(folder / "log"), show_all=False, tell=lambda _: None)
        with running(lambda _: made.build().streamable_http_app()) as origin:
            yield f"{origin}/mcp"


def answer(url, version, method, **params):
    headers = {**LEGACY, "mcp-protocol-version": version, "mcp-method": method, "mcp-name": params.get("name", "")}
    if version < "2026":
        text = sent(url, message(method, **params), opened(url, version)).text
    else:
        text = sent(url, message(method, **params, _meta=MODERN_META), headers).text
    return json.loads(text.partition("data: ")[2] or text)


def result(*asked, **params):
    """The result as JSON, without the words of revision 2026-07-28 that one hop tells the next."""
    got = answer(*asked, **params)["result"]
    return {key: value for key, value in got.items() if key not in {"resultType", "ttlMs", "cacheScope"}}


def same(one, other):
    """Whether two values are the same JSON; to Python, 1 and 1.0 are equal, and so are 1 and true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", "2026-07-28"])
def test_a_result_and_a_definition_reach_the_client_as_they_came(guard, version):
    assert same(result(guard, version, "tools/list")["tools"], [TOOL])
    got = result(guard, version, "tools/call", name="list_apps", arguments={"q": "odd"})
    meta = {key: value for key, value in got["_meta"].items() if "/serverInfo" not in key}
    assert same({**got, "_meta": meta}, ODD)


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_what_is_no_result_of_a_tool_is_an_error_and_nothing_of_it_is_shown(guard, version, caplog):
    got = answer(guard, version, "tools/call", name="list_apps", arguments={"q": "no content"})
    assert "is not a tool's result" in got["result"]["content"][0]["text"]
    assert "S3CRET" not in json.dumps(got) + caplog.text
