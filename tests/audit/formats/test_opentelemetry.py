import json

import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines


def attributes(given):
    kinds = {str: "stringValue", int: "intValue", bool: "boolValue"}
    return [
        {"key": key, "value": value if isinstance(value, dict) else {kinds[type(value)]: value}}
        for key, value in given.items()
    ]


def span(span_id, parent="", told=None, trace="01", **more):
    ids = {"traceId": trace, "spanId": span_id, "parentSpanId": parent, "startTimeUnixNano": "1793527200000000000"}
    return {**ids, "attributes": attributes(told or {})} | more


def tool(span_id, name="list_apps", parent="", arguments="{}", **more):
    told = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.call.arguments": arguments}
    return span(span_id, parent, told, **more)


def mcp(span_id, name="list_apps", parent="", **more):
    told = {"mcp.method.name": "tools/call", "gen_ai.tool.name": name, "gen_ai.tool.call.arguments": "{}"}
    return span(span_id, parent, told, **more)


def batch(*spans):
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


def chat(span_id, key, *parts, parent="", role="assistant", **more):
    messages = [{"role": role, "parts": list(parts)} | more]
    return span(span_id, parent, {"gen_ai.operation.name": "chat", key: json.dumps(messages)})


OUTPUT, INPUT = "gen_ai.output.messages", "gen_ai.input.messages"
ASKED = {"type": "tool_call", "id": "c1", "name": "run_workflow", "arguments": {}}


@pytest.mark.parametrize("layout", [document, lines])
def test_reads_are_clean_and_have_their_time(layout, audited):
    found = audited(layout(batch(span("a"), tool("b", parent="a"))))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    [one] = found.results[0].calls
    assert (found.results[0].format, one.time) == ("opentelemetry", "2026-11-01T10:00:00Z")
    assert one.location == "line 1/resourceSpans/0/scopeSpans/0/spans/1"


def test_the_spans_of_agent_client_and_server_are_one_call(audited):
    spans = [tool("b", "run_workflow", "a"), mcp("c", "run_workflow", "b"), mcp("d", "run_workflow", "c"), span("a")]
    for order in (spans, spans[::-1]):
        assert told(audited(document(batch(*order)))) == [("run_workflow", "executed")]


def test_two_calls_side_by_side_are_two(audited):
    found = audited(document(batch(span("a"), mcp("b", "run_workflow", "a"), mcp("c", "run_workflow", "a"))))
    assert told(found) == [("run_workflow", "executed")] * 2


def test_a_call_inside_the_span_of_another_tool_is_found(audited):
    assert ruled(audited(document(batch(tool("a"), mcp("b", "run_workflow", "a"))))) == VIOLATION


@pytest.mark.parametrize("more", [{"status": {"code": 2}}, {"status": {"code": "STATUS_CODE_ERROR"}}])
def test_an_action_that_failed_is_a_violation(more, audited):
    assert told(audited(document(batch(tool("a", "torii_run_workflow", **more))))) == [("run_workflow", "failed")]


def test_a_trace_may_be_spread_over_lines(audited):
    found = audited(lines(batch(tool("b", parent="a")), batch(span("a")), batch(tool("a", "run_workflow", trace="02"))))
    assert (ruled(found), [result.conversation for result in found.results]) == (CLEAN + VIOLATION, ["01", "02"])


def test_arguments_that_were_not_recorded_are_not_none_given(audited):
    told_of = {"mcp.method.name": "tools/call", "gen_ai.tool.name": "list_apps"}
    assert ruled(audited(document(batch(span("a", told=told_of))))) == [("inconclusive", "arguments")]


@pytest.mark.parametrize("arguments", ['{"mode":"apply"}', '{"size":1,"size":2}', '{"size":1', "[]"])
def test_a_read_tool_with_arguments_nobody_reviewed_is_inconclusive(arguments, audited):
    assert ruled(audited(document(batch(tool("a", arguments=arguments))))) == [("inconclusive", "arguments")]


def test_arguments_may_be_recorded_as_a_structure(audited):
    given = {"kvlistValue": {"values": [{"key": "size", "value": {"intValue": "100"}}]}}
    assert ruled(audited(document(batch(tool("a", arguments=given))))) == CLEAN


def test_a_call_in_an_answer_is_a_proposal(audited):
    found = audited(document(batch(chat("a", OUTPUT, ASKED, finish_reason="tool_call"))))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "proposed")])


def test_a_call_in_a_later_input_may_have_run(audited):
    assert told(audited(document(batch(chat("a", INPUT, ASKED))))) == [("run_workflow", "unknown")]
    answered = batch(chat("a", INPUT, ASKED), chat("b", INPUT, {"type": "tool_call_response", "id": "c1"}, parent="a"))
    assert told(audited(document(answered))) == [("run_workflow", "executed")]


def test_a_proposal_and_the_span_of_its_call_are_one(audited):
    ran = span("b", "a", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "run_workflow",
                          "gen_ai.tool.call.id": "c1"})  # fmt: skip
    assert told(audited(document(batch(chat("a", OUTPUT, ASKED), ran)))) == [("run_workflow", "executed")]


def test_a_call_of_the_provider_may_have_no_span(audited):
    part = {"type": "server_tool_call", "id": "s1", "name": "run_workflow", "server_tool_call": {"arguments": {}}}
    assert told(audited(document(batch(chat("a", OUTPUT, part))))) == [("run_workflow", "unknown")]


def test_messages_may_stand_in_an_event_of_a_span(audited):
    event = {"name": "x", "attributes": attributes({OUTPUT: json.dumps([{"role": "assistant", "parts": [ASKED]}])})}
    assert told(audited(document(batch(span("a", events=[event]))))) == [("run_workflow", "proposed")]


@pytest.mark.parametrize(
    "broken",
    [
        tool("b", parent="gone"),
        span("b", droppedAttributesCount=1),
        span("b", attributes=[{"key": 7}]),
        span("b", attributes={"gen_ai.tool.name": "run_workflow"}),
        span("b", told={"mcp.method.name": "tools/call"}),
        span("b", told={OUTPUT: "[{"}),
        chat("b", OUTPUT, {"type": "surprise"}),
        chat("b", OUTPUT, {"type": "tool_call_response", "id": "c9"}),
        chat("b", OUTPUT, {"type": "text", "content": "hi"}, finish_reason="length"),
    ],
)
def test_what_may_hide_calls_is_a_gap(broken, audited):
    assert ruled(audited(document(batch(tool("a"), broken)))) == GAP


def test_a_trace_without_any_call_shows_nothing(audited):
    assert ruled(audited(document(batch(span("a"))))) == [("inconclusive", "no-evidence")]


def test_a_ring_of_spans_ends(audited):
    assert audited(document(batch(mcp("a", parent="b"), mcp("b", parent="a")))).verdict == "clean"


def test_a_list_of_tools_and_a_mention_are_no_calls(audited):
    listed = span(
        "b", "a", {"mcp.method.name": "tools/list", "gen_ai.tool.definitions": json.dumps([{"name": "run_workflow"}])}
    )
    mention = chat("c", OUTPUT, {"type": "text", "content": json.dumps(ASKED)}, parent="a")
    assert told(audited(document(batch(tool("a"), listed, mention)))) == [("list_apps", "executed")]
