"""Shapes: invented conversations in the shape of ChatGPT's data export of July to October 2026."""

import json
import zipfile

import pytest

from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import document, only, told
from tests.audit.transcripts import write

CALL = "api_tool.call_tool"


def node(node_id, parent, message, children=()):
    return node_id, {"id": node_id, "parent": parent, "children": list(children), "message": message}


def message(role, parts=(), *, name=None, recipient="all", metadata=None, **more):
    content = {"content_type": "text", "parts": list(parts)}
    author = {"role": role, "name": name}
    return {"author": author, "recipient": recipient, "content": content, "metadata": metadata or {}, **more}


def use(path="/Torii/link_1/list_apps", args=None, *, recipient=CALL, **more):
    body = {"content_type": "code", "text": json.dumps({"path": path, "args": args or {}})}
    return message("assistant", recipient=recipient, **more) | {"content": body}


def result(uri="/asdk_app_9/link_1/list_apps", name=CALL, **more):
    resource = {"invoked_resource": {"app_name": "Torii", "resource_uri": uri}} if uri else {}
    return message("tool", ["{}"], name=name, metadata=resource, **more)


def confirm(**more):
    asked = {"from_server": {"type": "confirm_action", "body": {"actions": []}}}
    return message("tool", name=CALL, metadata={"jit_plugin_data": asked}, **more)


def answer(kind, target=None, role="user"):
    action = {"target_message_id": target, "data": {"type": kind}} if target else {}
    said = {"user_action": action} if target else {"type": kind}
    return message(
        role, [""], name=CALL if role == "tool" else None, metadata={"jit_plugin_data": {"from_client": said}}
    )


def chain(*messages):
    """The messages below each other, as n0, n1, ..., under an empty root."""
    ids = ["root", *(f"n{index}" for index in range(len(messages)))]
    nodes = [node("root", None, None, ids[1:2])]
    nodes += [node(ids[i + 1], ids[i], one, ids[i + 2 : i + 3]) for i, one in enumerate(messages)]
    return dict(nodes)


def chat(mapping, name="c1"):
    return {"conversation_id": name, "title": "Renewals", "current_node": list(mapping)[-1], "mapping": mapping}


def export(*messages):
    return document([chat(chain(*messages))])


RUN = "/Torii/link_1/run_workflow"
RAN = "/asdk_app_9/link_1/run_workflow"
ASKED = message("user", ["Which apps?"])
SAID = message("assistant", ["Two."])
READ = (use(), result(), SAID)


