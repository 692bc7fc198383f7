"""The languages of a library: ours, and those that a company adds as files of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from promptkit.errors import Collector, PromptkitError
from promptkit.files import Document, load_yaml, validate
from promptkit.language import ENGLISH, FOLDER, Language, english, load_language
from promptkit.model import Prompt

OWN_LANGUAGES = "languages/*.yaml"


@dataclass(frozen=True)
class Languages:
    """Languages by their codes, each read when it is first asked for.

    Args:
        own: a company's own files, below its root; one of them wins over ours.
        root: where error messages name them from.
    """

    own: Mapping[str, Path] = field(default_factory=dict)
    root: Path = FOLDER
    _read: dict[str, Language] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, Path]:
        """The file of each language."""
        return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))} | dict(self.own)

    def named(self, code: str) -> Language:
        """One language. A code that is not known counts as English: `given_to` reports it."""
        path = self.files.get(code)
        if path is None or path == FOLDER / f"{ENGLISH}.yaml":
            return english()
        if code not in self._read:
            name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
            self._read[code] = load_language(load_yaml(path, name))
        return self._read[code]

    def every(self) -> dict[str, Language]:
        """Every language.

        Raises:
            PromptkitError: the problems of all files together.
        """
        found, collector = {}, Collector()
        for code in self.files:
            with collector.collect():
                found[code] = self.named(code)
        collector.raise_any()
        return found

    def given_to(self, document: Document) -> Prompt:
        """A prompt's file as a prompt, with the words of its language.

        Raises:
            PromptkitError: it has problems, or its language is not known.
        """
        prompt = validate(document, Prompt)
        if prompt.language == ENGLISH:
            return prompt
        if prompt.language not in self.files:
            fix = f"write one of {', '.join(self.files)}, or add languages/{prompt.language}.yaml"
            message = f"there is no language {prompt.language}"
            raise PromptkitError([document.problem_at(("language",), "unknown-language", message, fix)])
        return prompt.in_language(self.named(prompt.language))


def language_of(document: Document) -> str:
    """The language that a prompt's file names, whatever else is wrong with it."""
    named = document.data.get("language") if isinstance(document.data, dict) else None
    return named if isinstance(named, str) else ENGLISH
