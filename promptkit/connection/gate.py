"""The last check before a message leaves for Torii, at the transport: one SDK call can send several messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from promptkit.connection.repeated_arguments import has_other_arguments
from promptkit.json_strict import sendable_json
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, ToolPolicy, decide
from promptkit.text import sanitized

MAX_MESSAGE_BYTES = 256 * 1024
_METHODS = frozenset(
    {
        "server/discover",
        "initialize",
        "notifications/initialized",
        "notifications/cancelled",
        "ping",
        "tools/list",
        "tools/call",
        "subscriptions/listen",  # Says when the list of tools changes, and nothing else.
    }
)


class GateError(Exception):
    """A message was about to leave that may not. Nothing was sent, and nothing will be sent after it."""


class Gate:
    """Lets a message through, or latches shut for good.

    `policy` decides the tool calls; until it is set, every call is refused. `calls_passed` counts those that left.

    Args:
        log: receives every message before it leaves, as {"method", "tool", "arguments", "allowed", "reason"}. The
            method of an answer to the server is "answer to" the method that the server asked with.
    """

    def __init__(self, log: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.policy = ToolPolicy({})
        self.is_shut = False
        self.calls_passed = 0
        self._log = log or (lambda _: None)
        # The id and the method of each request of the server that is not answered yet.
        self._asked: list[tuple[object, str]] = []

    def expect_answer(self, id_: object, method: str) -> None:
        """Let one answer to a request of the server leave: the empty result to a ping, an error to all else."""
        self._asked.append((id_, method))

    def check(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Pass one outgoing message.

        Args:
            body: the message as it would go over the wire.
            headers: of the HTTP request, found by names in lower case; those that repeat the body must agree with it.

        Raises:
            GateError: it may not leave.
        """
        message: Any = None
        try:
            reason = "the gate is shut after an earlier refusal" if self.is_shut else None
            if reason is None:
                message, reason = self._inspect(body, headers or {})
        except Exception as error:  # Whatever goes wrong while checking, the answer is no.
            reason = f"the message could not be checked ({type(error).__name__})"
        self._record(message, reason)
        if reason:
            self.is_shut = True
            raise GateError(reason)
        self.calls_passed += message["method"] == "tools/call"

    def _inspect(self, body: bytes, headers: Mapping[str, str]) -> tuple[Any, str | None]:
        if len(body) > MAX_MESSAGE_BYTES:
            return None, f"the message is larger than {MAX_MESSAGE_BYTES} bytes"
        message = sendable_json(body)
        if not isinstance(message, dict):
            return None, "the message is not a single object"
        if "method" not in message and ("result" in message or "error" in message):
            return self._inspect_answer(message)
        return message, self._why_not_request(message, headers)

    def _inspect_answer(self, answer: dict[str, Any]) -> tuple[Any, str | None]:
        """What an answer is logged as, and the reason if it may not leave."""
        is_empty = answer.keys() == {"jsonrpc", "id", "result"} and answer["result"] == {}
        if not is_empty and answer.keys() != {"jsonrpc", "id", "error"}:
            return None, "the answer is neither an empty result nor an error"
        fitting = (asked for asked in self._asked if asked[0] == answer["id"] and (asked[1] == "ping") == is_empty)
        asked = next(fitting, None)
        if asked is None:
            return None, "the answer is to nothing that the server asked"
        self._asked.remove(asked)
        return {"method": f"answer to {sanitized(asked[1])}"}, None

    def _why_not_request(self, message: dict[str, Any], headers: Mapping[str, str]) -> str | None:
        method = message.get("method")
        if method not in _METHODS:
            return f"the method {sanitized(method)} is not one that reading needs"
        if message.keys() - {"jsonrpc", "id", "method", "params"}:
            return "the message is more than a request"
        if method.startswith("notifications/") == ("id" in message):
            return f"{method} must be a {'notification' if 'id' in message else 'request'}"
        params = message.get("params")
        name = params.get("name") if isinstance(params, dict) else None
        if headers.get("mcp-method", method) != method or (name and headers.get("mcp-name", name) != name):
            return "a header and the body name different methods or tools"
        if method == "tools/call" and (reason := self._why_not_call(params)):
            return reason
        arguments = params.get("arguments") if isinstance(params, dict) else None
        if has_other_arguments(headers, self.policy.locked.get(str(name), {}), arguments):
            return "a header and the body give different arguments"
        return None

    def _why_not_call(self, params: Any) -> str | None:  # noqa: ANN401
        if not isinstance(params, dict) or set(params) - {"name", "arguments", "_meta"}:
            return "the call carries more than a name and arguments"
        decision = self.decide(ToolCall(name=str(params.get("name")), arguments=params.get("arguments")))
        return None if decision.allowed else decision.reason

    def decide(self, call: ToolCall) -> Decision:
        """What the policy says of a call; asking sends nothing and does not shut the gate."""
        return decide(call, self.policy)

    def _record(self, message: Any, reason: str | None) -> None:  # noqa: ANN401
        params = message.get("params") if isinstance(message, dict) else None
        params = params if isinstance(params, dict) else {}
        self._log(
            {
                "method": message.get("method") if isinstance(message, dict) else None,
                "tool": params.get("name"),
                "arguments": params.get("arguments"),
                "allowed": reason is None,
                "reason": reason,
            }
        )
