"""ChatGPT conversations as the data export, a share page and the web client hold them: a tree, every node of it read.

An edited or regenerated turn stays in the tree and did run. A result stands below its call and names the tool, a
question for approval stands below it too, and the answer of the person names the question (promptkit/audit/turns.py).
Source: exports of July to October 2026, as people described them in public; OpenAI has published no schema.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from promptkit.audit.formats._chatgpt_talk import read_talk
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Shortcuts, Value
from promptkit.audit.said import last_said
from promptkit.audit.stamps import answered_stamp
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.audit.turns import ChatTurn, Turns
from promptkit.text import sanitized
from promptkit.transcript import Conversation, Text

ABOUT = FormatAbout(
    host="ChatGPT",
    get=(
        "Settings > Data controls > Export data, and the link in the e-mail; name the zip file as it is. "
        "The labels are not verified."
    ),
    shows="Every branch of each chat with the calls of its apps, their arguments, approvals and results.",
    lacks=(
        "Deleted and temporary chats, and calls that the host did not keep in the chat; that every plan "
        "exports all calls is not verified."
    ),
)

SHORTCUTS = Shortcuts(talk=read_talk)
_ROLES = frozenset({"user", "system", "assistant", "tool"})
_NO_CALL = frozenset({"all", "assistant"})
_READ = frozenset({"content", "metadata"})
# What the host notes of calls and of what came of them, and of files and pages.
_OF_HOST = frozenset({
    "jit_plugin_data", "invoked_plugin", "invoked_resource", "aggregate_result", "search_result_groups",
    "content_references", "citations", "attachments",
})  # fmt: skip
_CONTENT = frozenset({
    "text", "code", "multimodal_text", "execution_output", "system_error", "thoughts", "reasoning_recap",
    "user_editable_context", "model_editable_context", "tether_browsing_display", "tether_quote", "sonic_webpage",
    "computer_output", "app_pairing_content", "citable_code_output", "image_asset_pointer", "audio_asset_pointer",
    "audio_transcription", "real_time_user_audio_video_asset_pointer", "video_container_asset_pointer",
})  # fmt: skip
_OF_CALLS = frozenset({
    "name", "tool_name", "tool", "recipient", "arguments", "args", "input", "parameters", "result", "output",
})  # fmt: skip
_NOTHING = ("", NOT_RECORDED)
_MAX_GAPS = 100
_MAX_POINTER = 100


def matches(value: Any) -> bool:  # noqa: ANN401
    """A conversation with its tree of nodes."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("mapping"), dict)
        and not value.keys().isdisjoint({"current_node", "conversation_id"})
    )


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each record."""
    for record in records:
        if isinstance(record.value, Conversation):
            yield record.value
        elif matches(record.value):
            yield _conversation(record.location, record.value)
        else:
            yield Conversation(record.location, [], [f"{record.location}: not a ChatGPT conversation"])


def _conversation(location: str, conversation: Mapping[str, Any]) -> Conversation:
    mapping = conversation["mapping"]
    gaps = list(islice(_missing(conversation, location), _MAX_GAPS))
    turns, texts = Turns(), list[Text]()
    said: dict[str, Sequence[Text]] = {}
    waiting: dict[str, bool] = {}
    for node_id in _parents_first(mapping):
        node = mapping[node_id]
        place = f"{location}/mapping/{_pointer(node_id)}/message"
        message = node.get("message")
        gaps += _beside(node, {"message"}, place)
        parent = text_of(node.get("parent"))
        if message is None and not parent:
            continue
        role = _role(message)
        if role is None:
            gaps.append(f"{place}: not a message that can be read")
            turns.pass_on(node_id, parent)
            said[node_id] = said.get(parent, ())
            waiting[node_id] = waiting.get(parent, False)
            continue
        turn = ChatTurn(node_id, parent, place, message, role, said.get(parent, ()))
        gaps += _beside(turn.message, _READ, place) + _beside(turn.metadata, _OF_HOST, f"{place}/metadata")
        written = list(_texts(turn, gaps))
        texts += written
        said[node_id] = last_said(turn.said, written)
        is_waiting = _add(turns, turn, gaps)
        waiting[node_id] = waiting.get(parent, False) if is_waiting is None else is_waiting
    gaps += _beside(conversation, {"mapping"}, location)
    current = conversation.get("current_node")
    if waiting.get(text_of(current) if current is not None else next(reversed(waiting), "")):
        gaps.append("it ends before the model has answered")
    name = text_of(conversation.get("conversation_id")) or text_of(conversation.get("id")) or location
    return Conversation(name, turns.calls(), gaps + turns.gaps, texts)


def _beside(value: Mapping[str, Any], read: Collection[str], place: str) -> list[str]:
    key = overlooked(value, read)
    return [] if key is None else [f"{place}: {sanitized(key, 40)} may hold calls"]


def _role(message: object) -> str | None:
    author = message.get("author") if isinstance(message, dict) else None
    role = author.get("role") if isinstance(author, dict) else None
    return role if isinstance(role, str) and role in _ROLES else None


def _add(turns: Turns, turn: ChatTurn, gaps: list[str]) -> bool | None:
    """Take in a message; whether the model has yet to answer it, None where this is as it was before."""
    recipient = turn.message.get("recipient")
    is_answered = turn.role != "assistant" and turns.answer(turn)
    is_waiting: bool | None = turn.message.get("status") == "in_progress"
    # What a person answers may be for the tool that asked, and hands nothing to it.
    if isinstance(recipient, str) and recipient not in _NO_CALL and not (is_answered and turn.payload in _NOTHING):
        turns.call(turn, recipient)
        is_waiting = True
    elif turn.is_result or (not is_answered and (turn.role == "tool" or turn.resource)):
        turns.result(turn)
        is_waiting = is_waiting or turn.role != "assistant"
    elif turn.role in {"user", "system"} and not is_answered:
        is_waiting = is_waiting or None
    elif turn.role == "assistant" and not isinstance(recipient, str):
        gaps.append(f"{turn.place}: it does not say whom the message is for")
    turns.pass_on(turn.node_id, turn.parent)
    return is_waiting


def _texts(turn: ChatTurn, gaps: list[str]) -> Iterator[Text]:
    parts = turn.content.get("parts")
    for content in [turn.content, *(parts if isinstance(parts, list) else [])]:
        if _is_unknown(content):
            gaps.append(f"{turn.place}: content of a kind we do not know ({sanitized(content['content_type'], 40)})")
    if turn.role == "tool":
        yield from answered_stamp(turn.payload)
        return
    content = turn.content
    gaps += _beside(content, {"parts"}, f"{turn.place}/content")
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            yield Text(turn.role, part)
        # Pictures and sounds.
        elif part is not None and not (isinstance(part, dict) and isinstance(part.get("content_type"), str)):
            gaps.append(f"{turn.place}: a part of a kind we do not know")
        if turn.role == "assistant" and _is_call_of_work(part):
            gaps.append(f"{turn.place}: it holds a call as text, as turns of Work do")
    if turn.role == "assistant" and _is_call_of_work(content.get("text")):
        gaps.append(f"{turn.place}: it holds a call as text, as turns of Work do")
    # Custom instructions: what an admin had people paste.
    for key in ("user_profile", "user_instructions"):
        if isinstance(content.get(key), str):
            yield Text("system", content[key])


def _is_unknown(content: object) -> bool:
    """Whether it is of a kind we do not know, and names something or hands it something, as calls do."""
    if not isinstance(content, dict) or not isinstance(content.get("content_type"), str):
        return False
    return content["content_type"] not in _CONTENT and not _OF_CALLS.isdisjoint(content)


def _is_call_of_work(part: object) -> bool:
    is_json = isinstance(part, str) and part.lstrip().startswith(("{", "["))
    waiting = [parse_arguments(part)] if is_json else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict) and value.get("type") == "mcpToolCall":
            return True
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return False


def _missing(conversation: Mapping[str, Any], location: str) -> Iterator[str]:
    """A gap for each node that another one refers to and that is not there."""
    mapping = conversation["mapping"]
    references = [("", conversation.get("current_node"))]
    for node_id, node in mapping.items():
        if isinstance(node, dict) and "message" in node:
            children = node.get("children")
            references += [(node_id, child) for child in children] if isinstance(children, list) else []
            references.append((node_id, node.get("parent")))
        else:
            yield f"{location}/mapping/{_pointer(node_id)}: not a node of a conversation"
    for node_id, other in references:
        if other is not None and not (isinstance(other, str) and isinstance(mapping.get(other), dict)):
            yield f"{location}/mapping/{_pointer(node_id)}: the node beside it is not in the export"


def _pointer(node_id: str) -> str:
    return node_id[:_MAX_POINTER].replace("~", "~0").replace("/", "~1")


def _parents_first(mapping: Mapping[str, Any]) -> list[str]:
    """Every node after its parent; where parents run in a circle, anywhere."""
    ordered: dict[str, None] = {}
    for node_id in mapping:
        line: dict[str, None] = {}
        at: object = node_id
        while isinstance(at, str) and at not in ordered and at not in line and isinstance(mapping.get(at), dict):
            line[at] = None
            at = mapping[at].get("parent")
        ordered |= dict.fromkeys(reversed(line))
    return list(ordered)