def test_a_chat_that_only_read_is_clean(audited):
    found = only(audited(export(ASKED, use(create_time=1793527200.5), result(), message("assistant", ["Two."]))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "chatgpt", "c1")
    assert (found.calls[0].location, found.calls[0].time) == ("/0/mapping/n1/message", "2026-11-01T10:00:00Z")


@pytest.mark.parametrize(
    ("below", "state", "verdict"),
    [
        ([], "unknown", Verdict.VIOLATION),
        ([result(RAN)], "executed", Verdict.VIOLATION),
        ([result(None)], "executed", Verdict.VIOLATION),
        ([confirm()], "awaiting_approval", Verdict.ATTEMPTED),
        ([confirm(id="q"), answer("allow", "q")], "unknown", Verdict.VIOLATION),
        ([confirm(id="q"), answer("allow", "q"), result(RAN)], "executed", Verdict.VIOLATION),
        ([confirm(id="q"), answer("always_allow", "q"), result(RAN)], "executed", Verdict.VIOLATION),
        ([confirm(id="q"), answer("deny", "q")], "denied", Verdict.ATTEMPTED),
        ([confirm(id="q"), answer("surprise", "q")], "unknown", Verdict.VIOLATION),
        ([confirm(), answer("deny", role="tool")], "denied", Verdict.ATTEMPTED),
        ([confirm(id="q"), answer("deny", "q"), result(None)], "denied", Verdict.ATTEMPTED),
        ([confirm(id="q"), answer("deny", "q"), result(RAN)], "executed", Verdict.VIOLATION),
        ([confirm(id="q"), answer("deny", "q"), answer("allow", "q"), result(None)], "executed", Verdict.VIOLATION),
    ],
)
def test_the_state_of_a_call_is_what_stands_below_it(below, state, verdict, audited):
    found = audited(export(*READ, use(RUN), *below, SAID))
    assert (told(found)[-1], found.verdict) == (("run_workflow", state), verdict)


def test_what_the_tool_itself_says_after_a_denial_shows_that_it_may_have_run(audited):
    made = message("assistant", ["{}"], recipient="torii.run_workflow")
    denied = (confirm(id="q"), answer("deny", "q"))
    assert told(audited(export(made, *denied, SAID))) == [("run_workflow", "denied")]
    found = audited(export(made, *denied, result(None, name="torii.run_workflow"), SAID))
    assert (told(found), found.verdict) == ([("run_workflow", "unknown")], Verdict.VIOLATION)


@pytest.mark.parametrize(
    "last", [[], [ASKED], [message("system", [""]), ASKED], [message("assistant", [""], status="in_progress")]]
)
@pytest.mark.parametrize("made", [[use()], [use(), result()]])
def test_a_chat_that_ends_before_the_model_has_answered_is_cut_off(made, last, audited):
    assert only(audited(export(ASKED, *made, *last))).reason == "it ends before the model has answered"
    assert audited(export(ASKED, *made, *last, SAID, ASKED)).verdict is Verdict.CLEAN


def test_only_the_branch_that_is_shown_must_have_an_end(audited):
    stopped = node("x", "n0", use(), [])
    conversation = chat(chain(ASKED, *READ))
    conversation["mapping"] |= dict([stopped])
    assert audited(document([conversation])).verdict is Verdict.CLEAN
    assert audited(document([conversation | {"current_node": "x"}])).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("operation", ["run_workflow", "runWorkflow"])
@pytest.mark.parametrize("where", ["question", "result", "plugin"])
def test_what_the_host_names_must_be_what_was_called(where, operation, audited):
    body = {"jit_plugin_data": {"from_server": {"type": "confirm_action", "body": {"operation": operation}}}}
    asked = message("tool", name=CALL, metadata=body, id="q")
    noted = {
        "question": [asked, answer("allow", "q"), result()],
        "result": [result() | {"metadata": result()["metadata"] | body}, result()],
        "plugin": [result() | {"metadata": result()["metadata"] | {"invoked_plugin": {"operation": operation}}}],
    }[where]
    found = only(audited(export(*READ, use(), *noted, SAID)))
    assert (found.ground, "run" in found.reason) == ("gap", True)
    assert audited(export(*READ, use(RUN), asked, SAID)).verdict is Verdict.ATTEMPTED


def test_a_denial_that_names_no_question_counts_only_where_one_call_waits(audited):
    found = audited(export(use(RUN), use(RUN, {"id": 2}), confirm(), answer("deny")))
    assert told(found) == [("run_workflow", "unknown"), ("run_workflow", "unknown")]


def test_an_approval_reaches_the_call_it_was_asked_for_among_several(audited):
    found = audited(export(use(RUN), confirm(id="q1"), use("/Torii/link_1/update_user"), answer("deny", "q1")))
    assert told(found) == [("run_workflow", "denied"), ("update_user", "unknown")]


def test_results_of_parallel_calls_find_their_calls_by_the_tool_they_name(audited):
    found = audited(export(use(), use(RUN), result(), confirm(id="q"), answer("deny", "q")))
    assert told(found) == [("list_apps", "executed"), ("run_workflow", "denied")]


def test_an_error_of_the_host_is_a_failure(audited):
    failed = result(RAN) | {"content": {"content_type": "system_error", "text": "x"}}
    assert told(audited(export(use(RUN), failed))) == [("run_workflow", "failed")]


@pytest.mark.parametrize(("status", "state"), [(200, "executed"), (404, "failed"), (500, "failed"), (None, "executed")])
def test_an_answer_with_an_error_is_a_failure(status, state, audited):
    plugin = {"invoked_plugin": {"http_response_status": status}}
    tool = "torii_example__jit_plugin.run_workflow"
    answered = message("tool", ["x"], name=tool, metadata=plugin)
    assert told(audited(export(*READ, answered)))[1:] == [("run_workflow", state)]
    assert told(audited(export(message("assistant", ["{}"], recipient=tool), answered))) == [("run_workflow", state)]


@pytest.mark.parametrize("before", [[], [message("assistant", ["{}"], recipient="x__jit_plugin.run_workflow")]])
@pytest.mark.parametrize("beside", [[], READ])
def test_a_preview_that_was_answered_ran(before, beside, audited):
    preview = {"from_server": {"type": "preview", "body": {"operation": "run_workflow"}}}
    metadata = {"invoked_plugin": {"http_response_status": 200}, "jit_plugin_data": preview}
    answered = message("tool", ["started"], name="x__jit_plugin.run_workflow", metadata=metadata)
    found = audited(export(*beside, *before, answered))
    assert (told(found)[-1], found.verdict) == (("run_workflow", "executed"), Verdict.VIOLATION)


def test_a_connector_of_openai_that_is_linked_by_nobody_is_resolved(audited):
    path = "/Our Research/implicit_link::connector_openai_research/list_apps"
    assert told(audited(export(use(path), result(path)))) == [("list_apps", "executed")]


def test_an_abandoned_branch_is_read(audited):
    mapping = dict(
        [
            node("root", None, None, ["a", "b"]),
            node("a", "root", use(RUN, weight=0), ["a2"]),
            node("a2", "a", result(RAN, weight=0)),
            node("b", "root", use(), ["b2"]),
            node("b2", "b", result()),
        ]
    )
    assert audited(document([chat(mapping)])).verdict is Verdict.VIOLATION


def test_a_result_on_another_branch_does_not_answer_a_call(audited):
    mapping = dict(
        [
            node("root", None, None, ["a", "b"]),
            node("a", "root", use(RUN), ["a2"]),
            node("a2", "a", confirm()),
            node("b", "root", use(RUN), ["b2"]),
            node("b2", "b", result(RAN)),
        ]
    )
    states = [state for _, state in told(audited(document([chat(mapping)])))]
    assert states == ["awaiting_approval", "executed"]


def test_nodes_may_stand_in_any_order(audited):
    mapping = dict(reversed(chain(ASKED, use(RUN), result(RAN)).items()))
    assert told(audited(document([chat(mapping)]))) == [("run_workflow", "executed")]


@pytest.mark.parametrize(
    ("payload", "calls"),
    [
        ({"recipient": "api_tool_torii"}, [("run_workflow", "executed")]),
        ({"recipient": "Torii.run_workflow"}, [("run_workflow", "executed")]),
        ({"recipient": "torii__jit_plugin.runWorkflow"}, [("run_workflow", "executed")]),
    ],
)
def test_every_spelling_of_a_recipient_is_read(payload, calls, audited):
    made = use(RUN) | payload
    assert told(audited(export(made, result(None, name=payload["recipient"])))) == calls


def test_every_call_of_a_parallel_carrier_is_judged(audited):
    uses = [
        {"recipient_name": CALL, "parameters": {"path": path, "args": {}}} for path in (RUN, "/Torii/link_1/list_apps")
    ]
    carrier = message("assistant", recipient="multi_tool_use.parallel")
    carrier["content"] = {"content_type": "code", "text": json.dumps({"tool_uses": uses})}
    found = audited(export(carrier, result(), result(RAN)))
    assert told(found) == [("run_workflow", "executed"), ("list_apps", "executed")]


def test_a_tool_that_calls_a_tool_is_read(audited):
    by_code = use(RUN) | {"author": {"role": "tool", "name": "python"}}
    assert audited(export(*READ, by_code, result(RAN))).verdict is Verdict.VIOLATION


def test_a_result_without_its_call_is_the_call_it_names(audited):
    found = audited(export(*READ, result(RAN)))
    assert (told(found)[-1], found.verdict) == (("run_workflow", "executed"), Verdict.VIOLATION)


def test_a_result_of_another_tool_does_not_hide_behind_a_read(audited):
    found = audited(export(use(), result(None), result(None, name="browser.open")))
    assert told(found) == [("list_apps", "executed"), ("browser.open", "executed")]
    assert found.verdict is Verdict.INCONCLUSIVE


def test_a_result_that_names_nothing_is_a_gap(audited):
    assert only(audited(export(*READ, result(None, name=None)))).ground == "gap"


def test_a_call_whose_text_was_stripped_is_inconclusive(audited):
    stripped = use() | {"content": {"content_type": "code"}}
    found = audited(export(stripped, result(None)))
    assert (found.verdict, told(found)) == (Verdict.INCONCLUSIVE, [(CALL, "executed")])


def test_a_listing_of_tools_is_no_call(audited):
    listing = use(recipient="api_tool.list_resources")
    named = message("tool", ["run_workflow, delete_user"], name="api_tool.list_resources")
    assert told(audited(export(listing, named, *READ))) == [("list_apps", "executed")]


def test_a_mention_in_prose_or_in_a_result_is_no_call(audited):
    words = f'Torii.run_workflow {{"path":"{RUN}","args":{{}}}}'
    named = result() | {"content": {"content_type": "text", "parts": [words]}}
    found = only(audited(export(message("user", [words]), use(), named, message("assistant", [words]), SAID)))
    assert (found.verdict, len(found.calls)) == (Verdict.CLEAN, 1)


def test_a_chat_full_of_figures_without_a_tool_node_is_inconclusive(audited):
    found = only(audited(export(ASKED, message("assistant", ["| app | users |\n|---|---|\n| Atlas | 120 |"]))))
    assert (found.verdict, found.ground) == (Verdict.INCONCLUSIVE, "no-evidence")


def test_a_call_kept_as_text_by_work_is_a_gap(audited):
    words = json.dumps({"type": "mcpToolCall", "tool": "torii.list_apps", "status": "completed"})
    assert only(audited(export(*READ, message("assistant", [words])))).ground == "gap"


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (use(args={"mode": "apply"}), "arguments"),
        (use("/Torii/link_1/bulk_update_user"), "name"),
        (use("/x/link_1/y/list_apps"), "name"),
        (use(recipient="t2uay3k.sj1i4kz"), "unknown-tool"),
    ],
)
def test_what_is_not_reviewed_is_inconclusive(made, rule, audited):
    found = only(audited(export(*READ, made, SAID)))
    assert (found.verdict, found.ground) == (Verdict.INCONCLUSIVE, rule)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "x",
        {},
        {"author": {"role": "someone"}, "recipient": "all", "content": {}},
        {"author": {"role": "assistant"}, "content": {}},
    ],
)
def test_a_message_that_cannot_be_read_is_a_gap(broken, audited):
    assert only(audited(export(*READ, broken))).ground == "gap"


