"""A server over stdio: a process of ours, one message a line, and the gate before everything it is given.

The SDK's own transport reads a line of any length, and loses every later answer after one that is not UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.abc import ByteReceiveStream
from anyio.streams.memory import MemoryObjectSendStream

# Starting and ending a process on every platform is private in mcp 2.3.
from mcp.client.stdio import (
    _create_platform_compatible_process,
    _drain_stdout,
    _get_executable_command,
    _stop_server_process,
    _terminate_process_tree,
    get_default_environment,
)
from mcp.shared.message import SessionMessage
from mcp.types import (
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from promptkit.connection.answers import MAX_ANSWER_BYTES, BrokenAnswerError, parsed_answer
from promptkit.connection.gate import Gate
from promptkit.connection.redaction import redacted_errors


@asynccontextmanager
async def stdio_transport(command: Sequence[str], gate: Gate, environment: Mapping[str, str]) -> AsyncIterator[Any]:
    """Start a server, and end it with everything that it started.

    Args:
        command: the program and its arguments. It gets no more of our environment than the SDK would give it.
        gate: every message passes it.
        environment: what it gets besides.

    Raises:
        OSError: it cannot be started.
    """
    program = await _get_executable_command(command[0])
    with redacted_errors() as errors:
        process = await _create_platform_compatible_process(
            program, list(command[1:]), {**get_default_environment(), **environment}, errors
        )
        async with _running(process, gate) as streams:
            yield streams


@asynccontextmanager
async def _running(process: Any, gate: Gate) -> AsyncIterator[Any]:  # noqa: ANN401
    arrived, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    waiting: dict[str, RequestId] = {}
    # No await between the start and here, or a cancellation would leave the process behind.
    async with anyio.create_task_group() as group:
        group.start_soon(_Reader(process, arrived, waiting).run)
        try:
            yield read, _Writer(process, arrived, waiting, gate)
        finally:
            with anyio.CancelScope(shield=True):
                read.close()
                await _stop_server_process(process)
            group.cancel_scope.cancel()


class _Reader:
    """Reads what the server writes. `waiting` holds the ids of requests without an answer, by their text."""

    def __init__(
        self,
        process: Any,  # noqa: ANN401
        arrived: MemoryObjectSendStream[SessionMessage | Exception],
        waiting: dict[str, RequestId],
    ) -> None:
        self._process = process
        self._arrived = arrived
        self._waiting = waiting

    async def run(self) -> None:
        """Read until the server goes, or writes a line that is too long, which ends it."""
        try:
            async with self._arrived:
                try:
                    async for line in lines_of(self._process.stdout):
                        await self._pass_on(line)
                except BrokenAnswerError as error:
                    await self._fail(list(self._waiting.values()), error)
                    await self._arrived.aclose()  # So that no call is made on it while it ends.
                    await _terminate_process_tree(self._process)
                finally:
                    await _drain_stdout(self._process)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError, ConnectionError):
            return  # The session is over, or the server is gone.

    async def _pass_on(self, line: bytes) -> None:
        try:
            message = jsonrpc_message_adapter.validate_python(parsed_answer(line), by_name=False)
        except BrokenAnswerError as error:
            await self._fail(self._owners(line), error)
        except ValidationError:
            await self._fail(self._owners(line), BrokenAnswerError("the answer is not a message of MCP"))
        else:
            if not isinstance(message, JSONRPCRequest | JSONRPCNotification):
                self._waiting.pop(str(message.id), None)
            await self._arrived.send(SessionMessage(message))

    def _owners(self, line: bytes) -> list[RequestId]:
        """Which requests a line that cannot be passed on may answer: its own, or all where it does not even tell that.

        What a program prints among its messages, as some do, answers none.
        """
        try:
            message = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return list(self._waiting.values()) if b'"jsonrpc"' in line else []
        id_ = str(message.get("id")) if isinstance(message, dict) and "method" not in message else ""
        return [self._waiting[id_]] if id_ in self._waiting else []

    async def _fail(self, ids: Sequence[RequestId], error: BrokenAnswerError) -> None:
        for id_ in ids:
            self._waiting.pop(str(id_), None)
            failure = JSONRPCError(jsonrpc="2.0", id=id_, error=ErrorData(code=PARSE_ERROR, message=str(error)))
            await self._arrived.send(SessionMessage(failure))


async def lines_of(stdout: ByteReceiveStream) -> AsyncIterator[bytes]:
    """The lines of a stream.

    Raises:
        BrokenAnswerError: a line is longer than an answer may be.
    """
    begun = bytearray()
    async for chunk in stdout:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            begun += line
            yield bytes(begun)
            begun.clear()
        begun += rest
        if len(begun) > MAX_ANSWER_BYTES:
            raise BrokenAnswerError(f"the answer is larger than {MAX_ANSWER_BYTES} bytes, so the server was ended")


class _Writer:
    """Writes to the server what the gate lets through: the bytes that the gate saw, and no others."""

    def __init__(
        self,
        process: Any,  # noqa: ANN401
        arrived: MemoryObjectSendStream[SessionMessage | Exception],
        waiting: dict[str, RequestId],
        gate: Gate,
    ) -> None:
        self._process = process
        self._arrived = arrived
        self._waiting = waiting
        self._gate = gate
        self._lock = anyio.Lock()
        self._is_closed = False

    async def send(self, item: SessionMessage) -> None:
        """Send one message.

        Raises:
            GateError: it may not leave.
            ClosedResourceError: the session is over.
            BrokenResourceError: the server does not listen any more.
        """
        if self._is_closed:
            raise anyio.ClosedResourceError
        message = item.message
        body = message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        async with self._lock:
            self._gate.check(body)
            if isinstance(message, JSONRPCRequest):
                self._waiting[str(message.id)] = message.id
            elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
                self._waiting.pop(str((message.params or {}).get("requestId")), None)
            try:
                await self._process.stdin.send(body + b"\n")
            except OSError:
                # A server that only listens no more would leave its callers waiting.
                await self._arrived.aclose()
                raise anyio.BrokenResourceError from None

    async def aclose(self) -> None:
        """Send nothing more; the process ends with its transport."""
        self._is_closed = True
        await anyio.lowlevel.checkpoint()

    async def __aenter__(self) -> _Writer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
