"""What lies beside the transcripts in exports, archives and folders of hosts, known by its name.

Whatever its name, a file that turns out to be a transcript is read, and one that may hold calls is not passed over.
Source: exports of ChatGPT (2025, 2026) and Claude.ai (to August 2026), as people described them in public; archives of
Inspect AI 0.3; folders of Claude Code 2.1; the sources of Gemini CLI, Cline, Roo and Goose, 2026; public readers of the
folders of VS Code, 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from promptkit.audit.overlooked import overlooked

# Exports give attachments, pictures and sounds the ending `dat`.
_MEDIA = re.compile(
    r".*\.(png|jpe?g|gif|webp|svg|heic|bmp|ico|pdf|docx|xlsx|pptx|mp3|m4a|wav|ogg|mp4|mov|webm|dat|html?|css|js|md|txt"
    r"|toml)",
    re.IGNORECASE,
)
_NO_CONVERSATION = re.compile(
    # ChatGPT and Claude.ai
    r"user\.json|users\.json|user_settings\.json|message_feedback\.json|shared_conversations\.json|projects\.json"
    r"|memories\.json|export_manifest\.json|conversation_asset_file_names\.json|library_files\.json|ads\.json"
    r"|sora\.json|login_history\.json"
    # Claude Code, Inspect AI, our own runs, and systems
    r"|agent-[^/]+\.meta\.json|sessions-index\.json|summaries\.json|header\.json|reductions\.json"
    r"|\.DS_Store|\._.*|Thumbs\.db|\.lock"
)
# Results that Claude Code and VS Code found too long for the session, which names them, and files that VS Code edited.
_DATA = re.compile(
    r"(?:.*/)?(?:tool-results/[^/]+\.json|chat-session-resources/.+/content\.json"
    r"|chatEditingSessions/[^/]+/contents/[^/]+)"
)
# Others use these names as well, so the objects must have some of these members.
_SHAPED = {
    re.compile(r"(?:.*/)?projects/[^/]+\.json"): {"docs", "prompt_template"},
    re.compile(r"(?:.*/)?memories/[^/]+\.json"): {"conversations_memory", "project_memories", "memory_files"},
    re.compile(r"(?:.*/)?artifact\.json"): {"versions"},
    # What a person typed into Gemini CLI, and what Cline and Roo note about a task.
    re.compile(r"(?:.*/)?logs\.json"): {"messageId"},
    re.compile(r"(?:.*/)?task_metadata\.json"): {"files_in_context"},
    re.compile(r"(?:.*/)?history_item\.json"): {"tokensIn"},
    # The folder that VS Code has open, what it changed in files, and when Goose is to run.
    re.compile(r"(?:.*/)?workspace\.json"): {"folder", "workspace", "configuration"},
    re.compile(r"(?:.*/)?chatEditingSessions/[^/]+/state\.json"): {"recentSnapshot", "linearHistory", "timeline"},
    re.compile(r"(?:.*/)?schedule\.json"): {"cron"},
}
# These hold conversations, or what came of them, in shapes that nobody has described; they are often empty.
_UNREAD = {
    re.compile(r"(?:.*/)?design_chats/[^/]+\.json"): "a chat of Claude Design",
    re.compile(r"(?:.*/)?group_chats\.json"): "group chats of ChatGPT",
    re.compile(r"(?:.*/)?shopping\.json"): "shopping research of ChatGPT",
    re.compile(r"(?:.*/)?model_comparisons\.json"): "answers that ChatGPT compared",
    re.compile(r"(?:.*/)?tool_messages\.json"): "results of ChatGPT's tools",
    re.compile(r"(?:.*/)?ui_messages\.json"): "what Cline or Roo showed of a task",
}


def is_companion(path: str) -> bool:
    """Whether the name says that a file holds no conversation."""
    name = PurePosixPath(path).name
    is_known = _MEDIA.fullmatch(name) or _NO_CONVERSATION.fullmatch(name)
    return bool(is_known or _DATA.fullmatch(path))


def holds_no_conversation(path: str, values: Sequence[Any]) -> bool:
    """Whether name and content together say so, for names that also stand for something else."""
    if why_unread(path):
        return not any(map(_holds_anything, values))
    members = next((members for pattern, members in _SHAPED.items() if pattern.fullmatch(path)), None)
    return members is not None and bool(values) and all(_has_shape(value, members) for value in values)


def may_hold_calls(values: Sequence[Any]) -> bool:
    """Whether something in the records of a file looks like a call or a result of any host."""
    return overlooked({"records": values}, ()) is not None


def why_unread(path: str) -> str:
    """What a file holds that is not read, by its name; empty for any other."""
    return next((kind for pattern, kind in _UNREAD.items() if pattern.fullmatch(path)), "")


def _has_shape(value: Any, members: set[str]) -> bool:  # noqa: ANN401
    return isinstance(value, Mapping) and not members.isdisjoint(value)


def _holds_anything(value: Any) -> bool:  # noqa: ANN401
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if not isinstance(inner, dict | list):
            return True
        waiting += inner.values() if isinstance(inner, dict) else inner
    return False
