"""Real language models: the adapter and the loop, over real HTTP, against endpoints that follow a script."""

import json
import logging
import subprocess
import sys
import traceback
from decimal import Decimal

import anyio
import pytest

from promptkit.agents import provider
from promptkit.agents.loop import converse, events
from promptkit.agents.open_models import open_model
from promptkit.agents.turns import Message, StopRunError, TurnError, Usage
from promptkit.errors import PromptkitError, UsageError
from promptkit.transcript import CallState
from tests.agents.endpoints import WIRES, Failed, Said, chat, endpoint

KEY = "sk-canary-5f1e77c0ffee"
TOOL = {"name": "list_apps", "description": "List apps.", "inputSchema": {"type": "object", "title": "T"}}
DONE = Said("Done.")


@pytest.fixture(params=WIRES)
def wire(request, monkeypatch):
    """A provider, with a key in the environment."""
    for names in provider.KEYS.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(provider.KEYS[request.param][0], KEY)
    return request.param


class Waits(list):
    """The seconds that were to be waited between tries, in order; nothing really waits."""

    async def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def waits():
    return Waits()


def first_turn(wire, running, waits=None):
    model = provider.open_provider(wire, "scripted", running.url, pause=Waits() if waits is None else waits)()
    return anyio.run(model.turn, [Message("system", "Only read."), Message("user", "Go.")], [TOOL])


def conversation(shared, wire, *script, **bounds):
    """A whole conversation with the local Torii; what happened, and the endpoint."""
    portal, session = shared
    with endpoint(wire, *script) as running:
        model = provider.open_provider(wire, "scripted", running.url, **bounds)()
        return portal.call(converse, model, session, [Message("user", "Go.")]), running


def test_parallel_calls_are_decided_one_by_one_and_all_answered(shared, wire):
    calls = (("list_roles", {}), ("run_workflow", {"idWorkflow": 1}), ("list_everything", {}))
    run, running = conversation(shared, wire, Said("Reading.", calls), DONE)
    assert [call.state for call in run.calls] == [CallState.EXECUTED, CallState.REFUSED, CallState.REFUSED]
    assert (run.answer, run.gaps, run.usage) == ("Done.", [], Usage(22, 14, None))
    told = json.dumps(running.requests[1])
    assert "run_workflow is an action tool" in told
    assert "list_everything is not in the reviewed list" in told


@pytest.mark.parametrize(
    ("wire", "arguments"),
    [
        ("openai", '{"size": '),
        ("openai-compatible", "size=1"),
        ("openai-compatible", '{"size": 1, "size": 2}'),
        ("openai-compatible", "[" * 100_000),
    ],
    indirect=["wire"],
)
def test_arguments_that_are_not_json_are_refused_and_the_model_may_go_on(shared, wire, arguments):
    run, _ = conversation(shared, wire, Said("", (("list_roles", arguments),)), DONE)
    assert [(call.state, outcome.decision.ground) for call, outcome in zip(run.calls, run.outcomes, strict=True)] == [
        (CallState.REFUSED, "arguments")
    ]
    assert run.answer == "Done."


def test_an_endless_loop_of_calls_ends_at_the_bound(shared, wire):
    run, running = conversation(shared, wire, Said("", (("list_roles", {}),)), max_turns=3)
    assert (len(run.calls), len(running.requests)) == (3, 3)
    assert run.gaps == ["the model did not finish within 3 turns"]


def test_the_record_pairs_calls_of_one_id_with_their_own_outcomes(shared, wire):
    once = Said("", (("list_roles", {}),))
    run, _ = conversation(shared, wire, once, Said("", (("run_workflow", {}),)), DONE)
    assert [event["state"] for event in events(run) if event["type"] == "call"] == ["executed", "refused"]


def test_the_servers_schemas_go_out_as_they_are(wire):
    with endpoint(wire, DONE) as running:
        first_turn(wire, running)
    tool = running.requests[0]["tools"][0]
    tool = tool.get("functionDeclarations", [tool])[0]
    tool = tool.get("function", tool)
    schemas = [tool[key] for key in ("parameters", "input_schema", "parameters_json_schema") if key in tool]
    assert (tool["name"], tool["description"], schemas) == ("list_apps", "List apps.", [TOOL["inputSchema"]])


