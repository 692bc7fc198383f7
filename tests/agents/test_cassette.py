"""Turns of models, recorded and replayed: the same run without any model, and never new evidence about one."""

import json
import socket

import pytest

from promptkit.agents.cassette import Player, hidden
from promptkit.commands.evaluate import run_merge
from promptkit.commands.report import Outputs
from promptkit.connection.open_session import OpenedSession
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.record import read_record
from promptkit.evaluation.statistics import groups
from promptkit.evaluation.suite import Evaluation
from promptkit.page.evidence import read_evidence
from tests.agents.endpoints import Said, endpoint
from tests.evals import evaluate

MODEL = "openai-compatible:scripted"
SAMPLE = f"{MODEL} connection_apps@"
SECRET = "sk-parakeet-5f1e77c0ffee0123"
READ = Said("", (("list_users", {"size": 2}),))
SAID = Said(f"It is sana.adeyemi@acme.example, not made.up@nowhere.example; the key is {SECRET}.")


@pytest.fixture(scope="module")
def recorded(library, tmp_path_factory):
    """A run of a scripted endpoint, which is gone now: its folder, and beside it the cassette."""
    folder = tmp_path_factory.mktemp("recorded")
    call = Said("", (("list_users", {"size": 100}),))
    with endpoint("openai-compatible", call, SAID) as running:
        setup = {"models": (MODEL,), "base_url": running.url}
        evaluate(library, "connection_apps", **setup, out=folder / "run", cassette=folder / "cassette", as_json=True)
        (folder / "url").write_text(running.url)
    return folder


@pytest.fixture(scope="module")
def replayed(library, recorded, tmp_path_factory):
    """The folder of a replay of that run."""
    folder = tmp_path_factory.mktemp("replayed") / "run"
    evaluate(library, out=folder, replay=recorded / "cassette", as_json=True)
    return folder


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def copied(folder, tmp_path, change):
    """A copy of the cassette with each turn changed."""
    about, *turns = lines(folder / "cassette" / "turns.jsonl")
    text = "".join(json.dumps(line) + "\n" for line in [about, *map(change, turns)])
    (tmp_path / "turns.jsonl").write_text(text, "utf-8")
    return tmp_path


def test_a_replay_gives_the_same_results_and_opens_no_connection(library, recorded, tmp_path, monkeypatch):
    def connect(*_):
        raise AssertionError("a replay opened a connection")

    monkeypatch.setattr(socket.socket, "connect", connect)
    evaluate(library, out=tmp_path / "run", replay=recorded / "cassette", as_json=True)
    first, again = (read_record(folder / "run").results for folder in (recorded, tmp_path))
    assert [(one.id, one.verdict, one.assertions, one.calls, one.rows) for one in again] == [
        (one.id, one.verdict, one.assertions, one.calls, one.rows) for one in first
    ]


def test_a_replay_says_again_what_the_tenant_said_and_hides_the_rest(replayed):
    sample = next(line for line in lines(replayed / "run.jsonl") if line.get("id", "").startswith(SAMPLE))
    read = next(event["text"] for event in sample["events"] if event["type"] == "result")
    address = "sana.adeyemi@acme.example" if "sana.adeyemi@acme.example" in read else "[redacted]"
    assert sample["events"][-1]["text"] == f"It is {address}, not [redacted]; the key is [redacted]."


def test_a_cassette_holds_no_address_and_no_secret(recorded):
    text = (recorded / "cassette" / "turns.jsonl").read_text("utf-8")
    assert "@acme" not in text
    assert "@nowhere" not in text
    assert SECRET not in text


def test_a_cassette_says_who_answered(recorded):
    about, *_ = lines(recorded / "cassette" / "turns.jsonl")
    assert (about["origin"], about["endpoint"]) == ("unverified", (recorded / "url").read_text())


def test_a_replay_is_marked_and_is_no_evidence(recorded, replayed, capsys):
    run_merge([replayed], Outputs(as_json=True))
    report = json.loads(capsys.readouterr().out)
    assert {result["replayed"] for result in report["results"]} == {"unverified"}
    assert read_record(replayed).header.replayed == "unverified"
    assert groups(read_record(recorded / "run")) != []
    assert groups(read_record(replayed)) == []
    assert read_evidence(recorded / "run").keys() != set()
    assert read_evidence(replayed) == {}


