"""Shapes: invented sessions in the shape that Claude Code 2.1 wrote in October 2026."""

import pytest

from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, only, ruled, told
from tests.audit.transcripts import lines, write

LIST, RUN = "mcp__torii__list_apps", "mcp__torii__run_workflow"


def line(kind, content, session="s1", **more):
    message = {"role": kind, "content": content}
    return {"type": kind, "sessionId": session, "timestamp": "2026-11-02T10:00:00Z", "message": message, **more}


def use(name=LIST, call_id="t1", arguments=None, **more):
    return line("assistant", [{"type": "tool_use", "id": call_id, "name": name, "input": arguments or {}}], **more)


def result(call_id="t1", *, is_error=False, content="[]", **more):
    block = {"type": "tool_result", "tool_use_id": call_id, "is_error": is_error, "content": content}
    return line("user", [block], **more)


def said(words, kind="assistant", **more):
    return line(kind, [{"type": "text", "text": words}], **more)


ASKED = line("user", "Which apps?", uuid="u1", parentUuid=None)
READ = (use(), result())


def test_a_session_that_only_read_is_clean(audited):
    found = only(audited(lines(ASKED, *READ, said("Two."))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "claude-code", "s1")
    assert (found.calls[0].location, found.calls[0].time) == ("line 2/message/content/0", "2026-11-02T10:00:00Z")


@pytest.mark.parametrize(
    ("after", "state", "verdict"),
    [
        ([], "unknown", Verdict.VIOLATION),
        ([result("t2")], "executed", Verdict.VIOLATION),
        ([result("t2", is_error=True)], "failed", Verdict.VIOLATION),
        ([result("t2", is_error=True, toolDenialKind="permission-rule")], "denied", Verdict.ATTEMPTED),
        ([result("t2", is_error=True, toolDenialKind="automode-blocked")], "denied", Verdict.ATTEMPTED),
        ([result("t2", is_error=True, toolDenialKind="user-rejected")], "unknown", Verdict.VIOLATION),
        ([result("t2", is_error=True, toolDenialKind="interrupted")], "unknown", Verdict.VIOLATION),
        ([result("t2", is_error=True, toolUseResult="User rejected tool use")], "unknown", Verdict.VIOLATION),
        ([result("t2", is_error=True, toolUseResult="Error: x")], "failed", Verdict.VIOLATION),
        ([result("t2", is_error=True, content="Permission to use it has been denied.")], "failed", Verdict.VIOLATION),
    ],
)
def test_the_state_of_a_call_is_what_the_host_noted_of_it(after, state, verdict, audited):
    found = audited(lines(*READ, use(RUN, "t2"), *after))
    assert (told(found)[-1], found.verdict) == (("run_workflow", state), verdict)


@pytest.mark.parametrize("name", [RUN, "mcp__claude_ai_Torii__run_workflow", "mcp__plugin_x_torii__run_workflow"])
def test_an_action_is_found_under_every_label(name, audited):
    assert ruled(audited(lines(*READ, use(name, "t2"), result("t2")))) == VIOLATION


def test_a_block_that_is_written_twice_while_streaming_counts_once(audited):
    assert told(audited(lines(use(), use(), result()))) == [("list_apps", "executed")]


def test_side_chains_in_the_file_of_a_session_are_read(audited):
    launch = use("Task", "t0", {"prompt": "look"})
    found = audited(lines(launch, use(RUN, "t2", isSidechain=True), result("t2", isSidechain=True), result("t0")))
    assert ruled(found) == VIOLATION


def test_a_sub_agent_is_a_conversation_of_its_own_and_the_launch_is_no_call(tmp_path, audited):
    back = result("t0", toolUseResult={"agentId": "a7"})
    write(tmp_path / "s1.jsonl", lines(ASKED, *READ, use("Agent", "t0"), back))
    write(tmp_path / "s1/subagents/agent-a7.jsonl", lines(*(dict(one, agentId="a7", isSidechain=True) for one in READ)))
    write(tmp_path / "s1/subagents/agent-a7.meta.json", b'{"agentType":"x"}')
    found = audited()
    assert [result.conversation for result in found.results] == ["s1", "s1/a7"]
    assert found.verdict is Verdict.CLEAN


def test_an_action_of_a_sub_agent_is_a_violation(audited):
    acted = [dict(one, agentId="a7", isSidechain=True) for one in (use(RUN), result())]
    assert ruled(audited(lines(*acted))) == VIOLATION


@pytest.mark.parametrize("back", [[result("t0", toolUseResult={"agentId": "a7"})], [result("t0")], []])
def test_a_sub_agent_whose_file_is_missing_is_a_gap(back, audited):
    assert ruled(audited(lines(ASKED, *READ, use("Agent", "t0"), *back))) == GAP


def test_what_a_sub_agent_is_said_to_be_doing_is_read(audited):
    progress = {"type": "progress", "sessionId": "s1", "data": {"type": "agent_progress", "message": use(RUN, "t9")}}
    assert ruled(audited(lines(*READ, progress))) == VIOLATION


def test_two_sessions_in_a_file_are_two_conversations(audited):
    other = [dict(one, sessionId="s2") for one in (use(RUN), result())]
    assert ruled(audited(lines(*READ, *other))) == CLEAN + VIOLATION


def test_a_result_without_its_call_is_a_gap(audited):
    assert ruled(audited(lines(*READ, result("t9")))) == GAP


def linked(*session):
    return [dict(one, uuid=f"u{at}", parentUuid=f"u{at - 1}" if at else None) for at, one in enumerate(session)]


@pytest.mark.parametrize("talk", [1, 100])
def test_lines_taken_out_of_the_middle_are_a_gap(talk, audited):
    before, after = ([said("All is well.")] * talk for _ in range(2))
    session = linked(ASKED, *READ, *before, use(RUN, "t2"), result("t2"), *after)
    assert ruled(audited(lines(*session))) == VIOLATION
    at = 3 + talk
    found = audited(lines(*session[:at], *session[at + 2 :]))
    assert only(found).reason == f"line {at + 1}: the line before it, its `parentUuid`, is not in the file"
    # A turn that was written anew begins at a line which was passed over.
    again = said("Better.", uuid="v1", parentUuid=f"u{3 + talk // 2}")
    clean = [*session[:at], again, said("Well.", uuid="v2", parentUuid="v1")]
    assert ruled(audited(lines(*clean))) == CLEAN


def stopped(reason, words="Let me look."):
    answer = said(words)
    return answer | {"message": answer["message"] | {"stop_reason": reason}}


@pytest.mark.parametrize("reason", ["tool_use", "max_tokens", "pause_turn"])
def test_a_session_whose_last_words_were_to_go_on_is_cut_off(reason, audited):
    cut = [ASKED, *READ, *[said("Well.")] * 3, stopped(reason)]
    assert only(audited(lines(*cut))).reason == "it ends before the model has answered"
    assert ruled(audited(lines(*cut, stopped("end_turn")))) == CLEAN
    assert ruled(audited(lines(*cut, use(call_id="t2"), result("t2")))) == CLEAN
    note = {"type": "system", "subtype": "init", "sessionId": "s1"}
    assert ruled(audited(lines(*cut, *[said("Well.")] * 3, note))) == CLEAN


def test_a_session_whose_beginning_is_missing_is_a_gap(audited):
    asked = dict(ASKED, parentUuid="u0")
    note = {"type": "system", "subtype": "init", "sessionId": "s1", "uuid": "u0"}
    assert ruled(audited(lines(asked, *READ))) == GAP
    assert ruled(audited(lines(note, asked, *READ))) == CLEAN


def test_a_compacted_session_is_a_gap_unless_what_came_before_is_there(audited):
    boundary = {"type": "system", "subtype": "compact_boundary", "sessionId": "s1"}
    summary = line("user", "So far: run_workflow was not called.", isCompactSummary=True)
    assert ruled(audited(lines(boundary, summary, *READ))) == GAP
    assert ruled(audited(lines(summary, *READ))) == GAP
    assert ruled(audited(lines(*READ, boundary, summary))) == CLEAN


def test_a_search_for_tools_is_no_call(audited):
    found = [{"type": "tool_reference", "tool_name": RUN}]
    raw = lines(use("ToolSearch", "t0", {"query": RUN}), result("t0", content=found), *READ)
    assert told(audited(raw)) == [("list_apps", "executed")]


def test_a_mention_in_prose_a_result_or_a_note_is_no_call(audited):
    words = f'{RUN} {{"type":"tool_use","name":"{RUN}"}}'
    note = {"type": "last-prompt", "sessionId": "s1", "lastPrompt": words}
    raw = lines(said(words, "user"), use(), result(content=words), said(words), note)
    assert told(audited(raw)) == [("list_apps", "executed")]


@pytest.mark.parametrize(
    ("name", "arguments", "rule"),
    [
        (LIST, {"mode": "apply"}, "arguments"),
        ("mcp__torii__bulk_run_workflow", {}, "unknown-tool"),
        ("Bash", {"command": "curl https://api.toriihq.com"}, "unknown-tool"),
    ],
)
def test_what_ran_and_is_not_reviewed_is_inconclusive(name, arguments, rule, audited):
    assert ruled(audited(lines(*READ, use(name, "t2", arguments), result("t2")))) == [("inconclusive", rule)]


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "surprise", "sessionId": "s1"},
        {"sessionId": "s1", "message": {"content": [{"type": "tool_use", "name": RUN}]}},
        {"type": "assistant", "sessionId": "s1"},
        line("assistant", [{"type": "surprise"}]),
        line("assistant", None),
        7,
    ],
)
def test_a_line_that_cannot_be_read_is_a_gap(broken, audited):
    assert ruled(audited(lines(*READ, broken))) == GAP


