"""Which tool calls may go through. One function decides, everything asks it, and whatever it cannot decide is refused.

No input or output: the rules, the lock and the server's list come in as values.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, TypeChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from promptkit.json_strict import sendable_json
from promptkit.model import ReviewedTool, ToolCall, ToolClass
from promptkit.text import sanitized

# fullmatch, since `$` would let a trailing newline through.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
MAX_ARGUMENT_BYTES = 64 * 1024
MAX_ARGUMENT_DEPTH = 12
MAX_MATCHED_CHARS = 8 * 1024
"""A longer text fits no pattern: the time that matching takes may grow with the square of the length."""
BY_REVIEW = frozenset({"name", "unknown-tool", "action-tool", "sensitive-tool", "arguments"})
"""The grounds of a refusal that the reviewed list alone decides, whatever a server lists."""
# Beyond it, many readers of JSON round a whole number to another one.
MAX_INTEGER = 2**53 - 1

Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """Whether one call may go through, the rule that decided, and the reason in a sentence for people and models."""

    allowed: bool
    ground: str
    reason: str


@dataclass(frozen=True)
class ToolPolicy:
    """What is known of the tools when a call is decided.

    Args:
        reviewed: instructions/tools.yaml, by exact tool name.
        locked: the definitions as last reviewed, by name, as tools/list gives them. Empty: nothing was reviewed.
        offered: what the server lists now, in its order. None where there is no server, as in a transcript.
    """

    reviewed: Mapping[str, ReviewedTool]
    locked: Mapping[str, Definition] = field(default_factory=dict)
    offered: tuple[Definition, ...] | None = None
    _contradictions: dict[str, tuple[str, str] | None] = field(default_factory=dict, init=False, repr=False)

    def tool_class(self, name: str) -> ToolClass:
        """The reviewed class of exactly this name; unknown for every other spelling."""
        rule = self.reviewed.get(name)
        return rule.tool_class if rule else ToolClass.UNKNOWN

    def contradiction(self, name: str) -> tuple[str, str] | None:
        """The rule and the reason for which what the server lists forbids a reviewed read; None when nothing does.

        It is worked out once for each tool, since comparing whole lists costs more than all else in a decision.
        """
        if name not in self._contradictions:
            self._contradictions[name] = _contradiction(name, self)
        return self._contradictions[name]


def decide(call: ToolCall, policy: ToolPolicy) -> Decision:
    """Whether `call` may go through: a reviewed read tool that the server does not contradict, with known arguments."""
    try:
        return _decide(call, policy)
    except Exception as error:  # Whatever goes wrong while deciding, the answer is no.
        return _undecided(error)


def decide_tool(name: str, policy: ToolPolicy) -> Decision:
    """Whether any call of a tool may go through; its arguments are still to be looked at."""
    try:
        return _decide_tool(name, policy)
    except Exception as error:  # As in decide.
        return _undecided(error)


def _undecided(error: Exception) -> Decision:
    return Decision(False, "undecided", f"The call could not be checked ({type(error).__name__}), so it is refused.")


def _decide(call: ToolCall, policy: ToolPolicy) -> Decision:
    decision = _decide_tool(call.name, policy)
    if not decision.allowed:
        return decision
    if reason := argument_problem(policy.reviewed[call.name], call.arguments):
        return Decision(False, "arguments", f"{call.name}: {reason}. Use only the documented arguments.")
    return decision


def _decide_tool(name: str, policy: ToolPolicy) -> Decision:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return Decision(False, "name", f"{sanitized(name)} is not the name of a tool, so the call is refused.")
    rule = policy.reviewed.get(name)
    if rule is None:
        return Decision(False, "unknown-tool", f"{name} is not in the reviewed list of tools, so it is refused.")
    if rule.tool_class is not ToolClass.READ:
        return Decision(False, "action-tool", f"{name} is an action tool, and only reading is allowed.")
    if rule.sensitive:
        return Decision(False, "sensitive-tool", f"{name} returns sensitive data, which is never read.")
    if contradiction := policy.contradiction(name):
        return Decision(False, *contradiction)
    return Decision(True, "read-tool", f"{name} is a reviewed read tool.")


def _contradiction(name: str, policy: ToolPolicy) -> tuple[str, str] | None:
    if policy.offered is None:
        return None
    if repeated := repeated_names(policy.offered):
        return (
            "ambiguous-list",
            f"The server lists {sanitized(repeated[0])} twice, so none of its tools can be trusted.",
        )
    offered = next((tool for tool in policy.offered if tool.get("name") == name), None)
    if offered is None:
        return "not-offered", f"The server does not list {name}, so the call is refused."
    locked = policy.locked.get(name)
    if locked is None:
        return "not-locked", f"{name} was never reviewed on this server. Run promptkit tools lock for the server."
    if denies_reading(offered) or (claims_to_read(locked) and not claims_to_read(offered)):
        return "hint", f"The server does not say that {name} only reads, so the call is refused."
    if definition_digest(offered) != definition_digest(locked):
        return (
            "changed-definition",
            f"{name} has changed since it was reviewed. Run promptkit tools diff for its server.",
        )
    return None


def repeated_names(tools: Iterable[Definition]) -> list[str]:
    """Names that a tools/list holds more than once, sorted."""
    names = Counter(str(tool.get("name")) for tool in tools)
    return sorted(name for name, count in names.items() if count > 1)


def claims_to_read(tool: Definition) -> bool:
    """Whether the server's own annotations say, as JSON true and without contradiction, that the tool only reads.

    Such a claim is never enough to allow a tool; losing it is enough to refuse one.
    """
    hints = tool.get("annotations")
    return isinstance(hints, Mapping) and hints.get("readOnlyHint") is True and not denies_reading(tool)


def denies_reading(tool: Definition) -> bool:
    """Whether the annotations say that the tool writes, or say it in anything but plain JSON true or false."""
    hints = tool.get("annotations")
    if hints is None:
        return False
    if not isinstance(hints, Mapping) or hints.get("destructiveHint", False) is not False:
        return True
    return "readOnlyHint" in hints and hints["readOnlyHint"] is not True


def definition_digest(tool: Definition) -> str:
    """SHA-256 of a whole definition, with keys that MCP does not know. Nothing but the order of keys may differ."""
    return hashlib.sha256(json.dumps(dict(tool), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def argument_problem(rule: ReviewedTool, arguments: object) -> str | None:
    """Why `arguments` do not fit our own schema of the tool; None when they do. None as arguments means none given.

    Raises:
        ValueError: they hold what JSON in UTF-8 cannot, such as NaN or half of a surrogate pair.
    """
    given = {} if arguments is None else arguments
    if not isinstance(given, dict):
        return "the arguments are not an object"
    if _depth(given) > MAX_ARGUMENT_DEPTH:
        return _TOO_LARGE
    text = json.dumps(given, allow_nan=False, ensure_ascii=False)
    if len(text.encode()) > MAX_ARGUMENT_BYTES:
        return _TOO_LARGE
    return _misfit(msgspec.json.encode(argument_schema(rule)), text)


def argument_schema(rule: ReviewedTool) -> dict[str, Any]:
    """Our own schema of a tool's arguments, as one object."""
    schema = {"properties": rule.arguments, "required": list(rule.required), "additionalProperties": False}
    # Both names are in use for the same.
    return {**schema, "$defs": rule.definitions, "definitions": rule.definitions} if rule.definitions else schema