def test_the_terminal_says_that_no_model_was_asked(replayed, capsys):
    run_merge([replayed], Outputs())
    assert "no model was asked" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda line: line | {"sample": line["sample"].replace("@1", "@0")}, "the prompt's version has changed"),
        (lambda line: line | {"sample": "another"}, "it was not recorded"),
        (lambda line: line | {"turn": line["turn"] if line["turn"] == 1 else 9}, "only 1 turns were recorded"),
        *(
            (lambda line, name=name: line | {"given": line["given"] | {name: "0"}}, name)
            for name in ("the instructions or today's date", "the prompt or attack", "the list of tools")
        ),
    ],
)
def test_a_miss_names_the_sample_and_what_has_changed(library, torii, shared, recorded, tmp_path, change, why):
    portal, session = shared
    player = Player(copied(recorded, tmp_path, change))
    evaluation = Evaluation(library, OpenedSession(session, torii.as_of, torii), cassette=player)
    with pytest.raises(PromptkitError, match=why) as raised:
        portal.call(evaluation.run_sample, plan(library, player.about.setup)[0])
    assert f"{SAMPLE}1" in str(raised.value)


def test_turns_without_digests_are_replayed_only_where_a_person_wrote_them(library, recorded, tmp_path):
    cassette = copied(recorded, tmp_path, lambda line: line | {"given": {}})
    with pytest.raises(PromptkitError, match="cassette-miss"):
        evaluate(library, out=tmp_path / "1", replay=cassette)
    path = cassette / "turns.jsonl"
    path.write_text(path.read_text("utf-8").replace('"origin": "unverified"', '"origin": "scripted"'), "utf-8")
    evaluate(library, out=tmp_path / "2", replay=cassette, as_json=True)
    assert read_record(tmp_path / "2").header.replayed == "scripted"


@pytest.mark.parametrize("content", ["", "no JSON\n", '{"kind": "turn", "sample": "a", "turn": 1}\n', '{"kind": "cas'])
def test_what_is_no_cassette_is_a_clear_error(library, tmp_path, content):
    (tmp_path / "turns.jsonl").write_text(content)
    with pytest.raises(PromptkitError, match="wrong-cassette"):
        evaluate(library, out=tmp_path / "run", replay=tmp_path)


def test_a_cassette_is_not_written_over(library, recorded, tmp_path):
    setup = {"models": (MODEL,), "base_url": "http://127.0.0.1:9/v1"}
    with pytest.raises(PromptkitError, match="run-exists"):
        evaluate(library, "connection_apps", **setup, out=tmp_path / "run", cassette=recorded / "cassette")


@pytest.mark.parametrize(
    ("setup", "options", "code"),
    [
        ({"server": "http://127.0.0.1:9/mcp"}, {"replay": "cassette"}, "replay-server"),
        ({}, {"replay": "cassette", "cassette": "other"}, "record-or-replay"),
        ({}, {"cassette": "other"}, "no-model"),
        ({"base_url": "http://127.0.0.1:9/v1"}, {}, "no-model"),
    ],
)
def test_what_cannot_be_recorded_replayed_or_asked_is_wrong_usage(library, recorded, tmp_path, setup, options, code):
    with pytest.raises(UsageError, match=code):
        evaluate(library, **setup, out=tmp_path, **{name: recorded / folder for name, folder in options.items()})


def test_a_run_on_another_server_does_not_go_on_as_a_replay(library, recorded, tmp_path):
    text = (recorded / "run" / "run.jsonl").read_text("utf-8")
    (tmp_path / "run.jsonl").write_text(
        text.replace('"server": "local"', '"server": "http://127.0.0.1:9/mcp"'), "utf-8"
    )
    with pytest.raises(UsageError, match="replay-server"):
        evaluate(library, resume=tmp_path, replay=recorded / "cassette")


@pytest.mark.parametrize(
    "secret",
    [
        "Bearer abcdefgh12345678",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl",
        "ghp_abcdefghijklmnop1234",
        "ada.lovelace@example.com",
    ],
)
def test_what_is_private_is_hidden_wherever_it_stands(secret):
    assert hidden({"a": [f"x {secret} y"]}, []) == {"a": ["x [redacted] y"]}
    assert hidden(f"x {secret}", ["other", secret]) == "x [hidden 2]"


def test_ids_cursors_and_dates_are_not_secrets():
    text = "cursor eyJpZCI6MTAwfQ== of call_01ABCdef on 2026-11-02, 1,234.50 USD, prompt@1.0.0"
    assert hidden(text, []) == text
