"""The fields of one tenant, read while a person answers questions: each is read once, however often they go back."""

from __future__ import annotations

from collections.abc import Sequence

from anyio.from_thread import BlockingPortal

from promptkit.connection.open_session import OpenedSession
from promptkit.library.store import Library
from promptkit.model import Entity
from promptkit.onboarding.mapping import Candidate, FieldValues, read_candidates, read_values


class TenantFields:
    """Reads fields in the loop of a portal, so that the thread of the person may wait for an answer."""

    def __init__(self, library: Library, opened: OpenedSession, portal: BlockingPortal) -> None:
        self._library = library
        self._opened = opened
        self._portal = portal
        self._candidates: dict[str, tuple[list[Candidate], str]] = {}
        self._values: dict[tuple[Entity, str], FieldValues] = {}

    def candidates(self, wanted: str) -> tuple[Sequence[Candidate], str]:
        """As `read_candidates` gives them."""
        if wanted not in self._candidates:
            self._candidates[wanted] = self._portal.call(read_candidates, self._library, self._opened, wanted)
        return self._candidates[wanted]

    def values(self, entity: Entity, field: str) -> FieldValues:
        """As `read_values` gives them. What was not read completely is read anew when asked for again."""
        if (known := self._values.get((entity, field))) is None or known.gap:
            known = self._portal.call(read_values, self._library, self._opened, entity, field)
            self._values[(entity, field)] = known
        return known
