"""A server that sends the token back, in every answer and in every form: none of it is in anything that we write."""

import base64
import json
import logging
import subprocess
import sys
from urllib.parse import quote

import anyio
import pytest
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.types import CallToolRequestParams, PaginatedRequestParams
from starlette.requests import Request
from starlette.responses import Response

from promptkit.agents.eval_spec import EvalSpec
from promptkit.commands.answer import print_answer
from promptkit.commands.doctor import run_doctor
from promptkit.commands.evaluate import Folders, run_eval
from promptkit.commands.init import run_init
from promptkit.commands.report import Outputs
from promptkit.commands.tools import OfferedList, diff_tools, lock_tools
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.errors import PromptkitError
from promptkit.evaluation.runner import Limits
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.model import DEFAULT_PROFILE
from promptkit.onboarding.given import Answers
from promptkit.policy.review import load_tool_lock
from promptkit.reports.files import ReportFiles
from promptkit.torii.faults import replayed_body
from tests.guard.fake_torii import asked, called, leaf
from tests.servers import running

TOKEN = "tok-CANARY-0123456789abcdef"
IN_BASE64 = base64.b64encode(f"Authorization: Bearer {TOKEN}".encode()).decode()
ECHO = f"denied for Bearer {TOKEN}, {quote(json.dumps([TOKEN]))}, {TOKEN.upper()}, {IN_BASE64}"
READ = "list_apps"


class Echo:
    """Answers with `result`, or fails with the token in the error, and says it in its own name and list as well."""

    def __init__(self, library):
        self.tools, self.result, self.fails = list(load_tool_lock(library).values()), {}, ""

    def app(self, _):
        server = Server(f"echo {TOKEN}", version=TOKEN, instructions=ECHO, get_tool_input_schema=lambda name: None)
        server.add_request_handler("tools/list", PaginatedRequestParams, self._list)
        server.add_request_handler("tools/call", CallToolRequestParams, self._call)
        return self._unreadable(server.streamable_http_app())

    def _unreadable(self, app):
        async def answering(scope, receive, send):
            body = await Request(scope, receive).body() if scope["type"] == "http" else b""
            if self.fails == "unreadable" and b'"tools/call"' in body:
                await Response(ECHO[:60] + "\xff" + ECHO, media_type="application/json")(scope, receive, send)
            else:
                await app(scope, replayed_body(body, receive) if body else receive, send)

        return answering

    async def _list(self, context, params):
        if self.fails == "list":
            raise MCPError(-32000, ECHO, {"why": ECHO})
        return {"tools": self.tools, "resultType": "complete", "ttlMs": 0, "cacheScope": "private"}

    async def _call(self, context, params):
        await context.session.report_progress(1, 2, ECHO)
        if self.fails == "call":
            raise MCPError(-32000, ECHO, {"why": [ECHO, {ECHO: 1}]})
        return {"content": [{"type": "text", "text": ECHO}], "resultType": "complete", **self.result}


