"""Results for clients as the guard has them: the SDK (mcp 2.3) would write each anew by the client's revision of MCP.

In that, `1` in a field of decimals becomes `1.0`, and keys that the revision does not know, or that are null, are gone.
The SDK sends what a middleware answers with as it is, and so the guard's own result goes out in place of the SDK's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Handler = Callable[[Any, Any], Awaitable[dict[str, Any]]]
# What one hop tells the next, in the words of the revision that the two speak.
_OF_THE_HOP = ("resultType", "ttlMs", "cacheScope")


class ResultsAsTheyCame:
    """The SDK's middleware around handlers whose results are sent as they are."""

    def __init__(self) -> None:
        # By the request's context, which is one object from here to the handler.
        self._returned: dict[int, dict[str, Any]] = {}

    def kept(self, handler: Handler) -> Handler:
        """The handler, its result kept until it is sent."""

        async def keeping(context: Any, params: Any) -> dict[str, Any]:  # noqa: ANN401
            result = await handler(context, params)
            self._returned[id(context)] = result
            return result

        return keeping

    async def __call__(self, ctx: Any, call_next: Any) -> Any:  # noqa: ANN401
        """Answer a message; what is no result of its method is still the error that the SDK makes of it."""
        try:
            written = await call_next(ctx)
            returned = self._returned.get(id(ctx))
        finally:
            self._returned.pop(id(ctx), None)
        if returned is None:
            return written
        kept = {key: value for key, value in returned.items() if key not in _OF_THE_HOP}
        if "_meta" in written:  # In revision 2026-07-28 it says who answered, where the server behind does not.
            kept["_meta"] = {**written["_meta"], **(returned.get("_meta") or {})}
        return kept | {key: written[key] for key in _OF_THE_HOP if key in written}
