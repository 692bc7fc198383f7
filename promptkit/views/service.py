"""The three things that a server of views does: find views, answer one, and give more rows of a table."""

from __future__ import annotations

import contextlib
import datetime
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import anyio

from promptkit.answering.analyst import Answered
from promptkit.answering.answer import analyst_for, answer
from promptkit.connection.open_session import OpenedSession, SignedInReader
from promptkit.errors import PromptkitError
from promptkit.language import words_of
from promptkit.library.profile import today_at
from promptkit.library.recipe import Recipe
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import Profile, Prompt, Scalar
from promptkit.views.computations import MAX_WAIT_SECONDS, Computation, Computations, Progress
from promptkit.views.filling import filled
from promptkit.views.finding import ViewFinder, described, offered_views, packs_of
from promptkit.views.kept_session import GivenSession, KeptSession
from promptkit.views.paged_answers import PagedAnswers, RowPlace
from promptkit.views.pages import ToolResult, bounded, size_of
from promptkit.views.results import first_page, next_page, paged_answer, unfinished_answer, unfinished_page

Report = Callable[[int, int], Awaitable[None]]
"""Is awaited with how many calls are made, and how many are known so far."""
_MAX_FOUND_BYTES = 6_000


class ViewService:
    """The views of one server of Torii's.

    Args:
        library: holds the views, and what decides every call.
        server: as `open_session` takes it, or a session that somebody else holds open.
        profile: the tenant's; its views are offered, if it names some.
        cache: whether reads of the last minutes may be used again, as `open_session` takes it.
        share: as `open_session` takes it.
        reader: as `open_session` takes it.
        max_wait_seconds: how long a request may take; what takes longer goes on in the background.
        clock: the time in seconds, by which cursors expire.
    """

    def __init__(
        self,
        library: Library,
        server: str | OpenedSession,
        profile: Profile,
        *,
        cache: bool = True,
        share: float = 1.0,
        reader: SignedInReader | None = None,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library = library
        self._profile = profile
        views = offered_views(library, profile)
        self._finder = ViewFinder(views, profile, library.languages.named(profile.language), packs_of(library, views))
        self._torii = (
            GivenSession(server)
            if isinstance(server, OpenedSession)
            else KeptSession(library, server, profile, cache=cache, share=share, reader=reader)
        )
        self._computations = Computations(max_wait_seconds)
        self._kept = PagedAnswers(clock)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests for as long as the block lasts; then every read stops, and the session closes."""
        async with anyio.create_task_group() as group:
            async with self._torii.running(group), self._computations.running(group):
                yield
            group.cancel_scope.cancel()

    def find(self, question: str) -> ToolResult:
        """The views that fit a question, best first."""
        views = [described(prompt, self._profile, asked) for prompt, asked in self._finder.find(question)]
        while size_of(views) > _MAX_FOUND_BYTES and len(views) > 1:
            views.pop()
        packs = [{"title": pack.title, "views": [*pack.views]} for pack in self._finder.packs(question)]
        groups = ", ".join(self._finder.groups)
        nothing = f"No view fits. There are views on: {groups}. Ask about one of these, in other words."
        told = [
            f"For the occasion {pack['title']}: answer {', '.join(pack['views'])}, in this order." for pack in packs
        ]
        text = "\n\n".join([*map(_found, views), *told]) or nothing
        return ToolResult({"views": views} | ({"packs": packs} if packs else {}), text)

    async def answer(
        self, name: str, arguments: Mapping[str, Any], caller: str, report: Report | None = None
    ) -> ToolResult:
        """The answer of a view, as far as it fits into one result; or how far it is, where it takes long.

        Raises:
            PromptkitError: the view, an argument or Torii cannot be used.
        """
        prompt = self._finder.named(name)
        today = self._today(await self._torii.get())
        values = filled(prompt, arguments, today, self._profile)
        answered = await self._answered(prompt, values, caller, report)
        if isinstance(answered, Computation):
            return unfinished_answer(prompt, values, render(prompt, values, self._profile).splitlines()[-1], answered)
        kept = paged_answer(caller, prompt, values, answered)
        result = first_page(kept, answered)
        if kept.cursors:
            self._kept.keep(kept)
        return result

    async def next_rows(self, cursor: str, caller: str, report: Report | None = None) -> ToolResult:
        """The rows of a table from a cursor on, as many as fit into one result.

        Raises:
            PromptkitError: the cursor is not one of the caller's, or the rows cannot be given any more.
        """
        place = self._kept.find(cursor, caller)
        if place.start >= len(place.answer.rows[place.table]) and not place.answer.is_widest:
            computation = await self._widen(place, report)
            if computation:
                return unfinished_page(place, cursor, computation)
        return next_page(place)

    def _today(self, opened: OpenedSession) -> datetime.date:
        # A server runs for days, and the day of a session is that on which it was opened.
        return opened.today if opened.torii else today_at(self._profile)

    async def _answered(
        self, prompt: Prompt, values: Mapping[str, Scalar], caller: str, report: Report | None
    ) -> Answered | Computation:
        key = (caller, prompt.name, json.dumps(values, default=str, sort_keys=True))
        answered = await self._computations.get(key, partial(self._compute, prompt, values), report)
        return bounded(answered, words_of(prompt)) if isinstance(answered, Answered) else answered

    async def _compute(self, prompt: Prompt, values: Mapping[str, Scalar], progress: Progress) -> Answered:
        recipe = self._library.load_recipe(prompt.name)
        opened = await self._torii.get()
        answered = await self._read(opened, prompt, recipe, values, progress)
        if answered.gaps:
            # What is missing only because the session was lost is read once more.
            with contextlib.suppress(PromptkitError):
                again = await self._torii.get(0)
                return answered if again is opened else await self._read(again, prompt, recipe, values, progress)
        return answered

    async def _read(
        self,
        opened: OpenedSession,
        prompt: Prompt,
        recipe: Recipe,
        values: Mapping[str, Scalar],
        progress: Progress,
    ) -> Answered:
        analyst = analyst_for(self._library, prompt, recipe, values, self._today(opened), self._profile)
        return await answer(opened.session, analyst, progress)

    async def _widen(self, place: RowPlace, report: Report | None) -> Computation | None:
        """Compute the answer once more with as many rows as its view gives; the computation where that takes long.

        Raises:
            PromptkitError: it cannot be read any more, or is another one then.
        """
        kept = place.answer
        values = {**kept.values, "rows": int(kept.prompt.arguments["rows"].maximum or 0)}
        answered = await self._answered(kept.prompt, values, kept.caller, report)
        if isinstance(answered, Computation):
            return answered
        wider = paged_answer(kept.caller, kept.prompt, values, answered)
        before, now = kept.rows[place.table], wider.rows[place.table]
        if answered.gaps or now[: len(before)] != before:
            message = "with more rows this view gives other figures, or its data has changed or cannot be read"
            fix = f"call answer_view again, with rows {values['rows']}"
            raise PromptkitError.of("changed-rows", message, fix)
        kept.rows, kept.data, kept.totals, kept.is_widest = wider.rows, wider.data, wider.totals, True
        return None


def _found(view: Mapping[str, Any]) -> str:
    arguments = [
        f"- {name}: {'; '.join(f'{key} {_words(value)}' for key, value in told.items())}"
        for name, told in view["arguments"].items()
    ]
    return "\n".join([f"{view['name']}: {view['title']} {view['description']}", *arguments])


def _words(value: Any) -> str:  # noqa: ANN401
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
