"""Reads that do not wait for each other."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def at_once(*reads: Awaitable[T]) -> list[T]:
    """The results of all, in the order of the reads."""
    found: dict[int, T] = {}

    async def read(number: int, one: Awaitable[T]) -> None:
        found[number] = await one

    async with anyio.create_task_group() as group:
        for number, one in enumerate(reads):
            group.start_soon(read, number, one)
    return [found[number] for number in range(len(reads))]
