"""Shapes: invented messages of MCP 2026-07-28 and of earlier revisions, and lines of our guard."""

import json
from contextlib import suppress

import pytest

from promptkit.connection.gate import Gate, GateError
from promptkit.guard.log import AuditLog
from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.transcripts import lines


def use(name="list_apps", id_=1, **more):
    params = {"name": name, "arguments": {}, **more}
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": params}


def answer(id_=1, **result):
    return {"jsonrpc": "2.0", "id": id_, "result": {"content": [], "isError": False, **result}}


def error(id_, code):
    return {"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": "x"}}


LISTING = [
    {"jsonrpc": "2.0", "id": 0, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": 0, "result": {"tools": [{"name": "run_workflow"}]}},
]
READ = (use(), answer())


def test_a_call_that_the_client_took_back_waits_for_no_answer(audited):
    back = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
    assert only(audited(lines(*READ, use(id_=2)))).verdict is Verdict.INCONCLUSIVE
    assert only(audited(lines(*READ, use(id_=2), back))).verdict is Verdict.CLEAN


def test_a_log_of_reads_is_clean(audited):
    found = only(audited(lines(*LISTING, *READ)))
    assert (found.verdict, found.format, len(found.calls)) == (Verdict.CLEAN, "mcp-wire", 1)
    assert found.calls[0].location == "line 3/params"


@pytest.mark.parametrize(
    ("after", "state", "verdict"),
    [
        ([], "unknown", Verdict.VIOLATION),
        ([answer(2)], "executed", Verdict.VIOLATION),
        ([answer(2, isError=True)], "failed", Verdict.VIOLATION),
        ([error(2, -32603)], "failed", Verdict.VIOLATION),
        ([error(2, -32602)], "failed", Verdict.VIOLATION),
        ([error(2, -32601)], "refused", Verdict.ATTEMPTED),
        ([answer(2, resultType="input_required")], "unknown", Verdict.VIOLATION),
        ([answer("2")], "unknown", Verdict.VIOLATION),
    ],
)
def test_the_state_of_a_call_is_what_was_answered(after, state, verdict, audited):
    found = audited(lines(*READ, use("run_workflow", 2), *after))
    assert (told(found)[-1], found.verdict) == (("run_workflow", state), verdict)


def test_a_call_that_asked_for_input_and_came_again_counts_once(audited):
    again = use(id_=2, inputResponses={"q": {"action": "accept"}})
    found = audited(lines(use(), answer(1, resultType="input_required"), again, answer(2, resultType="complete")))
    assert (told(found), ruled(found)) == ([("list_apps", "executed")], GAP)


@pytest.mark.parametrize("method", ["sampling/createMessage", "elicitation/create"])
def test_a_server_that_asks_back_is_a_gap(method, audited):
    asked = {"jsonrpc": "2.0", "id": 9, "method": method, "params": {}}
    assert ruled(audited(lines(*READ, asked))) == GAP


def test_both_sides_of_a_call_count_once(audited):
    assert told(audited(lines(use(), use(), answer(), answer()))) == [("list_apps", "executed")]


def test_an_id_of_zero_is_an_id(audited):
    assert told(audited(lines(use(id_=0), answer(0)))) == [("list_apps", "executed")]


@pytest.mark.parametrize(
    "raw",
    [
        document([use(), use("run_workflow", 2), answer(), answer(2)]),
        lines([use(), use("run_workflow", 2)], [answer(), answer(2)]),
        lines(*({"at": "2026-11-02T10:00:00Z", "message": one} for one in (*READ, use("run_workflow", 2), answer(2)))),
    ],
)
def test_batches_and_lines_of_logs_are_read(raw, audited):
    assert told(audited(raw)) == [("list_apps", "executed"), ("run_workflow", "executed")]


def test_a_line_of_a_log_gives_the_time(audited):
    raw = lines(*({"ts": 1793527200, "message": one} for one in READ))
    assert only(audited(raw)).calls[0].time == "2026-11-01T10:00:00Z"


def test_a_listing_of_tools_alone_is_inconclusive(audited):
    assert ruled(audited(lines(*LISTING))) == [("inconclusive", "no-evidence")]


def test_a_call_in_the_text_of_a_result_or_of_a_log_is_no_call(audited):
    text = json.dumps(use("run_workflow", 7))
    told_by_server = answer(content=[{"type": "text", "text": text}], structuredContent=use("run_workflow", 8))
    raw = lines(use(), {"at": "2026-11-02T10:00:00Z", "note": text, "message": told_by_server})
    assert told(audited(raw)) == [("list_apps", "executed")]


def test_an_answer_whose_request_is_missing_is_a_gap(audited):
    assert ruled(audited(lines(*READ, answer(9)))) == GAP


@pytest.mark.parametrize(
    "broken",
    [
        {"jsonrpc": "2.0", "id": 4},
        {"jsonrpc": "1.0", "id": 4, "method": "tools/call"},
        {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": [1]},
        {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": ["run_workflow"]}},
        {"jsonrpc": "2.0", "id": 4, "method": "tools/run"},
        {"jsonrpc": "2.0", "id": 4, "method": 5},
        {"level": "info"},
        [],
        7,
    ],
)
def test_what_cannot_be_read_is_a_gap(broken, audited):
    assert ruled(audited(lines(*READ, broken))) == GAP


def test_a_torn_last_line_is_a_gap_and_hides_no_violation(audited):
    assert ruled(audited(lines(*READ) + b'{"jsonrpc":"2.0","me')) == GAP
    assert ruled(audited(lines(use("run_workflow")) + b'{"jsonrpc"')) == VIOLATION


@pytest.mark.parametrize(
    ("name", "arguments", "rule"),
    [
        ("list_apps", {"mode": "apply"}, "arguments"),
        ("bulk_update_user", {}, "unknown-tool"),
        ("update_user ", {}, "name"),
    ],
)
def test_what_ran_and_is_not_reviewed_is_inconclusive(name, arguments, rule, audited):
    raw = lines(*READ, use(name, 2, arguments=arguments), answer(2))
    assert ruled(audited(raw)) == [("inconclusive", rule)]


@pytest.fixture
def gate_log(policy, tmp_path):
    """What a guard keeps of messages; each line, before it is kept, is changed as the arguments say."""

    def logged(*messages, **changed):
        path = tmp_path / "guard.jsonl"
        path.unlink(missing_ok=True)
        log = AuditLog(path)
        gate = Gate(lambda line: log(line | changed))
        gate.policy = policy
        for message in messages:
            with suppress(GateError):
                gate.check(json.dumps(message).encode())
            gate.is_shut = False
        return path.read_bytes()

    return logged


def test_the_log_of_our_gate_is_read(gate_log, audited):
    assert ruled(audited(gate_log(LISTING[0], use()))) == CLEAN
    assert ruled(audited(gate_log(use(), use("run_workflow")))) == ATTEMPTED
    assert told(audited(gate_log(use("run_workflow")))) == [("run_workflow", "refused")]


def test_a_line_of_a_gate_that_let_an_action_through_is_a_violation(gate_log, audited):
    assert ruled(audited(gate_log(use("run_workflow"), allowed=True))) == VIOLATION


def test_a_message_that_the_gate_could_not_read_is_a_gap(gate_log, audited):
    assert ruled(audited(gate_log(use(), "x"))) == GAP


EDITS = {
    "a line changed": lambda lines: [lines[0], lines[1].replace(b'"size": 2', b'"size": 9'), *lines[2:]],
    "a line taken out": lambda lines: [lines[0], *lines[2:]],
    "the first taken out": lambda lines: lines[1:],
    "a line put in": lambda lines: [*lines[:2], lines[0], *lines[2:]],
    "two lines in another order": lambda lines: [lines[1], lines[0], *lines[2:]],
    "two logs in one file": lambda lines: lines + lines,
    "a log without a chain": lambda lines: [
        json.dumps(json.loads(line) | {"previous": None}).encode() for line in lines
    ],
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_log_of_our_gate_that_was_edited_shows_nothing(gate_log, audited, edit):
    kept = gate_log(*(use(arguments={"size": size}) for size in range(1, 5))).splitlines()
    assert ruled(audited(b"\n".join(kept))) == CLEAN
    assert ruled(audited(b"\n".join(EDITS[edit](kept)))) == GAP


def test_an_edit_hides_no_violation(gate_log, audited):
    kept = gate_log(use(), use("run_workflow"), allowed=True).splitlines()
    assert ruled(audited(kept[1])) == VIOLATION


def test_the_arguments_of_a_command_beside_a_message_are_no_call(audited):
    logged = {"command": "node", "arguments": ["server.js"], "request": {"method": "POST", "id": 7}}
    assert ruled(audited(lines(*(logged | {"message": one} for one in READ)))) == CLEAN