@pytest.mark.parametrize(
    "cut",
    [
        lambda chat: chat["mapping"].pop("n0"),
        lambda chat: chat["mapping"].pop("n2"),
        lambda chat: chat.update(current_node="n9"),
        lambda chat: chat["mapping"].update(n2="x"),
        lambda chat: chat["mapping"]["root"]["children"].append("n9"),
    ],
)
def test_a_node_that_is_missing_is_a_gap(cut, audited):
    conversation = chat(chain(ASKED, *READ))
    cut(conversation)
    assert only(audited(document([conversation]))).ground == "gap"


def test_parents_that_run_in_a_circle_end(audited):
    mapping = chain(*READ)
    mapping["root"]["parent"] = "n1"
    assert told(audited(document([chat(mapping)]))) == [("list_apps", "executed")]


def test_one_chat_as_a_document_is_read(audited):
    raw = json.dumps(chat(chain(*READ)), indent=1).encode()
    assert only(audited(raw)).verdict is Verdict.CLEAN


def test_custom_instructions_and_prompts_are_told_by_their_stamp(audited):
    rules = message("user") | {
        "content": {
            "content_type": "user_editable_context",
            "user_instructions": stamped("Read only.", "short", "1.0.0"),
        }
    }
    prompt = message("user", [stamped("Which contracts?", "renewal_calendar", "1.2.0").replace("Which", "What")])
    stamps = only(audited(export(rules, prompt, *READ))).stamps
    assert [(stamp.reference, stamp.is_edited) for stamp in stamps] == [
        ("short@1.0.0", False),
        ("renewal_calendar@1.2.0", True),
    ]