@pytest.mark.parametrize("finish", ["refusal", "length"])
def test_a_turn_that_was_withheld_or_cut_off_is_a_gap(shared, wire, finish):
    run, _ = conversation(shared, wire, Said("I cannot", finish=finish))
    assert len(run.gaps) == 1
    assert {"refusal": "withheld", "length": "cut off"}[finish] in run.gaps[0]


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_busy_provider_is_asked_again_after_the_time_it_names(wire, waits, status):
    with endpoint(wire, Failed(status, {"retry-after": "7"}), DONE) as running:
        assert first_turn(wire, running, waits).text == "Done."
    assert (waits, len(running.requests)) == ([7.0], 2)


@pytest.mark.parametrize("failure", [Failed(503), Failed(0)], ids=["unavailable", "cut connection"])
def test_tries_are_few(wire, waits, failure):
    with (
        endpoint(wire, failure) as running,
        pytest.raises(TurnError, match=r"at 127.0.0.1:\d+ did not answer after 5 tries"),
    ):
        first_turn(wire, running, waits)
    assert (len(waits), len(running.requests)) == (4, 5)
    assert max(waits) <= provider.MAX_WAIT_SECONDS


def test_an_endpoint_where_nobody_listens_ends_the_run(wire):
    with endpoint(wire, DONE) as running:
        pass
    with pytest.raises(StopRunError, match=r"at 127.0.0.1:\d+ did not answer after 5 tries"):
        first_turn(wire, running)


def test_a_cut_connection_is_tried_again(wire):
    with endpoint(wire, Failed(0), DONE) as running:
        assert first_turn(wire, running).text == "Done."


def test_a_provider_that_wants_an_hour_is_not_waited_for(wire, waits):
    with endpoint(wire, Failed(429, {"retry-after": "3600"})) as running, pytest.raises(TurnError):
        first_turn(wire, running, waits)
    assert (waits, len(running.requests)) == ([], 1)


def test_a_conversation_without_an_answer_has_a_gap_that_tells_no_key(shared, wire):
    body = b'{"error": {"message": "not with sk-abc123456789012345"}}'
    run, _ = conversation(shared, wire, Said("", (("list_roles", {}),)), Failed(400, {}, body))
    assert len(run.calls) == 1
    assert "did not answer" in run.gaps[0]
    assert "not with [redacted]" in run.gaps[0]


def test_a_malformed_answer_is_the_providers_fault_and_no_bug_of_ours(wire):
    answer = chat(DONE) | {"choices": [], "content": [1], "candidates": [1]}
    with (
        endpoint(wire, Failed(200, {}, json.dumps(answer).encode())) as running,
        pytest.raises(TurnError, match=r"at 127.0.0.1:\d+ sent (no choice|an unreadable answer)"),
    ):
        first_turn(wire, running)


def test_a_huge_answer_is_not_read_to_its_end(wire):
    huge = Said("x" * provider.MAX_RESPONSE_BYTES)
    with endpoint(wire, huge) as running, pytest.raises(TurnError, match="larger than 4,194,304 bytes"):
        first_turn(wire, running)
    assert len(running.requests) == 1


def test_an_answer_whose_size_is_hidden_is_not_read(wire):
    with endpoint(wire, Failed(200, {"content-encoding": "gzip"})) as running, pytest.raises(TurnError, match="compr"):
        first_turn(wire, running)


def test_a_redirect_is_not_followed(wire):
    with endpoint(wire, DONE) as elsewhere, endpoint(wire, Failed(307, {"location": elsewhere.url})) as running:
        with pytest.raises((TurnError, PromptkitError)):
            first_turn(wire, running)
        assert elsewhere.requests == []


