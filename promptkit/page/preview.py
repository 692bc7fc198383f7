"""The page of a library that somebody is writing, at an address of this machine, built anew when a file changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from watchfiles import awatch

from promptkit.hosts.serving import listen, run_application

_HOST = "127.0.0.1"
_PLACES = ("prompts", "instructions", "evals", "languages", "groups.yaml")


def serve_preview(root: Path, build: Callable[[int], str]) -> None:
    """Print the address of the page and serve it until stopped.

    Args:
        root: the library's folder.
        build: makes the page, given the number of its edition; whatever is wrong with a file, it says so in the page.
    """
    listening = listen(f"{_HOST}:0")
    print(f"http://{_HOST}:{listening.getsockname()[1]}/", flush=True)
    run_application(_Preview(root, build).application(), listening)


class _Preview:
    def __init__(self, root: Path, build: Callable[[int], str]) -> None:
        self._root = root
        self._build = build
        self._lock = anyio.Lock()
        self._edition = 0
        self._page = ""

    def application(self) -> Starlette:
        # A page of another site must not reach this one by a name that leads to this machine.
        trusted = Middleware(TrustedHostMiddleware, allowed_hosts=[_HOST])
        routes = [Route("/", self._give_page), Route("/edition", self._give_edition)]
        return Starlette(routes=routes, middleware=[trusted], lifespan=self._watching)

    async def _give_page(self, _: Request) -> HTMLResponse:
        return HTMLResponse(self._page, headers={"Cache-Control": "no-store"})

    async def _give_edition(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse(str(self._edition))

    @asynccontextmanager
    async def _watching(self, _: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch)
            await anyio.lowlevel.checkpoint()  # It watches before the page is built, so that no change is missed.
            await self._renew()
            yield
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        while True:
            places = self._places()
            async for _ in awatch(*places):
                await self._renew()
                if self._places() != places:
                    break

    def _places(self) -> list[Path]:
        """Where the library's files are; a new library has not all of them yet, or none."""
        return [path for name in _PLACES if (path := self._root / name).exists()] or [self._root]

    async def _renew(self) -> None:
        async with self._lock:
            self._page = await anyio.to_thread.run_sync(self._build, self._edition + 1)
            self._edition += 1
