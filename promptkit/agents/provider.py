"""A language model behind a provider's API, called through pydantic-ai's direct requests. The agent loop is ours."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    SystemPromptPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import Model as ProviderModel
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from promptkit.agents.turns import Message, Model, ModelCall, StopRunError, Turn, TurnError, Usage
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.errors import PromptkitError, UsageError
from promptkit.json_strict import UnreadableError, strict_json
from promptkit.known_secrets import redacted, remember_secret
from promptkit.policy.decision import Definition
from promptkit.private import without_secrets
from promptkit.text import sanitized

KEYS = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "openai-compatible": ("OPENAI_COMPATIBLE_API_KEY",),
}
"""The environment variables that may hold a key; the first that is set is used. `openai-compatible` needs none."""
ADDRESSES = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
"""Each provider's own address, given here because the providers' libraries take others from the environment."""
MAX_TURNS = 60
MAX_ATTEMPTS = 5
MAX_WAIT_SECONDS = 60.0
MAX_RESPONSE_BYTES = 4 * 1024 * 1024
_SETTINGS = ModelSettings(max_tokens=16_000, max_retries=0)
_TIMEOUT = httpx2.Timeout(30, read=300)
_MAY_PASS = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
_WILL_NOT_PASS = (ModelAuthenticationError, ModelNotFoundError, ModelQuotaExceededError)
# What pydantic-ai stumbles over in an answer with status 200, where it does not look first.
_MALFORMED = (LookupError, TypeError, AttributeError, ValueError, AssertionError)
_BACKOFF = wait_exponential_jitter(initial=1, max=MAX_WAIT_SECONDS)
_CUT = {
    "length": "the model's turn was cut off at its limit of tokens",
    "content_filter": "the provider withheld the model's turn (content filter or refusal)",
    "error": "the provider says that the model's turn ended in an error",
}


def open_provider(
    provider: str,
    name: str,
    base_url: str | None,
    *,
    max_turns: int = MAX_TURNS,
    pause: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Callable[[], Model]:
    """See `open_models.open_model`; `max_turns` limits one conversation, `pause` waits seconds before the next try."""
    key = next((os.environ[variable] for variable in KEYS[provider] if os.environ.get(variable)), None)
    if key is None and provider != "openai-compatible":
        raise UsageError.of(
            "no-model-key", f"{provider} needs a key", f"set {' or '.join(KEYS[provider])} in the environment"
        )
    remember_secret(key)
    model, address = _model(provider, name, base_url or ADDRESSES.get(provider, ""), key, _http_client())
    parts = urlsplit(address)
    if key and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        fix = "use https, or an endpoint on this machine"
        raise UsageError.of("open-key", f"the key would travel unencrypted to {sanitized(parts.hostname)}", fix)
    return lambda: _Conversation(model, max_turns, pause)


def _model(
    provider: str, name: str, base_url: str, key: str | None, http: httpx2.AsyncClient
) -> tuple[ProviderModel, str]:
    # Without a transformer, the tools' schemas are sent as the server gave them.
    profile = ModelProfile(json_schema_transformer=None)
    if provider == "openai-compatible":
        at = OpenAICompatibleProvider(provider, base_url=base_url, api_key=key, http_client=http)
        return OpenAIChatModel(name, provider=at, profile=profile), at.base_url
    if provider == "openai":
        openai = OpenAIProvider(base_url=base_url, api_key=key, http_client=http)
        return OpenAIResponsesModel(name, provider=openai, profile=profile), openai.base_url
    if provider == "anthropic":
        anthropic = AnthropicProvider(base_url=base_url, api_key=key, http_client=http)
        return AnthropicModel(name, provider=anthropic, profile=profile), anthropic.base_url
    google = GoogleProvider(base_url=base_url, api_key=key or "", http_client=http)
    return GoogleModel(name, provider=google, profile=profile), google.base_url


class _TooLargeError(Exception):
    """A response is larger than any turn can be."""


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > MAX_RESPONSE_BYTES:
                raise _TooLargeError(f"the response is larger than {MAX_RESPONSE_BYTES:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _bound(response: httpx2.Response) -> None:
    if "content-encoding" in response.headers:
        raise _TooLargeError("the response is compressed, so its size cannot be bounded")
    response.stream = _BoundedStream(response.stream)  # type: ignore[arg-type]


def _http_client() -> httpx2.AsyncClient:
    """The one network client besides Torii's: to the provider only, no redirects, no connection kept open.

    A proxy of the environment is not used, as for Torii. A company that needs one names its gateway as the endpoint.
    """
    return httpx2.AsyncClient(
        trust_env=False,
        timeout=_TIMEOUT,
        follow_redirects=False,
        headers={"accept-encoding": "identity"},
        limits=httpx2.Limits(max_keepalive_connections=0),
        event_hooks={"response": [_bound]},
    )


class _Conversation:
    """One conversation. It keeps the provider's own messages, because reasoning must be sent back unchanged."""

    def __init__(self, model: ProviderModel, max_turns: int, pause: Callable[[float], Awaitable[None]]) -> None:
        self._model = model
        self._max_turns = max_turns
        self._pause = pause
        self._history: list[ModelMessage] = []
        self._names: dict[str, str] = {}
        self._seen = 0
        self._turns = 0

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next turn. If the provider is busy, asks again a few times, after the delay it asks for."""
        self._turns += 1
        if self._turns > self._max_turns:
            raise TurnError(f"the model did not finish within {self._max_turns} turns")
        parts = [self._part(message) for message in messages[self._seen :] if message.role != "assistant"]
        self._history.append(ModelRequest(parts=parts))
        # The loop will add the turn that is taken now, which this conversation already has.
        self._seen = len(messages) + 1
        response = await self._ask(ModelRequestParameters(function_tools=[_definition(tool) for tool in tools]))
        self._history.append(response)
        self._names |= {call.tool_call_id: call.tool_name for call in response.tool_calls}
        return self._turn(response)

    def _part(self, message: Message) -> ModelRequestPart:
        if message.role == "system":
            return SystemPromptPart(message.text)
        if message.role == "user":
            return UserPromptPart(message.text)
        call_id = message.call_id or ""
        name = self._names.get(call_id, "")
        return ToolReturnPart(name, message.text, call_id, outcome="failed" if message.is_error else "success")

    async def _ask(self, parameters: ModelRequestParameters) -> ModelResponse:
        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=_wait,
            stop=stop_after_attempt(MAX_ATTEMPTS),
            sleep=self._pause,
            reraise=True,
        )
        try:
            return await retrying(
                model_request,
                self._model,
                self._history,
                model_settings=_SETTINGS,
                model_request_parameters=parameters,
            )
        except _WILL_NOT_PASS as error:
            fix = "check the model's name, the key, and the account"
            raise PromptkitError.of("model-refused", self._message(error), fix) from None
        except ModelConnectionError as error:
            # Where nobody listens, every other sample would wait in vain too. A break in an answer is one sample's.
            is_nobody_there = any(isinstance(cause, httpx2.ConnectError) for cause in _causes(error))
            raise (StopRunError if is_nobody_there else TurnError)(self._message(error)) from None
        except (AgentRunError, _TooLargeError) as error:
            raise TurnError(self._message(error)) from None
        except _MALFORMED as error:
            what = "no choice" if isinstance(error, IndexError) else f"an unreadable answer ({type(error).__name__})"
            raise TurnError(f"the model at {self._host()} sent {what}") from None

    def _message(self, error: Exception) -> str:
        """What went wrong, without keys: an endpoint may repeat the one that it was given, or tell another."""
        waited = f" after {MAX_ATTEMPTS} tries" if _may_pass(error) else ""
        reason = next((cause for cause in _causes(error) if isinstance(cause, _TooLargeError)), error)
        said = sanitized(without_secrets(" ".join(str(reason).split())), 300)
        return f"the model at {self._host()} did not answer{waited}: {said}"

    def _host(self) -> str:
        return sanitized(urlsplit(self._model.base_url or "").netloc.rpartition("@")[2])

    def _turn(self, response: ModelResponse) -> Turn:
        calls = [
            ModelCall(call.tool_call_id, redacted(call.tool_name), _arguments(call.args))
            for call in response.tool_calls
        ]
        counted = Usage(response.usage.input_tokens, response.usage.output_tokens, _cost(response))
        return Turn(redacted(response.text or ""), tuple(calls), counted, _CUT.get(response.finish_reason or "", ""))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _may_pass(error: BaseException) -> bool:
    too_large = any(isinstance(cause, _TooLargeError) for cause in _causes(error))
    return isinstance(error, _MAY_PASS) and not too_large and (error.retry_after or 0) <= MAX_WAIT_SECONDS


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ModelAPIError) else None
    return _BACKOFF(state) if asked is None else asked


def _definition(tool: Definition) -> ToolDefinition:
    return ToolDefinition(
        name=str(tool.get("name")),
        description=tool.get("description"),
        parameters_json_schema=tool.get("inputSchema") or {"type": "object"},
        strict=False,
    )


def _arguments(given: str | dict[str, Any] | None) -> Any:  # noqa: ANN401
    """The arguments that the model gave; text that is not JSON stays text, which the policy refuses."""
    text = redacted(given if isinstance(given, str) else json.dumps(given or {}))
    try:
        return strict_json(text or "{}")
    except UnreadableError:
        return text


def _cost(response: ModelResponse) -> Decimal | None:
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):
        return None
