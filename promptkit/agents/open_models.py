"""Opens a language model by name. `provider.py`, with the providers' libraries, is loaded only for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from promptkit.agents.turns import PROGRAMS, Model, Models
from promptkit.errors import UsageError, extra
from promptkit.text import sanitized

PROVIDERS = ("openai", "anthropic", "google", "openai-compatible")


def open_models(names: Iterable[str], base_url: str | None) -> Models:
    """Prepare every language model among `names`, without programs. `base_url` is as for `open_model`.

    Raises:
        UsageError: as for `open_model`.
    """
    return {name: open_model(name, base_url=base_url) for name in names if name not in PROGRAMS}


def open_model(spec: str, *, base_url: str | None) -> Callable[[], Model]:
    """Prepare a language model.

    Args:
        spec: `PROVIDER:NAME`, such as `anthropic:claude-opus-5`, with one of `PROVIDERS`.
        base_url: the endpoint that speaks the provider's protocol; None for the provider's own.

    Returns:
        A function that makes a model for one conversation. All models share the connection settings; none keeps a
        connection open.

    Raises:
        UsageError: the spec names no provider, the extra or the key is missing, or the endpoint may not be used.
    """
    provider, _, name = spec.partition(":")
    if provider not in PROVIDERS or not name:
        fix = f"write reference, rogue or PROVIDER:NAME, where PROVIDER is one of {', '.join(PROVIDERS)}"
        raise UsageError.of("model-name", f"{sanitized(spec)} is not a model", fix)
    if provider == "openai-compatible" and not base_url:
        fix = "name the endpoint, such as --base-url http://127.0.0.1:8080/v1"
        raise UsageError.of("no-base-url", "openai-compatible models need the address of their endpoint", fix)
    opened: Callable[[], Model] = extra("promptkit.agents.provider", "models").open_provider(provider, name, base_url)
    return opened
