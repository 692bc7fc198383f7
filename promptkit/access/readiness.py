"""Whether requests should come here: what they need is asked for, at most once in a while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import anyio

MAX_AGE_SECONDS = 10
_PATIENCE_SECONDS = 5


class Readiness:
    """What is needed for a request to succeed, by name, and whether it is there.

    Args:
        checks: each says whether its part can be used. One that takes longer than five seconds counts as a no.
        max_age_seconds: how long an answer holds, so that whoever asks often troubles nobody.
    """

    def __init__(
        self, checks: Mapping[str, Callable[[], Awaitable[bool]]], max_age_seconds: float = MAX_AGE_SECONDS
    ) -> None:
        self._checks = checks
        self._max_age_seconds = max_age_seconds
        self._found: dict[str, bool] = {}
        self._until = 0.0
        self._asking = anyio.Lock()

    async def parts(self) -> Mapping[str, bool]:
        """Whether each part can be used. Those who ask at once share one answer."""
        async with self._asking:
            if not self._found or time.monotonic() >= self._until:
                self._found = {name: await _is_passed(check) for name, check in self._checks.items()}
                self._until = time.monotonic() + self._max_age_seconds
        return self._found


async def _is_passed(check: Callable[[], Awaitable[bool]]) -> bool:
    with anyio.move_on_after(_PATIENCE_SECONDS):
        return await check()
    return False