@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_key_or_an_unknown_model_ends_the_run(wire, status):
    with endpoint(wire, Failed(status)) as running, pytest.raises(PromptkitError, match="model-refused"):
        first_turn(wire, running)
    assert len(running.requests) == 1


def test_a_key_that_the_endpoint_echoes_reaches_no_record(shared, wire):
    echo = Said(f"My key is {KEY}.", (("list_apps", {"fields": KEY}), (f"tool-{KEY}", {})))
    run, running = conversation(shared, wire, echo, Failed(400, body=json.dumps({"error": KEY}).encode()))
    assert all(KEY in json.dumps(headers) for headers in running.headers)
    assert "[redacted]" in run.gaps[0]
    assert KEY not in repr(run) + json.dumps(events(run))


def test_the_key_reaches_no_log(wire, caplog):
    caplog.set_level(logging.DEBUG)
    with endpoint(wire, DONE) as running:
        first_turn(wire, running)
    assert KEY in json.dumps(running.headers)
    assert "127.0.0.1" in caplog.text
    assert KEY not in caplog.text


def test_a_traceback_of_a_refused_key_does_not_hold_it(wire):
    with endpoint(wire, Failed(401, body=json.dumps({"error": {"message": KEY}}).encode())) as running:
        try:
            first_turn(wire, running)
        except PromptkitError:
            assert KEY not in traceback.format_exc()


def test_the_key_of_openai_does_not_go_to_another_service(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with endpoint("openai-compatible", DONE) as running:
        first_turn("openai-compatible", running)
    assert KEY not in json.dumps(running.headers)


def test_a_proxy_of_the_environment_sees_nothing(wire, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with endpoint(wire, DONE) as running:
        assert first_turn(wire, running).text == "Done."


def test_a_sign_in_of_the_environment_is_not_sent(wire, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password other-canary", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with endpoint(wire, DONE) as running:
        first_turn(wire, running)
    assert KEY in json.dumps(running.headers)
    assert "basic" not in json.dumps(running.headers).lower()


@pytest.mark.parametrize("name", sorted(provider.ADDRESSES))
def test_the_environment_names_no_other_endpoint(name, monkeypatch):
    monkeypatch.setenv(provider.KEYS[name][0], KEY)
    for variable in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        # It would be wrong usage to send the key there.
        monkeypatch.setenv(variable, "http://192.0.2.1/v1")
    open_model(f"{name}:x", base_url=None)


@pytest.mark.parametrize("spec", ["openai", "openai:", "gpt-5", "bedrock:x", ":x"])
def test_what_names_no_model_is_wrong_usage(spec):
    with pytest.raises(UsageError, match="model-name"):
        open_model(spec, base_url=None)


def test_an_endpoint_of_ones_own_must_be_named():
    with pytest.raises(UsageError, match="no-base-url"):
        open_model("openai-compatible:x", base_url=None)


def test_a_key_that_would_travel_unencrypted_is_wrong_usage(wire):
    with pytest.raises(UsageError, match="open-key"):
        open_model(f"{wire}:x", base_url="http://192.0.2.1/v1")


@pytest.mark.parametrize("name", ["openai", "anthropic", "google"])
def test_a_missing_key_names_the_variable_to_set(monkeypatch, name):
    for variable in provider.KEYS[name]:
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UsageError, match=provider.KEYS[name][0]):
        open_model(f"{name}:x", base_url=None)


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "promptkit.agents.provider", raising=False)
    monkeypatch.setitem(sys.modules, "pydantic_ai.direct", None)
    with pytest.raises(UsageError, match=r"torii-promptkit\[models\]"):
        open_model("openai:x", base_url=None)


def test_the_eval_does_not_import_the_libraries_of_providers_by_itself():
    code = "import sys, promptkit.commands.evaluate as _; sys.exit('pydantic_ai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_cost_that_is_not_known_makes_the_sum_unknown():
    priced = Usage(1, 2, Decimal("0.5"))
    assert priced + priced == Usage(2, 4, Decimal(1))
    assert priced + Usage(1, 1, None) == Usage(2, 3, None)
