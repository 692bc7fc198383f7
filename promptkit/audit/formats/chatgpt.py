"""ChatGPT conversations as the data export, a share page and the web client hold them: a tree, every node of it read.

An edited or regenerated turn stays in the tree and did run. A result stands below its call and names the tool, a
question for approval stands below it too, and the answer of the person names the question (promptkit/audit/turns.py).
Source: exports of July to October 2026, as people described them in public; OpenAI has published no schema.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from promptkit.audit.formats._chatgpt_talk import read_talk
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Shortcuts, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.audit.turns import ChatTurn, Turns
from promptkit.text import sanitized
from promptkit.transcript import Conversation, Text

SHORTCUTS = Shortcuts(talk=read_talk)
_ROLES = frozenset({"user", "system", "assistant", "tool"})
_NO_CALL = frozenset({"all", "assistant"})
_READ = frozenset({"content", "metadata"})
# What the host notes of calls and of what came of them, and of files and pages.
_OF_HOST = frozenset({
    "jit_plugin_data", "invoked_plugin", "invoked_resource", "aggregate_result", "search_result_groups",
    "content_references", "citations", "attachments",
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
            continue
        turn = ChatTurn(node_id, parent, place, message, role)
        gaps += _beside(turn.message, _READ, place) + _beside(turn.metadata, _OF_HOST, f"{place}/metadata")
        texts += _texts(turn, gaps)
        _add(turns, turn, gaps)
    gaps += _beside(conversation, {"mapping"}, location)
    name = text_of(conversation.get("conversation_id")) or text_of(conversation.get("id")) or location
    return Conversation(name, turns.calls(), gaps + turns.gaps, texts)


def _beside(value: Mapping[str, Any], read: Collection[str], place: str) -> list[str]:
    key = overlooked(value, read)
    return [] if key is None else [f"{place}: {sanitized(key, 40)} may hold calls"]


def _role(message: object) -> str | None:
    author = message.get("author") if isinstance(message, dict) else None
    role = author.get("role") if isinstance(author, dict) else None
    return role if isinstance(role, str) and role in _ROLES else None


def _add(turns: Turns, turn: ChatTurn, gaps: list[str]) -> None:
    recipient = turn.message.get("recipient")
    is_answered = turn.role != "assistant" and turns.answer(turn)
    # What a person answers may be for the tool that asked, and hands nothing to it.
    if isinstance(recipient, str) and recipient not in _NO_CALL and not (is_answered and turn.payload in _NOTHING):
        turns.call(turn, recipient)
    elif turn.is_result or (not is_answered and (turn.role == "tool" or turn.resource)):
        turns.result(turn)
    elif turn.role == "assistant" and not isinstance(recipient, str):
        gaps.append(f"{turn.place}: it does not say whom the message is for")
    turns.pass_on(turn.node_id, turn.parent)


def _texts(turn: ChatTurn, gaps: list[str]) -> Iterator[Text]:
    if turn.role == "tool":
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