def test_notes_without_a_session_are_of_the_session_of_the_file(audited):
    snapshot = {"type": "file-history-snapshot", "messageId": "m", "snapshot": {"trackedFileBackups": {}}}
    summary = {"type": "summary", "summary": "Apps", "leafUuid": "u9"}
    found = audited(lines(snapshot, summary, *READ, snapshot))
    assert (ruled(found), only(found).conversation) == (CLEAN, "s1")


def test_a_line_before_the_first_session_that_nobody_knows_is_a_gap_of_that_session(audited):
    assert ruled(audited(lines({"type": "surprise"}, *READ))) == GAP


@pytest.mark.parametrize(
    "note",
    [
        {"type": "attribution-snapshot", "messageId": "m", "fileStates": {}},
        {"type": "worktree-state", "worktreeSession": None},
        {"type": "content-replacement", "replacements": [{"kind": "tool-result", "toolUseId": "t1"}]},
    ],
)
def test_notes_of_the_host_hold_no_call(note, audited):
    assert ruled(audited(lines(*READ, note | {"sessionId": "s1"}))) == CLEAN


def test_a_session_that_only_delegates_is_judged_with_its_sub_agent(tmp_path, audited):
    write(tmp_path / "s1.jsonl", lines(ASKED, use("Task", "t0"), result("t0", toolUseResult={"agentId": "a7"})))
    agent = tmp_path / "s1/subagents/agent-a7.jsonl"
    write(agent, lines(*(dict(one, agentId="a7", isSidechain=True) for one in READ)))
    assert ruled(audited()) == CLEAN * 2
    write(agent, lines(*(dict(one, agentId="a7", isSidechain=True) for one in (use(RUN), result()))))
    assert ruled(audited()) == VIOLATION * 2
    write(agent, lines(dict(said("Two."), agentId="a7", isSidechain=True)))
    assert ruled(audited()) == [("inconclusive", "no-evidence")] * 2


