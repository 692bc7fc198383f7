"""Any prompt with any model as a test: a function that runs a prompt's samples and returns the results."""

from __future__ import annotations

import anyio

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.open_models import open_models
from promptkit.agents.turns import REFERENCE
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.suite import open_evaluation
from promptkit.library.store import Library, open_library


def run_prompt(
    name: str,
    model: str = REFERENCE,
    *,
    server: str = "local",
    base_url: str | None = None,
    library: Library | None = None,
) -> list[SampleResult]:
    """Run every sample of one prompt, or of one family of attacks, as `promptkit eval` does.

    Args:
        name: a prompt, or a family of attacks, which the reference analyst cannot be given.
        model: `reference`, `rogue` or `PROVIDER:NAME`.
        server: `local` for a fresh local Torii, or the URL of a server.
        base_url: the endpoint of the language model; None for the provider's own.
        library: where prompts and cases come from; by default ours, under the one that PROMPTKIT_LIBRARY names.

    Returns:
        One result per sample, in the order of the case. `passed` says whether all is well, `failures` what is not.

    Raises:
        PromptkitError: the name is unknown, or the server or model cannot be used.
    """
    setup = EvalSpec(names=(name,), models=(model,), server=server, base_url=base_url)
    return anyio.run(_run, library or open_library(), setup)


async def _run(library: Library, setup: EvalSpec) -> list[SampleResult]:
    async with open_evaluation(library, setup.server, models=open_models(setup.models, setup.base_url)) as evaluation:
        return [(await evaluation.run_sample(sample))[0] for sample in plan(library, setup)]
