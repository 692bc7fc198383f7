"""A library of 1,000 prompts: read, validated and rendered, against the same YAML and templates without us."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from jinja2 import Environment
from ruamel.yaml import YAML

from promptkit.library.render import render, resolve_arguments, template_context
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from tests.benchmarks.ratio import Ratio, cpu_milliseconds, least

COUNT = 1000
REPEATS = 3


def copied(root: Path) -> list[Path]:
    """1,000 prompts that differ in name, made of those that need no argument filled in."""
    library = Library(default_root())
    ready = [
        prompt for prompt in library.load_prompts() if all(a.default is not None for a in prompt.arguments.values())
    ]
    folder = root / "prompts"
    folder.mkdir()
    shutil.copytree(library.instructions, root / "instructions")
    for number, prompt in enumerate(islice(cycle(ready), COUNT)):
        text = (library.prompts / f"{prompt.name}.yaml").read_text("utf-8")
        name = f"{prompt.name}_{number}"
        (folder / f"{name}.yaml").write_text(text.replace(f"name: {prompt.name}", f"name: {name}", 1), "utf-8")
    return sorted(folder.glob("*.yaml"))


def rows() -> Iterator[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        files = copied(Path(folder))
        library = Library(Path(folder))
        prompts = library.load_prompts()
        contexts = [
            template_context(prompt, DEFAULT_PROFILE) | resolve_arguments(prompt, {}, DEFAULT_PROFILE)
            for prompt in prompts
        ]

        def parse() -> None:
            for path in files:
                YAML(typ="safe").load(path.read_text("utf-8"))

        def fill() -> None:
            environment = Environment()  # noqa: S701
            for prompt, context in zip(prompts, contexts, strict=True):
                environment.from_string(prompt.template).render(context)

        def draw() -> None:
            for prompt in prompts:
                render(prompt)

        works = [cpu_milliseconds(work) for work in (library.load_prompts, parse, draw, fill)]
        loaded, parsed, drawn, filled = least(REPEATS, *works)
    yield Ratio(f"load and validate {COUNT:,} prompts", loaded, parsed, "their YAML alone")
    yield Ratio(f"render {COUNT:,} prompts", drawn, filled, "jinja2 alone")
    yield Ratio("load, validate and render them", loaded + drawn, parsed + filled, "YAML and jinja2 alone")
