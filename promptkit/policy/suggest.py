"""Proposes a class for a tool nobody reviewed, with the reason. A person decides; nothing here lets a call through.

It errs to one side only: whatever could write, by its name, its description, or the names or options of its arguments,
is never proposed as a read, and what is not plain is for a person to ask about. A server's own hint can make the
proposal stricter and never laxer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from promptkit.files import load_yaml, validate_each
from promptkit.policy.decision import Definition, claims_to_read, denies_reading
from promptkit.text import sanitized

Class = Literal["read", "action", "ask"]

_WORDS = validate_each(load_yaml(Path(__file__).with_name("suggest.yaml")), frozenset[str])
_READS = _WORDS["reads"]
_WRITES = _WORDS["writes"]
_THINGS = _WORDS["things"]
_FREE_FORM = _WORDS["free_form"]
_SECRETS = _WORDS["secrets"]
# Where a JSON schema says which values it takes, and what one of them is called.
_OPTIONS = ("enum", "const", "default", "examples", "pattern")
_LABELS = ("title", "description")
_EFFECTS = re.compile(
    r"""\b(creat(e|es|ing)|updat(e|es|ing)|delet(e|es|ing)|remov(e|es|ing)|writ(e|es|ing)\b|sav(e|es|ing)|send(s|ing)?|
    modif(y|ies|ying)|execut(e|es|ing)|trigger(s|ing)?|start(s|ing)?\ a|run(s|ning)?\ (a|an|the|any)|publish(es|ing)?|
    upload(s|ing)?|download(s|ing)?|mark(s|ing)?\ (as|it|them)|overwrit|notif(y|ies)|subscrib|enqueue|destructive|
    side\ effect|persist|insert(s|ing)?|archiv(e|es|ing)|approv(e|es|ing)|assign(s|ing)?\ )""",
    re.IGNORECASE | re.VERBOSE,
)
# Not the bare word token: the descriptions of many reads speak of a page's.
_SECRET_THINGS = re.compile(
    r"""\b(environment\ variables?|env\ vars?|kube-?config|credentials?|passwords?|passphrases?|secrets?|
    (api|access|private|secret|ssh|encryption|signing)[ -]?(keys?|tokens?)|
    (bearer|auth|refresh|session)[ -]tokens?)\b""",
    re.IGNORECASE | re.VERBOSE,
)


class Suggestion(NamedTuple):
    """What a tool seems to be, and why."""

    name: str
    cls: Class
    reason: str


def suggest(tool: Definition) -> Suggestion:
    """A class for one tool of a tools/list.

    It is `action` where a hint denies reading, and `ask` where name, description and schema do not agree.
    """
    name = str(tool.get("name"))
    cls, reason = _judged(name, tool)
    return Suggestion(name, cls, reason)


def _judged(name: str, tool: Definition) -> tuple[Class, str]:
    words = _words(name)
    if denies_reading(tool):
        return "action", "the server itself does not say that it only reads"
    if writing := _writing(words):
        is_plain = not _READS.intersection(words)
        return "action" if is_plain else "ask", f"its name has the word {sanitized(writing)}"
    if not any(word in _READS for word in words[:3]):
        return "ask", "its name has no word that says it only reads"
    for doubt in (_secret(words), _secret_described(tool), _free_form(tool), _described(tool)):
        if doubt:
            return "ask", doubt
    return "read", f"{_evidence(tool)} that it only reads"


def _evidence(tool: Definition) -> str:
    """What there is of a tool that only reads, and the verb: its name, and of the rest only what it really has."""
    schema = tool.get("inputSchema")
    found = {
        "description": tool.get("title") or tool.get("description"),
        "arguments": isinstance(schema, Mapping) and schema.get("properties"),
        "hint": claims_to_read(tool),
    }
    *parts, last = ["name", *(part for part, is_there in found.items() if is_there)]
    return f"its {', '.join(parts)} and {last} {'all ' * (len(parts) > 1)}say" if parts else f"its {last} says"


def _words(name: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def _writing(words: list[str]) -> str | None:
    """The first word that may mean a write, if any does."""
    reads_first = next((place for place, word in enumerate(words) if word in _READS), len(words))
    after = words[reads_first:]
    things = frozenset() if {"and", "or", "then"}.intersection(after) else _THINGS
    return next(
        (word for word in [*words[:reads_first], *(w for w in after if w not in things)] if word in _WRITES), None
    )


def _secret(words: list[str]) -> str | None:
    found = next((word for word in words if word in _SECRETS), None)
    return f"it may return secrets ({sanitized(found)})" if found else None


def _secret_described(tool: Definition) -> str | None:
    found = _SECRET_THINGS.search(_description(tool))
    return f"its description speaks of secrets ({sanitized(found.group().strip(), 30)})" if found else None


def _free_form(tool: Definition) -> str | None:
    schema = tool.get("inputSchema")
    if (
        not isinstance(schema, Mapping)
        or not isinstance(schema.get("properties", {}), Mapping)
        or _is_elsewhere(schema)
    ):
        return "its arguments cannot be read"
    found = next((name for name in _argument_names(schema) if name.lower() in _FREE_FORM), None)
    if found:
        return f"the argument {sanitized(found)} may decide what it does"
    written = next((word for option in _options(schema) for word in _words(option) if word in _WRITES), None)
    return f"an argument offers {sanitized(written)}" if written else None


def _is_elsewhere(schema: Mapping[str, Any]) -> bool:
    """Whether a part of the schema is in another document."""
    return any(isinstance(node, Mapping) and not str(node.get("$ref", "#")).startswith("#") for node in _nodes(schema))


def _argument_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """The names of all arguments, and of what is inside them."""
    for node in _nodes(schema):
        if isinstance(node, Mapping) and isinstance(node.get("properties"), Mapping):
            yield from map(str, node["properties"])


def _options(schema: Mapping[str, Any]) -> Iterator[str]:
    """Every text that an argument offers as a value, as a part of one, or as the label of one."""
    for node in _nodes(schema):
        if isinstance(node, Mapping):
            keys = (*_OPTIONS, *_LABELS) if "const" in node else _OPTIONS
            # An argument may be called pattern itself.
            offered = [node[key] for key in keys if key in node and (key != "pattern" or isinstance(node[key], str))]
            yield from (text for text in _nodes(offered) if isinstance(text, str))


def _nodes(value: object) -> Iterator[object]:
    """A value and everything inside it, however deep and under whatever key; the keys too."""
    waiting = deque([value])
    while waiting:
        node = waiting.popleft()
        yield node
        if isinstance(node, Mapping):
            waiting.extend([*node.keys(), *node.values()])
        elif isinstance(node, list):
            waiting.extend(node)


def _described(tool: Definition) -> str | None:
    found = _EFFECTS.search(_description(tool))
    return f"its description speaks of an effect ({sanitized(found.group().strip(), 30)})" if found else None


def _description(tool: Definition) -> str:
    return f"{tool.get('title') or ''} {tool.get('description') or ''}"
