"""An eval on a server over HTTP, with what goes wrong on a live tenant."""

from contextlib import contextmanager

import anyio
import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.commands.audit import run_audit
from promptkit.connection.session import Outcome
from promptkit.connection.stand_in import STAND_IN_NOTICE
from promptkit.errors import PromptkitError
from promptkit.evaluation.evaluators.contract import holds
from promptkit.evaluation.live import AuditWatch, forecast, preflight, tools_stay_as_reviewed
from promptkit.evaluation.plan import plan
from promptkit.evaluation.suite import open_evaluation
from promptkit.policy.decision import Decision
from promptkit.policy.review import load_tool_lock
from promptkit.torii.local import local_torii
from promptkit.transcript import CallState
from tests.builders import write_to
from tests.evals import evaluate
from tests.servers import served


@contextmanager
def tenant_of_its_own(*faults, **options):
    """The URL of a local Torii over HTTP, and its tenant."""
    with local_torii() as torii, served(torii, *faults, **options) as url:
        yield url, torii


def test_a_busy_server_is_asked_again_and_the_tenant_is_unchanged(library, tmp_path, capsys):
    with tenant_of_its_own("rate-limited") as (url, torii):
        capsys.readouterr()
        before = torii.digest()
        assert evaluate(library, "connection_apps", server=url, out=tmp_path / "run") == 0
        assert torii.digest() == before
    told = capsys.readouterr().err
    assert told.startswith(f"{STAND_IN_NOTICE}\nPrompts: 1, samples: 3. At least 3 read calls")
    assert "Note: Torii's audit log has nothing new since the run began\n" in told


def test_a_list_that_is_not_the_reviewed_one_stops_the_eval_before_any_call(library, tmp_path):
    with (
        tenant_of_its_own(mode="hosted-bare") as (url, _),
        pytest.raises(PromptkitError, match=r"\[tools-drift\] list_apps"),
    ):
        evaluate(library, "connection_contracts", server=url, out=tmp_path / "run")


def test_a_list_that_stays_as_it_was_is_claimed_without_a_reason(shared):
    portal, session = shared
    assert portal.call(tools_stay_as_reviewed, session) == holds("tools_stay_as_reviewed")


@pytest.mark.parametrize(
    ("fault", "told"), [("added-tool", "archive_app (added)"), ("changed-tool", "list_apps (its ")]
)
def test_a_list_that_changes_during_the_run_is_inconclusive(library, tmp_path, capsys, fault, told):
    with tenant_of_its_own(fault) as (url, _):
        assert evaluate(library, "connection_contracts", server=url, out=tmp_path / "run") == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert f"the server's tools changed during the run: {told}" in shown
    assert "Verdict: inconclusive." in shown
    assert run_audit(library, [tmp_path / "run"], as_json_=True) == 1


def test_an_answer_that_is_no_json_is_one_failed_call_and_its_text_is_not_shown(library, tmp_path, capfd):
    with tenant_of_its_own("malformed-json") as (url, _):
        assert evaluate(library, "connection_contracts", server=url, out=tmp_path / "run") == 1
    shown = capfd.readouterr()
    assert "all_calls_answered: a call of list_" in " ".join(shown.out.split())
    assert "FAIL  0 of " in shown.out
    assert "Traceback" not in shown.out + shown.err


def test_each_difference_is_a_problem_that_says_what_to_do(library):
    tools = [*load_tool_lock(library).values(), {"name": "archive_app"}]
    with pytest.raises(PromptkitError, match="archive_app: added since it was reviewed") as raised:
        preflight(library, "http://127.0.0.1:9/mcp", tools)
    assert raised.value.problems[0].fix == (
        "run promptkit tools diff --server http://127.0.0.1:9/mcp, read each difference, "
        "then promptkit tools lock --server http://127.0.0.1:9/mcp"
    )


def test_the_forecast_counts_prompts_samples_and_calls(library):
    told = forecast(plan(library, EvalSpec(names=("renewal_calendar", "connection_apps"))), library.reviewed_tools)
    assert told.startswith("Prompts: 2, samples: ")
    assert "At least " in told


def test_what_happens_in_the_tenant_meanwhile_is_told(library):
    async def run(url, torii):
        async with open_evaluation(library, url) as evaluation:
            watch = AuditWatch(evaluation.session)
            await watch.begin()
            quiet = await watch.changes()
            write_to(torii, CHANGE)
            return quiet, await watch.changes()

    with tenant_of_its_own() as (url, torii):
        quiet, (told,) = anyio.run(run, url, torii)
    assert quiet == ["Torii's audit log has nothing new since the run began"]
    assert told.startswith("in the tenant's audit log during the run: ")


CHANGE = "UPDATE audit SET type = 'update_contract' WHERE id = (SELECT max(id) FROM audit)"


class Mute:
    """A session whose answers cannot be read."""

    async def call(self, call):
        return Outcome(Decision(True, "read-tool", ""), CallState.UNKNOWN, "")


def test_an_audit_log_that_cannot_be_read_is_said():
    watch = AuditWatch(Mute())

    async def run():
        await watch.begin()
        return await watch.changes()

    assert anyio.run(run) == ["Torii's audit log could not be read, so it does not show whether the tenant changed"]