def test_a_zip_of_shards_is_read_and_a_missing_one_is_a_gap(tmp_path, audited):
    members = {f"conversations-{number}.json": document([chat(chain(*READ), number)]) for number in ("000", "002")}
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, raw in {**members, "chat.html": b"<html>run_workflow</html>", "user.json": b"{}"}.items():
            archive.writestr(name, raw)
    found = audited()
    assert [result.verdict for result in found.results] == [Verdict.CLEAN, Verdict.CLEAN, Verdict.INCONCLUSIVE]
    assert found.results[-1].path.endswith("export.zip!conversations-001.json")


def test_a_folder_is_read_with_what_lies_beside_the_chats(tmp_path, audited):
    write(tmp_path / "conversations.json", export(*READ))
    write(tmp_path / "chat.html", b"<html>")
    write(tmp_path / "group_chats.json", b'{"chats":[]}')
    assert audited().verdict is Verdict.CLEAN
    write(tmp_path / "group_chats.json", b'{"chats":[{"id":"g1"}]}')
    assert [result.ground for result in audited().results] == ["read-tool", "unknown-format"]


def test_a_question_for_a_sign_in_and_a_picture_are_no_call_and_no_result(audited):
    asked = message("tool", name=CALL, metadata={"jit_plugin_data": {"from_server": {"type": "oauth_required"}}})
    picture = message("user", [{"content_type": "image_asset_pointer", "asset_pointer": "file-service://f"}, "Which?"])
    assert told(audited(export(picture, use(), asked))) == [("list_apps", "unknown")]
    assert only(audited(export(picture, use(), asked, result(), SAID))).verdict is Verdict.CLEAN


