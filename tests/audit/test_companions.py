"""Whole exports, archives and folders: what holds no conversation is passed over, what may hold one is named."""

import json

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import document
from tests.audit.places import chatgpt, claude_ai, claude_code, cline, gemini_cli, goose, inspect_ai, vscode_chat
from tests.audit.transcripts import lines, write, zipped

OFFICE = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml"
[CHATS], [TALKS] = chatgpt.CLEAN, claude_ai.CLEAN
[LOG] = inspect_ai.CLEAN
CHATGPT_2025 = {
    "conversations.json": document(CHATS),
    "chat.html": b"<html></html>",
    "user.json": b'{"id": "u"}',
    "message_feedback.json": b"[]",
    "shared_conversations.json": b'[{"id": "s", "conversation_id": "c", "title": "t"}]',
    "group_chats.json": b'{"chats": []}',
    "shopping.json": b"[]",
    "sora.json": b'{"generations": [{"prompt": "a plan"}]}',
    "file-1.png": b"\x89PNG",
    "user-1/file_2.wav": b"RIFF",
}
CHATGPT_2026 = {
    "conversations-000.json": document(CHATS),
    "conversations-001.json": document(CHATS),
    "export_manifest.json": b'{"version": 1, "files": []}',
    "conversation_asset_file_names.json": b'{"file_1.dat": "plan.pdf"}',
    "library_files.json": b'[{"file_id": "file_1", "library_artifact_type": "image"}]',
    "ads.json": b"{}",
    "user_settings.json": b"{}",
    "file_1.dat": b"%PDF-1.7",
    "file_2.dat": OFFICE,
}
CLAUDE_2026 = {
    "conversations.json": document(TALKS),
    "users.json": b'[{"uuid": "u"}]',
    "login_history.json": b'[{"at": "2026-11-02"}]',
    "memories.json": b"[]",
    "memories/a-1.json": b'{"conversations_memory": "", "memory_files": [{"path": "/a.md", "content": "A"}]}',
    "projects/p-1.json": b'{"uuid": "p-1", "name": "p", "docs": [{"filename": "a.md", "content": "A"}]}',
    "artifacts/x/artifact.json": b'{"versions": [{"id": "v1"}]}',
    "artifacts/x/versions/1.html": b"<html></html>",
}
INSPECT = {
    "_journal/start.json": document({key: LOG[key] for key in ("version", "eval")} | {"plan": {}}),
    "samples/1_epoch_1.json": document(LOG["samples"][0]),
    "summaries.json": b"[]",
    "reductions.json": b'[{"scorer": "match", "samples": [{"value": "C", "sample_id": 1}]}]',
    "header.json": document({key: LOG[key] for key in ("version", "status", "eval")}),
}
CLAUDE_CODE = {
    "sessions-index.json": b'{"version": 1, "entries": [{"sessionId": "s1", "firstPrompt": "?"}]}',
    "s1.jsonl": lines(*claude_code.CLEAN),
    "s1/tool-results/mcp-torii-list_apps-1.txt": b"[]",
    "s1/tool-results/toolu_1.json": b'[{"type": "text", "text": "[]"}]',
}
GEMINI_CLI = {
    "h/chats/session-1.json": document(*gemini_cli.CLEAN),
    "h/logs.json": b'[{"sessionId": "g", "messageId": 0, "type": "user", "message": "go"}]',
}
CLINE = {
    "tasks/1/api_conversation_history.json": document(cline.CLEAN),
    "tasks/1/task_metadata.json": b'{"files_in_context": [], "model_usage": []}',
    "tasks/1/history_item.json": b'{"id": "1", "ts": 1, "task": "?", "tokensIn": 1, "tokensOut": 1}',
    "tasks/1/ui_messages.json": b"[]",
}
VSCODE = {
    "workspaceStorage/h/workspace.json": b'{"folder": "file:///home/dana/renewals"}',
    "workspaceStorage/h/chatSessions/s.json": document(*vscode_chat.CLEAN),
    "workspaceStorage/h/chatEditingSessions/s/state.json": b'{"version": 2, "recentSnapshot": {"entries": []}}',
    "workspaceStorage/h/chatEditingSessions/s/contents/1a2b3c": b"print(1)",
    "workspaceStorage/h/GitHub.copilot-chat/chat-session-resources/s/c1/content.txt": b"[]",
    "workspaceStorage/h/GitHub.copilot-chat/chat-session-resources/s/c1/content.json": b'{"apps": []}',
}
GOOSE = {
    "goose/sessions/20261102_1.jsonl": lines(*goose.CLEAN),
    "goose/schedule.json": b'[{"id": "daily", "source": "/r.yaml", "cron": "0 9 * * *"}]',
    "goose/projects.json": b'{"projects": {"/x": {"path": "/x", "last_instruction": "?"}}}',
}
WHOLE = {
    "ChatGPT, 2025": CHATGPT_2025,
    "ChatGPT, 2026": CHATGPT_2026,
    "Claude.ai, 2026": CLAUDE_2026,
    "Inspect AI": INSPECT,
    "Claude Code": CLAUDE_CODE,
    "Gemini CLI": GEMINI_CLI,
    "Cline": CLINE,
    "VS Code": VSCODE,
    "Goose": GOOSE,
}