@pytest.fixture
def echo(library, no_secrets, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTKIT_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return Echo(library)


@pytest.fixture
def url(echo):
    with running(echo.app) as origin:
        yield f"{origin}/mcp"


@pytest.fixture
def seen(tmp_path, capfd, caplog):
    """Everything that was written to a file or a terminal, or logged."""
    caplog.set_level(logging.INFO)

    def read():
        shown = capfd.readouterr()
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return shown.out + shown.err + caplog.text + "".join(path.read_text("utf-8", "replace") for path in files)

    return read


def is_clean(text):
    """Whether something was redacted and nothing of the token is left."""
    small = text.lower()
    return "[redacted]" in small and "canary" not in small and IN_BASE64[40:52].lower() not in small


RESULTS = [{"isError": True}, {}, {"structuredContent": {"apps": [{"name": ECHO, ECHO: [ECHO]}], "total": 1}}]


@pytest.mark.parametrize("result", RESULTS, ids=["error", "text", "structured"])
@pytest.mark.parametrize("as_json", [True, False])
def test_no_record_and_no_report_holds_the_token(library, echo, url, seen, tmp_path, result, as_json):
    echo.result = result
    files = ReportFiles(*(tmp_path / name for name in ("junit", "sarif", "markdown", "html")))
    setup = EvalSpec(("connection_apps",), server=url)
    run_eval(library, setup, Limits(), Folders(out=tmp_path / "run"), Outputs(as_json, files))
    assert is_clean((tmp_path / "run" / "run.jsonl").read_text())
    assert is_clean(seen())


@pytest.mark.parametrize("fails", ["", "call", "list"])
def test_no_command_that_reads_shows_the_token(library, echo, url, seen, tmp_path, fails):
    echo.fails, echo.result = fails, {"isError": True}
    told = []

    def tell(command):
        try:
            command()
        except PromptkitError as error:
            told.append(str(error))

    tell(lambda: run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=True))
    tell(lambda: run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=False))
    tell(lambda: print_answer(library, "connection_apps", [], server=url, profile=DEFAULT_PROFILE))
    tell(
        lambda: run_init(
            library,
            Answers(yes=True),
            server=url,
            path=tmp_path / "dashboard.yaml",
            as_json=False,
        )
    )
    assert is_clean(seen() + "".join(told))


def test_a_list_with_the_token_in_it_is_compared_and_locked_without(copy, echo, url, seen):
    echo.tools = [*echo.tools[1:], echo.tools[0] | {"description": ECHO}]
    assert diff_tools(copy, OfferedList(url), as_json=False) == 1
    with pytest.raises(PromptkitError) as refused:
        lock_tools(copy, OfferedList(url))
    assert is_clean(seen() + str(refused.value))


@pytest.mark.parametrize("fails", ["", "call", "list", "unreadable"])
@pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
def test_no_client_of_the_guard_and_no_log_gets_the_token(library, echo, url, seen, tmp_path, fails, era):
    echo.fails, told = fails, []
    call = {"size": 1, "q": TOKEN}
    guard = Guard(library, url, AuditLog(tmp_path / "guard.jsonl"), show_all=True, tell=told.append, max_wait_seconds=1)

    async def progress(*given):
        told.append(str(given))

    async def ask(connected):
        return str(await connected.call_tool(READ, call, progress_callback=progress))

    with running(lambda _: guard.build().streamable_http_app()) as own:
        for try_ in (lambda: asked(f"{own}/mcp", ask, era), lambda: str(called(f"{own}/mcp", READ, {"q": TOKEN}, era))):
            try:
                told.append(try_())
            except ExceptionGroup as group:
                told.append(f"{leaf(group)} {getattr(leaf(group), 'error', '')}")
    assert is_clean(seen() + "".join(told))


@pytest.mark.parametrize("say", ["print(sys.argv)", "print(sys.argv, file=sys.stderr)", "sys.exit(str(sys.argv))"])
def test_a_command_that_says_its_own_secrets_is_passed_on_without(tmp_path, say):
    command = f"{sys.executable} -c 'import sys; {say}' --api-key=CANARY-0123-456"
    words = ["guard", "--upstream", command, "--log", str(tmp_path / "log")]
    with subprocess.Popen(
        [sys.executable, "-m", "promptkit", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as guard:
        lines = [guard.stderr.readline() for _ in range(2 if "print(sys.argv)" in say else 3)]
        shown, rest = guard.communicate(timeout=30)
    assert any("not connected: no MCP server answers at python" in line for line in lines)
    assert "CANARY" not in "".join([*lines, shown, rest])


def test_what_is_not_known_to_be_a_secret_is_passed_on_as_it_came(library, echo, url, monkeypatch):
    monkeypatch.delenv("PROMPTKIT_TOKEN")

    async def name():
        async with connect(url, Gate(), lambda _: None) as session:
            return session.server

    assert anyio.run(name) == f"echo {TOKEN} {TOKEN}"