_TOO_LARGE = "the arguments are too large or too deep"


# A call is decided before it is made, once more as it leaves, and by each evaluator that looks at it.
@lru_cache(256)
def _misfit(schema: bytes, arguments: str) -> str | None:
    error = next(iter(_validator(schema).iter_errors(json.loads(arguments))), None)
    if error is None:
        return None
    place = [str(step) for step in error.absolute_path]
    return sanitized(f"{'.'.join(place)}: {error.message}" if len(place) > 1 else error.message, 200)


_ROOT = "urn:arguments"


@lru_cache(1024)
def _validator(schema: bytes) -> Any:  # noqa: ANN401
    # Without a registry of ours, a reference to another document would be fetched from the network. It is crawled once
    # here: a schema that is the validator's own root would be crawled at each look inside a part with an `$id`.
    resource = DRAFT202012.create_resource(msgspec.json.decode(schema))
    return _Validator({"$ref": _ROOT}, registry=Registry().with_resource(_ROOT, resource).crawl())


def _is_integer(_: TypeChecker, value: object) -> bool:
    """Whether a value is written as a whole number; to JSON Schema 1.0 and 1e300 are integers too."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER


def _is_number(checker: TypeChecker, value: object) -> bool:
    return isinstance(value, float) or _is_integer(checker, value)


def _content(validator: Any, schema: Any, text: object, _: object) -> Iterator[ValidationError]:  # noqa: ANN401
    """JSON inside a text; JSON Schema leaves it to each program whether to look into it."""
    if not isinstance(text, str):
        return
    try:
        inner = sendable_json(text)
    except (ValueError, RecursionError):
        yield ValidationError("the text is not plain JSON")
        return
    if _depth(inner) > MAX_ARGUMENT_DEPTH:
        yield ValidationError(_TOO_LARGE)
    else:
        yield from validator.descend(inner, schema)


def _pattern(_: Any, pattern: str, text: object, __: object) -> Iterator[ValidationError]:  # noqa: ANN401
    if not isinstance(text, str):
        return
    if len(text) > MAX_MATCHED_CHARS:
        yield ValidationError(f"a text with a pattern has at most {MAX_MATCHED_CHARS} characters")
    elif not re.search(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"contentSchema": _content, "pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number}),
)


def _depth(value: object, depth: int = 0) -> int:
    if depth > MAX_ARGUMENT_DEPTH or not isinstance(value, dict | list):
        return depth
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(item, depth + 1) for item in inner), default=depth)
