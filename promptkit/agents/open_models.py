"""Opens a language model by name. Providers' libraries are imported only here, and only when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from promptkit.agents.turns import Model
from promptkit.errors import UsageError
from promptkit.evaluation.plan import PROGRAMS, EvalSpec
from promptkit.extras import extra
from promptkit.text import sanitized

PROVIDERS = ("openai", "anthropic", "google", "openai-compatible")


def open_models(setup: EvalSpec) -> Mapping[str, Callable[[], Model]]:
    """Get every language model of a setup ready, by name.

    Raises:
        UsageError: as `open_model`.
    """
    names = [name for name in setup.models if name not in PROGRAMS]
    return {name: open_model(name, base_url=setup.base_url) for name in names}


def open_model(spec: str, *, base_url: str | None) -> Callable[[], Model]:
    """Get a language model ready.

    Args:
        spec: `PROVIDER:NAME`, such as `anthropic:claude-opus-5`, of one of `PROVIDERS`.
        base_url: the endpoint that speaks the provider's protocol; None for the provider's own.

    Returns:
        Makes a model for one conversation. All of them share the connection settings; none keeps a connection open.

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
    opened = extra("promptkit.agents.provider", "models").open_provider(provider, name, base_url)
    return cast(Callable[[], Model], opened)