WRITE = use("/Torii/link_1/run_workflow", {"id": 1})


def beside_the_tree(hidden):
    return chat(chain(message("user", ["Hi"]), *READ)) | {"hidden": dict([node("x", None, hidden)])}


def as_a_list_of_messages(hidden):
    return chat(chain(message("user", ["Hi"]), *READ)) | {"messages": [hidden]}


def beside_a_message(hidden):
    mapping = chain(message("user", ["Hi"]), *READ)
    return chat(mapping | {"n0": mapping["n0"] | {"draft": hidden}})


def in_metadata(hidden):
    return chat(chain(message("user", ["Hi"], metadata={"kept": hidden}), *READ))


@pytest.mark.parametrize("hidden", [WRITE, result("/asdk_app_9/link_1/run_workflow")], ids=["call", "result"])
@pytest.mark.parametrize("place", [beside_the_tree, as_a_list_of_messages, beside_a_message, in_metadata])
def test_a_message_to_or_from_a_tool_where_nobody_reads_is_never_clean(place, hidden, audited):
    audit = only(audited(document([place(hidden)])))
    assert audit.verdict is Verdict.INCONCLUSIVE


def test_a_message_that_is_for_nobody_but_the_person_may_stand_anywhere(audited):
    assert only(audited(document([as_a_list_of_messages(message("assistant", ["Hi"]))]))).verdict is Verdict.CLEAN
