"""The last check before a message leaves for Torii, at the transport: one SDK call can send several messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from promptkit.json_strict import strict_json
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

    Args:
        policy: what tool calls are decided by; refuses every call until it is set.
        log: is told of every message before it leaves, as {"method", "tool", "arguments", "allowed", "reason"}.
    """

    def __init__(self, log: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.policy = ToolPolicy({})
        self.is_shut = False
        self._log = log or (lambda _: None)

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

    def _inspect(self, body: bytes, headers: Mapping[str, str]) -> tuple[Any, str | None]:
        if len(body) > MAX_MESSAGE_BYTES:
            return None, f"the message is larger than {MAX_MESSAGE_BYTES} bytes"
        message = strict_json(body)
        if not isinstance(message, dict):
            return None, "the message is not a single object"
        method = message.get("method")
        if "method" not in message and "error" in message and "id" in message:
            return message, None  # Our "no" to a request of the server, such as sampling.
        if method not in _METHODS:
            return message, f"the method {sanitized(method)} is not one that reading needs"
        if method.startswith("notifications/") == ("id" in message):
            return message, f"{method} must be a {'notification' if 'id' in message else 'request'}"
        params = message.get("params")
        name = params.get("name") if isinstance(params, dict) else None
        if headers.get("mcp-method", method) != method or (name and headers.get("mcp-name", name) != name):
            return message, "a header and the body name different methods or tools"
        return message, self._inspect_call(params) if method == "tools/call" else None

    def _inspect_call(self, params: Any) -> str | None:  # noqa: ANN401
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