def test_a_session_that_delegates_to_one_that_only_delegates_is_judged_with_the_last(tmp_path, audited):
    back = result("t0", toolUseResult={"agentId": "a8"})
    write(tmp_path / "s1.jsonl", lines(ASKED, use("Task", "t0"), result("t0", toolUseResult={"agentId": "a7"})))
    inner = [dict(one, agentId="a7") for one in (use("Task", "t0"), back)]
    write(tmp_path / "s1/subagents/agent-a7.jsonl", lines(*inner))
    assert ruled(audited()) == GAP * 2
    write(tmp_path / "s1/subagents/agent-a8.jsonl", lines(*(dict(one, agentId="a8") for one in READ)))
    assert ruled(audited()) == CLEAN * 3


def test_a_torn_last_line_is_a_gap_and_hides_no_violation(audited):
    assert ruled(audited(lines(*READ) + b'{"type":"assis')) == GAP
    assert ruled(audited(lines(use(RUN)) + b'{"type":"assis')) == VIOLATION


def test_a_session_of_talk_alone_is_inconclusive(audited):
    raw = lines(ASKED, *[said("| app | users |\n|---|---|\n| Atlas | 120 |")] * 300)
    assert ruled(audited(raw)) == [("inconclusive", "no-evidence")]


def test_a_call_among_much_talk_is_found(audited):
    talk = [said("All is well.")] * 300
    assert ruled(audited(lines(ASKED, *talk, *READ, *talk, use(RUN, "t2"), *talk))) == VIOLATION


@pytest.mark.parametrize("role", ["user", "assistant", "system", None])
@pytest.mark.parametrize("kind", ["user", "assistant"])
def test_a_call_among_much_talk_is_found_whatever_the_role_beside_it(kind, role, audited):
    talk = [said("All is well.")] * 300
    call = use(RUN, "t2", type=kind)
    call["message"] = {"role": role, "content": call["message"]["content"]}
    assert ruled(audited(lines(ASKED, *talk, *READ, *talk, call, *talk))) == VIOLATION


def test_a_prompt_among_much_talk_is_told_by_its_stamp(audited):
    prompt = stamped("Which contracts end soon?", "renewal_calendar", "1.2.0")
    found = only(audited(lines(ASKED, *[said("All is well.")] * 300, line("user", prompt), *READ)))
    assert [(stamp.reference, stamp.is_edited) for stamp in found.stamps] == [("renewal_calendar@1.2.0", False)]
