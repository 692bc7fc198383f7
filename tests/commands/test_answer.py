"""The command `answer`: one view on stdout and as a dashboard, and its exit code."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import anyio
import pytest

from promptkit.commands.answer import AnswerOutputs, print_answer
from promptkit.connection.stand_in import STAND_IN_NOTICE
from promptkit.dashboard.embedded import answer_in
from promptkit.errors import PromptkitError, UsageError
from promptkit.model import DEFAULT_PROFILE
from promptkit.torii.faults import replayed_body
from promptkit.torii.server import build_server
from promptkit.torii.tenant import open_tenant
from tests.servers import running, served

COMMAND = [sys.executable, "-m", "promptkit", "answer", "connection_apps"]
NOWHERE = "http://127.0.0.1:9/mcp"


def answered(library, name="connection_apps", *pairs, server="local", **outputs):
    return print_answer(library, name, pairs, server=server, profile=DEFAULT_PROFILE, outputs=AnswerOutputs(**outputs))


def test_the_whole_answer_is_printed_with_the_arguments_given(library, capfd):
    assert answered(library, "connection_apps", "min_users=7") == 0
    printed = capfd.readouterr()
    assert printed.out.startswith("## Widely used apps\n")
    assert "\n- Filters: min_users = 7; rows = 25\n" in printed.out
    assert printed.out.splitlines()[-1].startswith("[connection_apps@")
    assert printed.err == f"{STAND_IN_NOTICE}\n"


def test_an_argument_that_is_no_pair_is_wrong_usage_and_nothing_is_read(library, capfd):
    with pytest.raises(UsageError, match="wrong-pair"):
        answered(library, "connection_apps", "min_users")
    assert capfd.readouterr().out == ""


def test_json_is_the_whole_answer_as_data(library, capfd):
    assert answered(library, "connection_apps", "min_users=7", "rows=3", as_json=True) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["name"], told["status"], told["arguments"]) == (
        "connection_apps",
        "complete",
        {"min_users": 7, "rows": 3},
    )
    assert (len(told["tables"][0]["rows"]), told["tables"][0]["total_rows"]) == (3, told["totals"][0]["value"])


def test_an_amount_has_two_places_whatever_it_was_divided_by(library, capfd):
    answered(library, "cost_per_active_user", as_json=True)
    cells = [cell for row in json.loads(capfd.readouterr().out)["tables"][0]["rows"] for cell in row]
    assert {type(cell) for cell in cells} >= {float, str}
    assert [cell for cell in cells if isinstance(cell, float) and cell != round(cell, 2)] == []


def test_csv_has_the_rows_of_the_json_in_their_order(library, capfd):
    answered(library, as_json=True)
    table = json.loads(capfd.readouterr().out)["tables"][0]
    answered(library, as_csv=True)
    rows = list(csv.reader(io.StringIO(capfd.readouterr().out, newline="")))
    wanted = [["" if cell is None else str(cell) for cell in row] for row in table["rows"]]
    assert rows[: len(wanted) + 1] == [[column["name"] for column in table["columns"]], *wanted]


def test_json_and_csv_exclude_each_other_and_nothing_is_read(library, capfd):
    with pytest.raises(UsageError, match="--json and --csv both print the answer"):
        answered(library, as_json=True, as_csv=True, server=NOWHERE)
    assert capfd.readouterr().out == ""


def test_the_dashboard_holds_what_json_says(library, capfd, tmp_path):
    assert answered(library, as_json=True, html=tmp_path / "apps.html") == 0
    assert answer_in((tmp_path / "apps.html").read_text("utf-8")) == json.loads(capfd.readouterr().out)


def test_a_server_that_does_not_answer_leaves_the_last_good_dashboard_and_says_so(library, torii, capfd, tmp_path):
    file = tmp_path / "apps.html"
    with served(torii) as url:
        answered(library, html=file, server=url)
    last = answer_in(file.read_text("utf-8"))
    with pytest.raises(PromptkitError, match="no-server"):
        answered(library, html=file, server=url)
    assert f"{file}: Not refreshed on " in capfd.readouterr().err
    html = file.read_text("utf-8")
    assert answer_in(html) == last
    assert f"(UTC): no MCP server answers at {url}" in html
    assert f"The figures are those of {last['evidence']['As of']}." in html


def test_invented_data_do_not_stay_as_the_last_good_figures_of_a_server(library, tmp_path):
    file = tmp_path / "apps.html"
    answered(library, html=file)
    before = file.read_bytes()
    assert answer_in(before.decode())["evidence"]["Source"] == "the local Torii, whose data are invented"
    with pytest.raises(PromptkitError, match="no-server"):
        answered(library, html=file, server=NOWHERE)
    assert file.read_bytes() == before


def test_without_a_last_dashboard_a_partial_one_is_written_and_the_exit_code_is_1(library, torii, capfd, tmp_path):
    with served(torii, "forbidden") as url:
        assert answered(library, "connection_contracts", html=tmp_path / "contracts.html", server=url) == 1
    assert "list_contracts could not be read" in capfd.readouterr().out
    assert answer_in((tmp_path / "contracts.html").read_text("utf-8"))["status"] == "partial"


@contextmanager
def silent(torii):
    """The URL of a server that never answers a call of a tool, and the event that one has come."""
    asked, tenant = threading.Event(), open_tenant(torii.path)

    def make(_):
        inner = build_server(tenant).streamable_http_app()

        async def app(scope, receive, send):
            if scope["type"] != "http":
                return await inner(scope, receive, send)
            body = (await receive()).get("body", b"")
            if b'"tools/call"' in body:
                asked.set()
                await anyio.sleep_forever()
            return await inner(scope, replayed_body(body, receive), send)

        return app

    with running(make) as origin:
        yield f"{origin}/mcp", asked
    tenant.close()


def test_ctrl_c_stops_the_reads_without_a_traceback_or_half_a_file(torii, tmp_path):
    with silent(torii) as (url, asked):
        command = [*COMMAND, "--server", url, "--html", "apps.html"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=tmp_path, text=True, **pipes) as process:
            assert asked.wait(30)
            process.send_signal(signal.SIGINT)
            assert (process.wait(20), process.stdout.read(), process.stderr.read()) == (130, "", f"{STAND_IN_NOTICE}\n")
    assert list(tmp_path.iterdir()) == []


def read_whole(screen):
    """What is written to a terminal, until nobody has it open."""
    with os.fdopen(screen, "rb", buffering=0) as file:
        try:
            while part := file.read(65_536):
                yield part
        except OSError:
            return


def test_on_a_terminal_a_bar_shows_the_calls_of_the_view():
    screen, terminal = pty.openpty()
    told = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=terminal, env=told) as process:
        os.close(terminal)
        shown = b"".join(read_whole(screen))
        printed = process.stdout.read()
    assert process.returncode == 0
    assert b"connection_apps" in shown
    assert printed.startswith(b"## Widely used apps\n")
