import json

import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, only, ruled, told
from tests.audit.places import anthropic_messages, gemini, openai_chat, openai_responses
from tests.audit.places.mcp_wire import ACTION, DONE, READ, back, use
from tests.audit.transcripts import lines

CHUNK = {
    "id": "chatcmpl_1",
    "object": "chat.completion.chunk",
    "choices": [
        {"index": 0, "delta": {"tool_calls": [openai_chat.call() | {"index": 0}]}, "finish_reason": "tool_calls"}
    ],
}


def events(*values: object, end: str = "\n") -> bytes:
    return "".join(f"event: message{end}data: {json.dumps(value)}{end}{end}" for value in values).encode()


def logged(*messages: object, before: str = "[torii] [info] ") -> bytes:
    said = "2026-11-02T09:00:00.000Z " + before + "Message from {}: {} {{ metadata: undefined }}\n"
    sides = ["client" if "method" in message else "server" for message in messages if isinstance(message, dict)]
    return "".join(said.format(*pair) for pair in zip(sides, map(json.dumps, messages), strict=True)).encode()


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("anthropic-messages", anthropic_messages.CLEAN),
        ("openai-responses", openai_responses.CLEAN),
        ("openai-chat", [CHUNK]),
        ("gemini", gemini.CLEAN),
        ("mcp-wire", list(READ)),
    ],
)
def test_a_stream_of_events_is_read_as_the_values_in_it_are_without_it(name, records, audited):
    bare, streamed = audited(lines(*records)), audited(events(*records), "stream.sse")
    assert only(streamed).format == name
    assert (ruled(streamed), told(streamed)) == (ruled(bare), told(bare))


def test_a_stream_that_stopped_is_whole_although_nothing_says_why_it_did(audited):
    started, *_, stopped = anthropic_messages.stream()
    use = {"type": "content_block_start", "index": 0, "content_block": anthropic_messages.use("list_apps", "m1")}
    found = audited(events(started, use, stopped), "stream.sse")
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "unknown")])
    assert ruled(audited(events(started, use), "stream.sse")) == GAP


def test_a_call_in_a_stream_stands_at_the_line_of_its_event(audited):
    found = audited(events(*READ, ACTION, DONE), "stream.sse")
    assert (ruled(found), only(found).calls[1].location) == (VIOLATION, "line 8/params")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_only_keeps_a_stream_open_or_ends_it_is_no_gap(end, audited):
    around = f"retry: 100{end}{end}: keep open{end}{end}event: endpoint{end}data: /messages{end}{end}data:{end}{end}"
    raw = around.encode() + events(*READ, end=end) + f"data: [DONE]{end}{end}".encode()
    assert ruled(audited(raw, "stream.sse")) == CLEAN


def test_an_event_in_several_lines_is_one_value_and_the_last_may_lack_its_end(audited):
    raw = events(READ[0]) + b'data: {"jsonrpc": "2.0", "id": 1,\ndata: "result": {"content": []}}'
    assert ruled(audited(raw, "stream.sse")) == CLEAN


@pytest.mark.parametrize("line", [b"data: {\n\n", b"surprise\n", json.dumps(ACTION).encode() + b"\n"])
def test_a_line_of_a_stream_that_cannot_be_read_is_a_gap_and_one_of_json_is_a_value(line, audited):
    assert ruled(audited(events(*READ) + line, "stream.sse")) in (GAP, VIOLATION)


def test_the_messages_of_a_log_are_read_with_their_time_and_place(audited):
    found = only(audited(logged(*READ, ACTION, DONE), "mcp-server-torii.log"))
    assert (found.format, found.ground) == ("mcp-wire", "action-tool")
    assert (found.calls[1].location, found.calls[1].time) == ("line 3/message/params", "2026-11-02T09:00:00.000Z")


def test_what_host_and_server_note_beside_the_messages_does_not_matter(audited):
    notes = b"2026-11-02T09:00:00.000Z [torii] [info] Using: {\n  metadata: {\n" + b'{"level": "info"}\n' * 300
    assert ruled(audited(notes + logged(*READ), "mcp.log")) == CLEAN
    assert ruled(audited(logged(*READ, before=""), "mcp.log")) == CLEAN


@pytest.mark.parametrize("line", [logged(ACTION)[:-90], logged(ACTION)[30:], b'Sent {"jsonrpc": "2.0"}\n'])
def test_a_message_of_a_log_that_cannot_be_read_is_a_gap(line, audited):
    assert ruled(audited(logged(*READ) + line, "mcp.log")) == GAP


def test_a_call_that_a_server_did_not_know_was_refused(audited):
    unknown = {"jsonrpc": "2.0", "id": 2, "error": {"code": -32601, "message": "x"}}
    found = audited(logged(*READ, use("run_workflow", 2), unknown), "mcp.log")
    assert told(found)[-1] == ("run_workflow", "refused")
    assert ruled(audited(logged(*READ, use("run_workflow", 2), back(2, isError=True)), "mcp.log")) == VIOLATION


def test_a_file_that_begins_as_json_is_not_taken_for_a_log(audited):
    assert ruled(audited(lines(*READ) + logged(ACTION), "mcp.log")) == GAP
