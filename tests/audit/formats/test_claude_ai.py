"""Shapes: invented conversations in the shape that Claude.ai's data export had in July 2026."""

import pytest

from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import document, only, told
from tests.audit.transcripts import write

SERVER = {"integration_name": "Torii", "mcp_server_url": "https://api.toriihq.com/mcp", "approval_key": None}


def use(name="Torii:list_apps", call_id="toolu_1", arguments=None):
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments or {}, **SERVER}


def result(call_id="toolu_1", *, is_error=False, **more):
    return {"type": "tool_result", "tool_use_id": call_id, "is_error": is_error, "content": [], **more}


def text(words):
    return {"type": "text", "text": words}


def message(uuid, *content, sender="assistant", parent=None, **more):
    done = [text("Done.")] if sender == "assistant" else []
    return {"uuid": uuid, "sender": sender, "content": [*content, *done], "parent_message_uuid": parent, **more}


def chat(*messages, uuid="k1"):
    return {"uuid": uuid, "name": "Renewals", "chat_messages": list(messages)}


def export(*messages):
    return document([chat(*messages)])


ASKED = message("m1", text("Which apps?"), sender="human")


def test_a_chat_that_only_read_is_clean(audited):
    found = only(audited(export(ASKED, message("m2", use(), result(), text("Two."), parent="m1"))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "claude-ai", "k1")
    assert found.calls[0].location == "/0/chat_messages/1/content/0"


def test_a_call_tells_its_time(audited):
    answer = message("m2", use(), result(), created_at="2026-11-02T10:00:00Z")
    assert only(audited(export(answer))).calls[0].time == "2026-11-02T10:00:00Z"


@pytest.mark.parametrize("is_error", [True, False])
def test_an_action_with_a_result_ran(is_error, audited):
    raw = export(message("m2", use("Torii:run_workflow"), result(is_error=is_error)))
    assert audited(raw).verdict is Verdict.VIOLATION


def test_a_call_without_a_result_has_an_unknown_outcome(audited):
    found = audited(export(message("m2", use("Torii:run_workflow"))))
    assert (told(found), found.verdict) == ([("run_workflow", "unknown")], Verdict.VIOLATION)


def test_a_result_without_its_call_is_a_gap(audited):
    raw = export(message("m2", use(), result(), result("toolu_9")))
    assert only(audited(raw)).reason == "/0/chat_messages/0/content/2: a result without its call"


def test_calls_without_ids_are_paired_by_name_and_order(audited):
    calls = [use("Torii:list_apps", None), use("Torii:get_app", None, {"idApp": 1})]
    results = [result(None, name="Torii:get_app", is_error=True), result(None, name="Torii:list_apps")]
    found = audited(export(message("m2", *calls, *results)))
    assert told(found) == [("list_apps", "executed"), ("get_app", "failed")]


@pytest.mark.parametrize(
    "last",
    [
        {"content": [use()]},
        {"content": [use(), result()]},
        {"content": [text("Let me look."), use(), result(), {"type": "thinking", "thinking": "x"}]},
        {"truncated": True},
        {"stop_reason": "tool_use"},
        {"stop_reason": "max_tokens"},
    ],
)
def test_a_chat_that_ends_before_the_model_has_answered_is_cut_off(last, audited):
    answer = message("m2", use(), result(), parent="m1")
    thanks = message("m3", text("Thanks"), sender="human", parent="m2")
    for raw in (export(ASKED, answer | last), export(ASKED, answer | last, thanks)):
        assert only(audited(raw)).reason == "it ends before the model has answered"
    assert audited(export(ASKED, answer | {"stop_reason": "end_turn", "truncated": False}, thanks)).verdict is (
        Verdict.CLEAN
    )


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("Torii:run_workflow", [("list_apps", "executed"), ("run_workflow", "executed")]),
        ("list_apps", [("list_apps", "executed")]),
    ],
)
def test_a_result_that_names_another_tool_shows_that_it_ran(name, calls, audited):
    assert told(audited(export(message("m2", use(), result(name=name))))) == calls


@pytest.mark.parametrize("inside", [use("Torii:run_workflow", "t9"), result("t9")])
def test_a_call_or_result_inside_a_result_is_a_gap(inside, audited):
    found = only(audited(export(message("m2", use(), result() | {"content": [inside]}))))
    assert found.reason == "/0/chat_messages/0/content/1: calls or results stand inside a result"


