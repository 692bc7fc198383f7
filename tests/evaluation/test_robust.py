"""Runs that are cut off, cut short or cut up: nothing that ended is lost, nothing is run twice."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress

import anyio
import pytest
from aiolimiter import AsyncLimiter

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import exclusive
from promptkit.agents.turns import Turn, Usage
from promptkit.commands.evaluate import run_merge
from promptkit.commands.report import Outputs
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.plan import parse_shard, part, plan
from promptkit.evaluation.records.merge import merged, run_result
from promptkit.evaluation.records.record import read_record
from promptkit.evaluation.runner import Limits
from promptkit.library.store import Library, default_root
from tests.agents.endpoints import Said, endpoint
from tests.builders import DECLINED
from tests.evals import evaluate, run_scripted
from tests.evaluation.runs import result_of

# A line for the header, one for each conversation of the self-test, and one for its result.
TESTED = 3 + sum(len(family.attacks) for family in Library(default_root()).attacks)
NAMES = ["connection_apps", "renewal_calendar"]


def run(*words, cwd, **options):
    command = [sys.executable, "-m", "promptkit", "eval", *words]
    return subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options
    )


def lines_of(folder):
    return [json.loads(line) for line in (folder / "run.jsonl").read_text("utf-8").splitlines()]


def samples_of(folder):
    return [line["id"] for line in lines_of(folder) if line["kind"] == "sample" and "id" in line]


@pytest.fixture(scope="module")
def whole(library, tmp_path_factory):
    """A run that nobody disturbed: its folder."""
    folder = tmp_path_factory.mktemp("whole")
    assert evaluate(library, *NAMES, out=folder / "run") == 0
    return folder / "run"


def wait_for_lines(path, count, process):
    """Until a record has so many lines, or its process has ended."""
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if path.read_bytes().count(b"\n") >= count:
                return
        # Without a pause this would take a core from the run that it waits for.
        time.sleep(0.005)


# The header alone; the self-test, which is written in one go, and two samples.
@pytest.mark.parametrize("count", [1, TESTED + 2])
def test_a_run_killed_at_any_point_goes_on_without_losing_or_repeating_a_sample(library, tmp_path, whole, count):
    process = run(*NAMES, "--out", "run", cwd=tmp_path)
    wait_for_lines(tmp_path / "run" / "run.jsonl", count, process)
    process.kill()
    process.communicate()
    before = samples_of_whole_lines(tmp_path / "run")
    assert evaluate(library, resume=tmp_path / "run") == 0
    after = samples_of(tmp_path / "run")
    assert Counter(after) == Counter(samples_of(whole))
    assert after[: len(before)] == before


def test_a_run_killed_while_it_records_goes_on_and_its_cassette_replays_whole(library, tmp_path):
    turn = 6
    with endpoint("openai-compatible", Said(DECLINED)) as running:
        words = ("--model", "openai-compatible:scripted", "--base-url", running.url, "--cassette", "cassette")
        process = run("authority", "--out", "run", *words, cwd=tmp_path)
        running.heard = lambda number: number == turn and process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        before = samples_of_whole_lines(tmp_path / "run")
        assert len(before) < turn
        assert evaluate(library, resume=tmp_path / "run", cassette=tmp_path / "cassette") == 0
    after = samples_of(tmp_path / "run")
    assert (after[: len(before)], len(after), len(set(after))) == (before, 11, 11)
    assert evaluate(library, out=tmp_path / "replay", replay=tmp_path / "cassette") == 0
    assert samples_of(tmp_path / "replay") == after


def test_a_turn_that_was_not_written_whole_is_recorded_again(library, tmp_path):
    with endpoint("openai-compatible", Said(DECLINED)) as running:
        folders = {"out": tmp_path / "run", "cassette": tmp_path / "cassette"}
        setup = {"models": ("openai-compatible:scripted",), "base_url": running.url}
        assert evaluate(library, "authority", **setup, **folders) == 0
        for path in (tmp_path / "cassette" / "turns.jsonl", tmp_path / "run" / "run.jsonl"):
            path.write_bytes(path.read_bytes()[:-9])
        assert evaluate(library, resume=tmp_path / "run", cassette=tmp_path / "cassette") == 0
    assert len(running.requests) == 12
    assert evaluate(library, out=tmp_path / "replay", replay=tmp_path / "cassette") == 0


def samples_of_whole_lines(folder):
    return [result.id for result in read_record(folder).results]


@pytest.mark.parametrize("cut", [1, 100])
def test_a_torn_last_line_is_run_again(library, tmp_path, whole, cut):
    raw = (whole / "run.jsonl").read_bytes()
    (tmp_path / "run.jsonl").write_bytes(raw[:-cut])
    assert evaluate(library, resume=tmp_path) == 0
    assert sorted(samples_of(tmp_path)) == sorted(samples_of(whole))


@pytest.mark.parametrize("endpoint", [b"null", b'"http://127.0.0.1:9/v1"'], ids=["as now", "an endpoint for no model"])
def test_a_finished_run_has_nothing_to_go_on_with(library, tmp_path, whole, endpoint):
    raw = (whole / "run.jsonl").read_bytes()
    (tmp_path / "run.jsonl").write_bytes(raw.replace(b'"base_url": null', b'"base_url": ' + endpoint, 1))
    assert evaluate(library, resume=tmp_path) == 0
    assert samples_of(tmp_path) == samples_of(whole)


def test_two_runs_never_write_to_one_folder_at_once(library, tmp_path, whole):
    (tmp_path / "run.jsonl").write_bytes((whole / "run.jsonl").read_bytes())
    with exclusive(tmp_path), pytest.raises(PromptkitError, match="run-in-use"):
        evaluate(library, resume=tmp_path)


def test_a_run_is_resumed_only_with_what_it_began_with(library, tmp_path, whole):
    with pytest.raises(UsageError, match="other-run"):
        evaluate(library, "connection_apps", resume=whole)
    first, *rest = (whole / "run.jsonl").read_text("utf-8").splitlines(keepends=True)
    changed = json.dumps(json.loads(first) | {"instructions": "0.9.0 0"}) + "\n"
    (tmp_path / "run.jsonl").write_text(changed + "".join(rest), "utf-8")
    with pytest.raises(PromptkitError, match="these have changed since the run began: instructions"):
        evaluate(library, resume=tmp_path)


@pytest.mark.parametrize(("old", "new"), [("\n  apps:", "\n  other:"), ("tables:\n", "tables:\n  - SELECT 1\n")])
def test_a_recipe_that_does_not_fit_its_answer_ends_a_run_without_a_traceback(copy, tmp_path, old, new):
    path = copy.recipes / "connection_apps.yaml"
    head, mark, tail = path.read_text("utf-8").rpartition("tables:" if old.startswith("tables") else "totals:")
    path.write_text(head + (mark + tail).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PromptkitError, match=r"\[wrong-(totals|tables)\]"):
        evaluate(copy, "connection_apps", out=tmp_path / "run")


def test_a_run_is_not_resumed_once_a_recipe_has_changed(copy, tmp_path):
    evaluate(copy, "connection_apps", out=tmp_path / "run")
    path = copy.recipes / "connection_apps.yaml"
    path.write_text(path.read_text("utf-8").replace("size: 150", "size: 100"), encoding="utf-8")
    with pytest.raises(PromptkitError, match="these have changed since the run began: prompts"):
        evaluate(copy, resume=tmp_path / "run")


@pytest.mark.parametrize("content", [None, "", "not JSON\n", '{"kind": "sample"}\n', '{"kind": "run", "setup'])
def test_what_is_no_run_cannot_be_resumed(library, tmp_path, content):
    if content is not None:
        (tmp_path / "run.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(PromptkitError, match=r"\[(unreadable|wrong-record)\]"):
        evaluate(library, resume=tmp_path)


def test_ctrl_c_ends_with_a_report_of_what_is_done(tmp_path):
    limit = ("--max-tokens", "1000000")
    process = run(*NAMES, "--out", "run", "--json", *limit, cwd=tmp_path, start_new_session=True)
    wait_for_lines(tmp_path / "run" / "run.jsonl", TESTED + 2, process)
    os.killpg(process.pid, signal.SIGINT)
    told, log = process.communicate(timeout=30)
    report = json.loads(told)
    assert (process.returncode, report["verdict"], report["passed"]) == (130, "inconclusive", False)
    assert 0 < len(report["results"]) < report["planned"]
    assert "Continue with: promptkit eval --resume run --max-tokens 1000000\n" in log
    assert "Traceback" not in log


def test_a_full_disk_is_a_clear_error_and_keeps_what_was_done(library, tmp_path):
    def small_disk():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    process = run("renewal_calendar", "--out", "run", "--repeats", "9", cwd=tmp_path, preexec_fn=small_disk)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "[unwritable] cannot write run/run.jsonl" in log
    assert "Traceback" not in log
    assert evaluate(library, resume=tmp_path / "run") == 0


@pytest.fixture(scope="module")
def shards(library, tmp_path_factory):
    """The folders of a run in three parts."""
    folders = [tmp_path_factory.mktemp("shard") / "run" for _ in range(3)]
    for index, folder in enumerate(folders, 1):
        assert evaluate(library, *NAMES, shard=(index, 3), out=folder) == 0
    return folders


def test_shards_put_together_give_the_report_of_one_run(shards, whole, capsys):
    assert run_merge(shards, Outputs(as_json=True)) == 0
    together = json.loads(capsys.readouterr().out)
    assert result_of(together) == result_of(json.loads(json.dumps(run_result(merged([whole])).as_json(), default=str)))


def test_a_shard_that_lacks_makes_the_whole_inconclusive(shards, capsys):
    assert run_merge(shards[:2], Outputs(as_json=True)) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "inconclusive"


def test_runs_of_different_plans_are_not_put_together(library, tmp_path, whole):
    evaluate(library, "connection_apps", out=tmp_path / "other")
    with pytest.raises(PromptkitError, match=r"planned.*differ"):
        run_merge([whole, tmp_path / "other"], Outputs())


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "-1/3", ""])
def test_what_is_no_part_of_a_whole_is_refused(text):
    with pytest.raises(UsageError, match="wrong-shard"):
        parse_shard(text)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_sample_is_in_exactly_one_shard(library, count):
    tasks = plan(library, EvalSpec(models=("rogue",), repeats=2))
    spread = [task for index in range(1, count + 1) for task in part(tasks, (index, count))]
    assert sorted(task.number for task in spread) == list(range(1, len(tasks) + 1))
    assert len({task.id for task in tasks}) == len(tasks)


@pytest.mark.parametrize("count", [1, 4])
def test_the_shards_of_a_run_together_keep_to_its_limits(count):
    whole = Limits(max_rate=120, max_cost_usd=2, max_tokens=4_000, calls_share=0.5)
    share = whole.share(count)
    figures = share.max_rate, share.max_cost_usd, share.max_tokens, share.calls_share
    assert [figure * count for figure in figures] == [120, 2, 4_000, 0.5]


class Counting:
    """A model that declines, and counts how many conversations go on at once."""

    def __init__(self, usage=None) -> None:
        self.at_once, self.most, self.turns, self.usage = 0, 0, 0, usage or Usage(100, 10)

    async def turn(self, messages, tools):
        self.at_once += 1
        self.most, self.turns = max(self.most, self.at_once), self.turns + 1
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        self.at_once -= 1
        return Turn("I did not do it; this only reads. I can list them.", usage=self.usage)


@pytest.fixture
def attacked(library, server, tmp_path):
    """A run of our own model, or the rest of one; why it stopped, and its report."""

    def attack(model, **limits):
        stop = run_scripted(library, tmp_path, lambda: model, Limits(**limits), server=server)
        return stop, run_result(merged([tmp_path]))

    return attack


def test_samples_run_at_once_up_to_the_limit(attacked):
    model = Counting()
    _, report = attacked(model, concurrency=3)
    assert (model.most, report.passed, [result.number for result in report.results]) == (3, True, [*range(1, 12)])


@pytest.mark.parametrize(
    ("limits", "usage", "why", "done"),
    [
        (
            {"max_tokens": 300},
            Usage(100, 10),
            "the budget of 300 tokens is spent; to go on, give a larger --max-tokens",
            3,
        ),
        ({"max_cost_usd": 2}, Usage(1, 1, 1), "the budget of $2.00 is spent; to go on, give a larger --max-cost", 2),
        ({"max_cost_usd": 2}, Usage(1, 1, None), "the price of a model is unknown", 1),
    ],
)
def test_a_budget_that_is_spent_ends_the_run_and_a_larger_one_goes_on(attacked, limits, usage, why, done):
    stop, report = attacked(Counting(usage), **limits)
    assert stop.startswith(why)
    assert (len(report.results), report.passed, report.verdict) == (done, False, "inconclusive")
    again = Counting(usage)
    stop, report = attacked(again)
    assert (stop, report.passed, again.turns) == (None, True, 11 - done)


def test_every_turn_waits_for_one_and_the_same_rate(attacked, monkeypatch):
    waits = []

    async def acquire(limiter):
        waits.append(limiter)

    monkeypatch.setattr(AsyncLimiter, "acquire", acquire)
    attacked(Counting(), max_rate=120)
    # Calls to the server wait too, for a limiter of their own.
    turns = [limiter for limiter in waits if (limiter.max_rate, limiter.time_period) == (1, 0.5)]
    assert (len(turns), len(set(turns))) == (11, 1)
