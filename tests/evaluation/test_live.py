"""An eval on a server over HTTP, with what goes wrong on a live tenant."""

import signal
import subprocess
from contextlib import contextmanager

import anyio
import pytest

from promptkit.catalog import load_tool_lock
from promptkit.client import Outcome
from promptkit.commands.evaluate import run_eval
from promptkit.errors import PromptkitError
from promptkit.evaluation.live import AuditWatch, PoliteSession, forecast, preflight
from promptkit.evaluation.local import local_torii
from promptkit.evaluation.plan import Setup, plan
from promptkit.evaluation.suite import open_evaluation
from promptkit.model import ToolCall
from promptkit.policy import Decision
from promptkit.transcript import CallState

READ = ToolCall(name="list_apps", arguments={"size": 1})


@contextmanager
def served(*options):
    """The URL of a local Torii over HTTP, and its tenant."""
    with local_torii() as torii:
        command = [*torii.command, "--http", "127.0.0.1:0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            yield process.stdout.readline().strip(), torii
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)


def test_a_busy_server_is_asked_again_and_the_tenant_is_unchanged(library, tmp_path, capsys):
    with served("--fault", "rate-limited") as (url, torii):
        before = torii.digest()
        assert run_eval(library, {"names": ("connection_contracts",), "server": url}, out=tmp_path / "run") == 0
        assert torii.digest() == before
    told = capsys.readouterr().err
    assert told.startswith("1 prompts and ")
    assert "Note:" not in told


def test_a_list_that_is_not_the_reviewed_one_stops_the_eval_before_any_call(library, tmp_path):
    with served("--mode", "hosted-bare") as (url, _), pytest.raises(PromptkitError, match=r"\[tools-drift\] list_apps"):
        run_eval(library, {"names": ("connection_contracts",), "server": url}, out=tmp_path / "run")


def test_each_difference_is_a_problem_that_says_what_to_do(library):
    tools = [*load_tool_lock(library).values(), {"name": "archive_app"}]
    with pytest.raises(PromptkitError, match="archive_app: added since it was reviewed") as raised:
        preflight(library, "http://127.0.0.1:9/mcp", tools)
    assert raised.value.problems[0].fix.startswith("run promptkit tools diff --server http://127.0.0.1:9/mcp")


def test_the_forecast_counts_prompts_samples_and_calls(library):
    told = forecast(plan(library, Setup(names=("renewal_calendar", "connection_apps"))))
    assert told.startswith("2 prompts and ")
    assert "At least " in told


def test_what_happens_in_the_tenant_meanwhile_is_told(library):
    async def run(url, torii):
        async with open_evaluation(library, url) as evaluation:
            watch = AuditWatch(evaluation.session)
            await watch.begin()
            quiet = await watch.changes()
            torii._tenant.execute(CHANGE)
            torii._tenant.commit()
            return quiet, await watch.changes()

    with served() as (url, torii):
        quiet, (told,) = anyio.run(run, url, torii)
    assert quiet == []
    assert told.startswith("in the tenant's audit log during the run: ")


CHANGE = "UPDATE audit SET type = 'update_contract' WHERE id = (SELECT max(id) FROM audit)"


class Scripted:
    """A session whose outcomes are given."""

    tools = ()

    def __init__(self, *waits):
        self.waits, self.calls = list(waits), 0

    def decide(self, call):
        return Decision(True, "read-tool", "")

    async def call(self, call):
        self.calls += 1
        wait = self.waits.pop(0) if self.waits else None
        return Outcome(self.decide(call), CallState.FAILED if wait else CallState.EXECUTED, "", None, wait)


@pytest.mark.parametrize(("busy", "calls", "state"), [(2, 3, CallState.EXECUTED), (99, 5, CallState.FAILED)])
def test_tries_are_few(busy, calls, state):
    session = Scripted(*[0.001] * busy)
    assert anyio.run(PoliteSession(session).call, READ).state is state
    assert session.calls == calls


def test_an_audit_log_that_cannot_be_read_is_said():
    watch = AuditWatch(PoliteSession(Scripted()))

    async def run():
        await watch.begin()
        return await watch.changes()

    assert anyio.run(run) == ["Torii's audit log could not be read, so it does not show whether the tenant changed"]