def unclean(found):
    return [(result.path, result.reason) for result in found.results if result.verdict is not Verdict.CLEAN]


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_export_is_clean(name, tmp_path, audited):
    zipped(tmp_path / "export.zip", WHOLE[name])
    found = audited()
    assert unclean(found) == []
    assert len(found.passed_over) + len(found.results) == len(WHOLE[name])


@pytest.mark.parametrize(
    "name",
    ["ChatGPT, 2025", "ChatGPT, 2026", "Claude.ai, 2026", "Claude Code", "Gemini CLI", "Cline", "VS Code", "Goose"],
)
def test_a_whole_export_that_was_unpacked_is_clean(name, tmp_path, audited):
    for member, raw in WHOLE[name].items():
        write(tmp_path / member, raw)
    assert unclean(audited()) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("design_chats/d-1.json", "a chat of Claude Design"),
        ("group_chats.json", "group chats of ChatGPT"),
        ("shopping.json", "shopping research of ChatGPT"),
        ("model_comparisons.json", "answers that ChatGPT compared"),
        ("tool_messages.json", "results of ChatGPT's tools"),
        ("tasks/1/ui_messages.json", "what Cline or Roo showed of a task"),
    ],
)
def test_conversations_that_are_not_read_are_named(name, kind, tmp_path, audited):
    write(tmp_path / "conversations.json", document(TALKS))
    write(tmp_path / name, b'{"messages": [{"content": {"content": "hello"}}]}')
    [found] = [result for result in audited().results if result.verdict is not Verdict.CLEAN]
    assert found.reason == f"{kind}, which the audit does not read; look at it where it was made"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("projects/run.json", {"docs": [], "log": [{"tool_calls": [{"id": "c1"}]}]}),
        ("projects/run.json", {"uuid": "p-1"}),
        ("memories/a.json", {"steps": []}),
        ("artifact.json", {"kind": "page"}),
        ("notes.json", {"docs": []}),
        ("unknown.json", []),
        ("logs.json", {"event": "started"}),
        ("logs.json", {"messageId": 1, "toolCalls": [{"id": "c1"}]}),
        ("task_metadata.json", {"environment": []}),
        ("history_item.json", {"id": "1"}),
        ("workspace.json", {"projects": {}}),
        ("chatEditingSessions/s/state.json", {"version": 2}),
        ("schedule.json", {"events": []}),
    ],
)
def test_what_only_has_the_name_of_something_harmless_is_not_passed_over(name, value, tmp_path, audited):
    write(tmp_path / "conversations.json", document(TALKS))
    write(tmp_path / name, json.dumps(value).encode())
    found = audited()
    assert (found.verdict, found.passed_over) == (Verdict.INCONCLUSIVE, [])


@pytest.mark.parametrize("name", ["file_1.dat", "login_history.json", "library_files.json", "tool-results/t.json"])
def test_a_transcript_under_the_name_of_something_harmless_is_read(name, tmp_path, audited):
    write(tmp_path / "conversations.json", document(TALKS))
    write(tmp_path / name, lines(*claude_code.PLACES["first message"]))
    assert audited().verdict is Verdict.VIOLATION


@pytest.mark.parametrize(
    "name",
    [
        "users.json", "file_1.dat", "notes.md", "agent-1.meta.json", "_journal/start.json", "tool-results/1.json",
        "chatEditingSessions/s/contents/1", "chat-session-resources/s/1/content.json", "workspace.json",
    ],
)  # fmt: skip
def test_a_transcript_that_nobody_knows_is_not_passed_over_whatever_its_name(name, tmp_path, audited):
    write(tmp_path / "conversations.json", document(TALKS))
    write(tmp_path / name, b'{"folder": "x", "steps": [{"do": {"toolName": "run_workflow", "args": {}}}]}')
    found = audited()
    assert (found.verdict, found.passed_over) == (Verdict.INCONCLUSIVE, [])


def test_a_database_is_named_as_one(tmp_path, audited):
    write(tmp_path / "conversations.json", document(TALKS))
    write(tmp_path / "state.vscdb", b"SQLite format 3\0" + bytes(90))
    [found] = [result for result in audited().results if result.verdict is not Verdict.CLEAN]
    assert found.reason == "it is a database of SQLite, which is not read; export the sessions from the program"


def test_a_zip_file_that_is_attached_to_a_chat_is_named(tmp_path, audited):
    write(tmp_path / "file_1.dat", b"PK\x03\x04" + bytes(26) + b"conversations.json")
    zipped(tmp_path / "x.zip", {"conversations.json": document(TALKS), "file_2.dat": b"PK\x03\x04" + bytes(60)})
    assert audited().passed_over == []
