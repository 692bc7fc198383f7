"""The plan of a run as its header has it, made anew: digests of everything that decides which samples there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from promptkit.errors import PromptkitError
from promptkit.evaluation.plan import CaseScenario, Sample, plan
from promptkit.evaluation.records.lines import Header
from promptkit.library.instructions import instructions_digest, instructions_version
from promptkit.library.store import Library, version_digest


def planned_now(library: Library, header: Header) -> list[Sample] | None:
    """Every sample that the run of a header has; None where prompts, cases, attacks or rules have changed since."""
    try:
        samples = plan(library, header.setup)
        now = (*subject_digests(library, samples), told_instructions(library))
    except PromptkitError:
        return None
    return samples if now == (header.prompts, header.families, header.instructions) else None


def told_instructions(library: Library) -> str:
    """The version and digest of the instructions."""
    return f"{instructions_version(library)} {instructions_digest(library)}"


def subject_digests(library: Library, samples: Sequence[Sample]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The digest of each prompt with its recipe and its case, by `name@version`, and of each family of attacks."""
    cases = {
        sample.scenario.labels["prompt"]: sample.scenario
        for sample in samples
        if isinstance(sample.scenario, CaseScenario)
    }
    families = sorted({sample.scenario.labels["family"] for sample in samples if "family" in sample.scenario.labels})
    return (
        {name: _prompt_digest(library, scenario) for name, scenario in cases.items()},
        {name: digest_of(library.file(f"evals/attacks/{name}.yaml").read_bytes()) for name in families},
    )


def _prompt_digest(library: Library, scenario: CaseScenario) -> str:
    prompt = version_digest(library.prompt_document(library.file(f"prompts/{scenario.prompt.name}.yaml")))
    texts = [prompt, *(one.model_dump(mode="json") for one in (scenario.recipe, scenario.file))]
    return digest_of(json.dumps(texts, sort_keys=True).encode())


def digest_of(content: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()