def test_an_abandoned_branch_is_read(audited):
    dropped = message("m2", use("Torii:run_workflow"), result(), parent="m1")
    kept = message("m3", use(call_id="toolu_2"), result("toolu_2"), parent="m1")
    assert audited(export(ASKED, dropped, kept)).verdict is Verdict.VIOLATION


def test_a_message_whose_parent_is_missing_is_a_gap(audited):
    raw = export(message("m2", use(), result(), parent="m1"))
    assert only(audited(raw)).reason == "/0/chat_messages/0: the message before it is not in the export"


def test_an_answer_kept_as_flat_text_is_a_gap(audited):
    flat = {"uuid": "m3", "sender": "assistant", "text": "I looked it up.", "content": []}
    found = only(audited(export(message("m2", use(), result()), flat)))
    assert (found.verdict, found.ground) == (Verdict.INCONCLUSIVE, "gap")


def test_an_answer_full_of_figures_without_a_call_is_inconclusive(audited):
    raw = export(ASKED, message("m2", text("| app | cost |\n|---|---|\n| Atlas | 120 |")))
    assert (audited(raw).verdict, only(audited(raw)).ground) == (Verdict.INCONCLUSIVE, "no-evidence")


def test_a_mention_in_prose_or_in_a_result_is_no_call(audited):
    words = 'Torii:run_workflow {"type":"tool_use","name":"run_workflow"}'
    told_by_server = result(structured_content={"type": "tool_use", "name": "run_workflow"})
    raw = export(message("m1", text(words), sender="human"), message("m2", use(), told_by_server, text(words)))
    assert told(audited(raw)) == [("list_apps", "executed")]


@pytest.mark.parametrize(
    ("name", "arguments", "rule"),
    [
        ("Torii:list_apps", {"mode": "apply"}, "arguments"),
        ("Torii:bulk_run_workflow", {}, "name"),
        ("GitHub:list_apps", {}, "name"),
        ("web_search", {"query": "x"}, "unknown-tool"),
    ],
)
def test_what_ran_and_is_not_reviewed_is_inconclusive(name, arguments, rule, audited):
    found = only(audited(export(message("m2", use(), result(), use(name, "t2", arguments), result("t2")))))
    assert (found.verdict, found.ground) == (Verdict.INCONCLUSIVE, rule)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "surprise"},
        {"name": "Torii:run_workflow", "input": {}},
        {"type": "tool_use", "input": {}},
        "text",
        None,
    ],
)
def test_a_block_that_cannot_be_read_is_a_gap(broken, audited):
    assert only(audited(export(message("m2", use(), result(), broken)))).ground == "gap"


@pytest.mark.parametrize("broken", [None, "x", {"sender": "someone", "content": []}, {"sender": "assistant"}])
def test_a_message_that_cannot_be_read_is_a_gap(broken, audited):
    assert only(audited(export(message("m2", use(), result()), broken))).ground == "gap"


def test_what_is_no_conversation_is_a_gap_beside_the_others(audited):
    raw = document([chat(message("m2", use(), result())), {"uuid": "k2"}])
    assert [one.verdict for one in audited(raw).results] == [Verdict.CLEAN, Verdict.INCONCLUSIVE]


def test_the_prompt_a_chat_carried_is_told_also_from_a_pasted_file(audited):
    prompt = stamped("Which contracts end soon?", "renewal_calendar", "1.2.0")
    asked = message("m1", sender="human", attachments=[{"extracted_content": prompt}])
    found = only(audited(export(asked, message("m2", use(), result()))))
    assert [(stamp.reference, stamp.is_edited) for stamp in found.stamps] == [("renewal_calendar@1.2.0", False)]


def test_a_missing_part_of_the_export_is_a_gap(tmp_path, audited):
    raw = export(message("m2", use(), result()))
    for number in ("000", "002"):
        write(tmp_path / f"conversations-{number}.json", raw)
    found = audited()
    assert (found.verdict, found.results[-1].reason) == (
        Verdict.INCONCLUSIVE,
        "this part of the export is missing",
    )
