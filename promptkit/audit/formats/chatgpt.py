"""ChatGPT conversations as the data export, a share page and the web client hold them: a tree, every node of it read.

An edited or regenerated turn stays in the tree and did run. A result stands below its call and names the tool, a
question for approval stands below it too, and the answer of the person names the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._chatgpt_talk import read_talk
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Shortcuts, Value
from promptkit.audit.strict import parse_arguments
from promptkit.audit.turns import ChatTurn, Turns
from promptkit.transcript import Conversation, Text

SHORTCUTS = Shortcuts(talk=read_talk)
_ROLES = frozenset({"user", "system", "assistant", "tool"})
_NO_CALL = frozenset({"all", "assistant"})


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
            yield Conversation(record.location, [], [f"{record.location}: it is no conversation of ChatGPT"])


def _conversation(location: str, conversation: Mapping[str, Any]) -> Conversation:
    mapping = conversation["mapping"]
    gaps = list(_missing(conversation, location))
    turns, texts = Turns(), list[Text]()
    for node_id in _parents_first(mapping):
        node = mapping[node_id]
        place = f"{location}/mapping/{node_id.replace('~', '~0').replace('/', '~1')}/message"
        message = node.get("message")
        parent = text_of(node.get("parent"))
        if message is None and not parent:
            continue
        role = _role(message)
        if role is None:
            gaps.append(f"{place}: it is no message that can be read")
            turns.pass_on(node_id, parent)
            continue
        turn = ChatTurn(node_id, parent, place, message, role)
        texts += _texts(turn, gaps)
        _add(turns, turn, gaps)
    name = text_of(conversation.get("conversation_id")) or text_of(conversation.get("id")) or location
    return Conversation(name, turns.calls(), gaps, texts)


def _role(message: object) -> str | None:
    author = message.get("author") if isinstance(message, dict) else None
    role = author.get("role") if isinstance(author, dict) else None
    return role if isinstance(role, str) and role in _ROLES else None


def _add(turns: Turns, turn: ChatTurn, gaps: list[str]) -> None:
    recipient = turn.message.get("recipient")
    is_answered = turn.role != "assistant" and turns.answer(turn)
    if isinstance(recipient, str) and recipient not in _NO_CALL and not is_answered:
        turns.call(turn, recipient)
    elif turn.role == "tool" and not is_answered:
        if not turns.result(turn):
            gaps.append(f"{turn.place}: a result that does not say of what")
    elif turn.role == "assistant" and not isinstance(recipient, str):
        gaps.append(f"{turn.place}: it does not say whom the message is for")
    turns.pass_on(turn.node_id, turn.parent)


def _texts(turn: ChatTurn, gaps: list[str]) -> Iterator[Text]:
    if turn.role == "tool":
        return
    content = turn.content
    parts = content.get("parts")
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            yield Text(turn.role, part)
            if turn.role == "assistant" and _is_call_of_work(part):
                gaps.append(f"{turn.place}: it holds a call as text, as turns of Work do")
    # Custom instructions: what an admin had people paste.
    for key in ("user_profile", "user_instructions"):
        if isinstance(content.get(key), str):
            yield Text("system", content[key])


def _is_call_of_work(part: str) -> bool:
    value = parse_arguments(part) if part.lstrip().startswith("{") else None
    return isinstance(value, dict) and value.get("type") == "mcpToolCall"


def _missing(conversation: Mapping[str, Any], location: str) -> Iterator[str]:
    """A gap for each node that another one refers to and that is not there."""
    mapping = conversation["mapping"]
    told = [("", conversation.get("current_node"))]
    for node_id, node in mapping.items():
        if isinstance(node, dict):
            children = node.get("children")
            told += [(node_id, child) for child in children] if isinstance(children, list) else []
            told.append((node_id, node.get("parent")))
        else:
            yield f"{location}/mapping/{node_id}: it is no node of a conversation"
    for node_id, other in told:
        if other is not None and not (isinstance(other, str) and isinstance(mapping.get(other), dict)):
            yield f"{location}/mapping/{node_id}: the node beside it is not in the export"


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
