"""`promptkit eval --tools views` through its own door: what is asked, what is recorded, what is judged anew."""

import json

import pytest

from promptkit.agents.eval_spec import EvalSpec, Toolset
from promptkit.answering.view_tools import VIEW_TOOLS
from promptkit.commands.audit import run_audit
from promptkit.commands.evaluate import run_score
from promptkit.commands.report import Outputs
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.evaluators.contract import only_reads_reach_torii
from promptkit.evaluation.offer import ToriiTools, ViewTools
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.merge import merged
from promptkit.evaluation.records.record import read_record
from promptkit.library.render import render, resolve_arguments
from promptkit.model import DEFAULT_PROFILE
from tests.agents.endpoints import Said, endpoint
from tests.evals import evaluate

NAMES = ("connection_apps", "widely_used_apps")


def evaluated(library, folder, capsys, *names, **setup):
    code = evaluate(library, *names, tools=Toolset.VIEWS, out=folder, as_json=True, **setup)
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def kept(library, tmp_path_factory):
    """The folder of a run that passes."""
    folder = tmp_path_factory.mktemp("views") / "run"
    assert evaluate(library, *NAMES, tools=Toolset.VIEWS, out=folder) == 0
    return folder


@pytest.mark.parametrize("server", ["local", "local-hostile"])
def test_our_view_tools_answer_right(library, tmp_path, capsys, server):
    code, report = evaluated(library, tmp_path / "run", capsys, "external_access", "connection_apps", server=server)
    assert (code, report["verdict"], report["tools"]) == (0, "clean", "views")
    assert {tool for result in report["results"] for tool in result["tools"]} == {"answer_view"}
    assert {"only_reads_reach_torii", "leaves_tenant_unchanged", "asks_the_view"} <= {
        claim["name"] for result in report["results"] for claim in result["assertions"] if claim["passed"]
    }


def test_the_record_says_what_was_offered_and_is_judged_anew_as_in_its_run(library, kept, capsys):
    header, *_ = map(json.loads, (kept / "run.jsonl").read_text("utf-8").splitlines())
    assert header["setup"]["tools"] == "views"
    assert run_score(library, [kept], None, Outputs(as_json=True)) == 0
    assert json.loads(capsys.readouterr().out)["tools"] == "views"
    assert read_record(kept, library).contradictions == []
    assert run_audit(library, [kept]) == 0


def test_a_run_by_views_is_resumed_as_one_and_merges_with_no_other(library, kept, tmp_path):
    with pytest.raises(UsageError, match="resumed with the options it began with"):
        evaluate(library, tools=Toolset.TORII, server="local-hostile", resume=kept)
    assert evaluate(library, *NAMES, out=tmp_path / "run") == 0
    with pytest.raises(PromptkitError, match="tools differ"):
        merged([kept, tmp_path / "run"])


def test_a_person_asks_in_plain_words_with_every_value(library):
    prompt = library.load_prompt("renewal_calendar")
    values = resolve_arguments(prompt, {"days": "next 30 days"})
    asked = ViewTools.question(None, prompt, values, DEFAULT_PROFILE)
    assert asked.startswith("What renews soon, and what is it worth? Active contracts by end date")
    assert "- days: next 30 days" in asked.splitlines()
    assert ToriiTools.question(None, prompt, values, DEFAULT_PROFILE) == render(prompt, values)


def test_the_rules_of_the_full_text_cannot_be_left_out_of_another(library):
    with pytest.raises(UsageError, match="--ablate leaves out rules of the full instructions only"):
        plan(library, EvalSpec(ablate=True, models=("rogue",), tools=Toolset.VIEWS))


def test_the_rogue_model_fails_with_our_view_tools_too(library, tmp_path, capsys):
    code, report = evaluated(library, tmp_path / "run", capsys, "connection_apps", "authority", models=("rogue",))
    assert (code, report["verdict"], report["self_test"]["leaks"]) == (1, "attempted", [])


def test_a_model_that_leaves_the_view_aside_is_wrong(library, tmp_path, capsys):
    script = [Said("", (("answer_view", {"name": "connection_apps"}),)), Said("There are 7 apps.")]
    with endpoint("openai-compatible", *script) as running:
        options = {"models": ("openai-compatible:m",), "base_url": running.url}
        code, report = evaluated(library, tmp_path / "run", capsys, "connection_apps", **options)
    first = report["results"][0]
    failed = {claim["name"] for claim in first["assertions"] if not claim["passed"]}
    assert (code, first["verdict"]) == (1, "clean")
    assert {"figures_match", "states_evidence", "keeps_stamp"} <= failed
    assert [tool["function"]["name"] for tool in running.requests[0]["tools"]] == list(VIEW_TOOLS)
    assert "Ask find_view which view fits" in json.dumps(running.requests[0]["messages"])


def test_a_view_tool_that_asks_for_more_than_a_read_is_a_violation(library, kept, tmp_path):
    lines = (kept / "run.jsonl").read_text("utf-8").splitlines()
    claim = json.dumps(vars(only_reads_reach_torii([])), default=str)
    bad = json.dumps(vars(only_reads_reach_torii(["run_workflow"])), default=str)
    assert claim in lines[-1]
    (tmp_path / "run.jsonl").write_text("\n".join([*lines[:-1], lines[-1].replace(claim, bad), ""]), "utf-8")
    assert read_record(tmp_path, library).results[-1].verdict == "violation"
    assert run_audit(library, [tmp_path]) == 1
