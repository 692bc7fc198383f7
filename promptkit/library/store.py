"""The folders `prompts`, `instructions` and `evals` -> the library that every command uses."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from promptkit.errors import Collector, PromptkitError, UsageError, nearest
from promptkit.files import Document, load_yaml, read_text, validate, validate_each
from promptkit.language import Wording
from promptkit.library.cases import AttackFamily, CaseFile
from promptkit.library.languages import OWN_LANGUAGES, Languages, language_of
from promptkit.library.recipe import Recipe
from promptkit.model import Pack, Prompt, ReviewedTool, ScoreClass, Scoring
from promptkit.text import legible

SCORING_MARK = "{{ scoring }}"
# What may still change in a released version: its status, how it is found and drawn, but nothing that it says.
_UNVERSIONED = {"status", "replaced_by", "sunset", "chart", "questions"}
FITS_MARK = "{{ fits }}"
_PACKAGE = Path(__file__).parents[1]
_PROMPTS = "prompts"
OWN_LIBRARY = "PROMPTKIT_LIBRARY"  # The environment variable that names a company's own library.


def default_root() -> Path:
    """Where the library is: inside an installed package, or next to the package in a checkout.

    Raises:
        PromptkitError: the package is in a zip file, whose folders cannot be read.
    """
    root = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent
    if not (root / "prompts").is_dir():
        fix = "install the wheel, or build an archive that unpacks itself, for example with shiv"
        raise PromptkitError.of("no-library", f"there is no folder of prompts in {root}", fix)
    return root


def open_library(own: Path | None = None) -> Library:
    """Our library, or a company's own one over it.

    Args:
        own: the folder of the company's own; None for the one that the environment names, if any.

    Raises:
        UsageError: there is no such folder.
        PromptkitError: our own library cannot be found.
    """
    ours = Library(default_root())
    own = own or (Path(named) if (named := os.environ.get(OWN_LIBRARY)) else None)
    if own is None or own.resolve() == ours.root.resolve():
        return ours
    if not own.is_dir():
        fix = f"name the folder that holds prompts/, or start one with: promptkit new --library {legible(own)}"
        raise UsageError.of("no-library", f"{legible(own)} is not a folder", fix)
    if not (own / _PROMPTS).is_dir() and (around := _library_around(own.resolve())):
        # Such as prompts/ itself, where `.` in the environment leads: nothing would be found in it, and nothing wrong.
        fix = f"name the folder that holds prompts/: export {OWN_LIBRARY}={legible(around)}"
        raise UsageError.of("no-library", f"{legible(own)} is a folder within a library", fix)
    return Library(own, base=ours)


def _library_around(folder: Path) -> Path | None:
    """The library that a folder is a part of, such as that of its prompts/recipes."""
    parts = {_PROMPTS, "instructions", "evals", "languages"}
    inside = (around for around in folder.parents[:2] if (around / _PROMPTS).is_dir())
    return next((around for around in inside if folder.relative_to(around).parts[0] in parts), None)


@dataclass(frozen=True)
class Library:
    """The files below one root, over those of another library. Nothing is read until it is needed.

    A company's own library lies over ours: a file of its name wins, and everything else comes from `base`. What is
    written goes below `root`. What may be called is never a company's own file, but one review: that of the lowest
    library, or `own_tools` and `own_lock`, the review of another server than Torii's; there are both of them or none.
    """

    root: Path
    own_tools: Path | None = None
    own_lock: Path | None = None
    base: Library | None = None

    def file(self, place: str) -> Path:
        """The file at this place below the root: the library's own, or that of its base where it has none."""
        own = self.root / place
        return self.base.file(place) if self.base is not None and not own.exists() else own

    def files(self, pattern: str) -> list[Path]:
        """The files that match below the root or, where it has none of that name, below that of its base, sorted."""
        return [path for _, path in sorted(self._found(pattern).items())]

    def own_files(self, pattern: str) -> list[Path]:
        """The library's own files that match, sorted."""
        return sorted(self.root.glob(pattern))

    def _found(self, pattern: str) -> dict[str, Path]:
        below = self.base._found(pattern) if self.base is not None else {}
        return below | {path.relative_to(self.root).as_posix(): path for path in self.root.glob(pattern)}

    @property
    def lowest(self) -> Library:
        """The library below all others: ours."""
        return self if self.base is None else self.base.lowest

    @property
    def own_root(self) -> Path | None:
        """The folder of a company's own library; None for ours."""
        return None if self.base is None else self.root

    @property
    def as_option(self) -> str:
        """What a command to run again is given besides, so that it uses this library: nothing for ours."""
        return f" --library {self.root}" if self.own_root else ""

    def check_writable(self) -> None:
        """Do nothing if people may write into this library.

        Raises:
            PromptkitError: it came with the installed package, and would be lost at its next upgrade.
        """
        if self.root == _PACKAGE / "data":
            fix = "start a library of your own with: promptkit new --library DIR; then give every command --library DIR"
            raise PromptkitError.of("installed-library", "the installed prompts are replaced at each upgrade", fix)

    def is_own(self, name: str) -> bool:
        """Whether a prompt is a company's own, and not one of ours."""
        return self.base is not None and (self.prompts / f"{name}.yaml").exists()

    @property
    def is_of_other_server(self) -> bool:
        """Whether the review is that of another server than Torii's."""
        return self.own_tools is not None

    @property
    def tools_file(self) -> Path:
        """The reviewed tools."""
        return self.own_tools or self.lowest.instructions / "tools.yaml"

    @property
    def lock_file(self) -> Path:
        """The definitions of tools as they were reviewed."""
        return self.own_lock or self.lowest.instructions / "tools.lock.json"

    @property
    def prompts(self) -> Path:
        """The folder of the library's own prompts."""
        return self.root / "prompts"

    @property
    def recipes(self) -> Path:
        """The folder of its own recipes."""
        return self.prompts / "recipes"

    @property
    def instructions(self) -> Path:
        """The folder of its own instructions."""
        return self.root / "instructions"

    @property
    def evals(self) -> Path:
        """The folder of its own cases and attacks."""
        return self.root / "evals"

    def relative(self, path: Path) -> str:
        """`path` as errors name it: relative to the root if it is below it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def document(self, path: Path) -> Document:
        """One YAML file below the root."""
        return load_yaml(path, self.relative(path))

    def prompt_files(self) -> list[Path]:
        """The current prompts, sorted by name."""
        return self.files("prompts/*.yaml")

    def prompt_names(self) -> list[str]:
        """Names of the current prompts, sorted."""
        return [path.stem for path in self.prompt_files()]

    def load_prompts(self) -> list[Prompt]:
        """Every current prompt, sorted by name.

        Raises:
            PromptkitError: the problems of all files together.
        """
        prompts, collector = [], Collector()
        for path in self.prompt_files():
            with collector.collect():
                prompts.append(self._load_prompt(path))
        collector.raise_any()
        return prompts

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The group of each prompt by its name, as far as its file can be read."""
        found = {}
        for path in self.prompt_files():
            with suppress(PromptkitError):
                data = self.document(path).data
                found[path.stem] = data["group"] if isinstance(data, dict) and "group" in data else ""
        return found

    @property
    def own_groups(self) -> set[str]:
        """The groups that a company's own groups.yaml names."""
        path = self.root / "groups.yaml"
        data = self.document(path).data if path.exists() else {}
        return set(data) if isinstance(data, dict) else set()

    def pack_document(self, name: str) -> Document:
        """The file of one pack."""
        return self.document(self.file(f"prompts/packs/{name}.yaml"))

    def load_packs(self) -> dict[str, Pack]:
        """Every pack of views by its name, sorted.

        Raises:
            PromptkitError: the problems of all files together.
        """
        packs, collector = {}, Collector()
        for path in self.files("prompts/packs/*.yaml"):
            with collector.collect():
                packs[path.stem] = validate(self.pack_document(path.stem), Pack)
        collector.raise_any()
        return packs

    def load_prompt(self, reference: str) -> Prompt:
        """One prompt by name, or one of its released versions by `NAME@VERSION`.

        Raises:
            UsageError: there is no such prompt or version.
            PromptkitError: its file has problems.
        """
        return self._load_prompt(self._path_of(reference))

    def load_released(self, reference: str) -> Prompt:
        """One prompt by name, or by `NAME@VERSION` as it was released, even if its file was edited since.

        Raises:
            UsageError: there is no such prompt or version.
            PromptkitError: its file has problems.
        """
        return self._load_prompt(self._released(reference))

    def file_text(self, reference: str) -> str:
        """The file that `load_released` reads, with the texts that it shares with other prompts written out.

        Raises:
            UsageError: there is no such prompt or version.
            PromptkitError: its file cannot be read.
        """
        path = self._released(reference)
        return self.written_out(read_text(path), language_of(self.document(path)), indent="  ")

    def _released(self, reference: str) -> Path:
        path, (name, _, version) = self._path_of(reference), reference.partition("@")
        kept = self.file(f"prompts/archive/{name}/{version}.yaml")
        return kept if version and kept.exists() else path

    def _path_of(self, reference: str) -> Path:
        name, _, version = reference.partition("@")
        if name not in self.prompt_names():
            renamed = next((prompt for prompt in self.load_prompts() if name in prompt.formerly), None)
            if renamed is None:
                raise self._unknown_prompt(name)
            name = renamed.name
        path = self.file(f"prompts/{name}.yaml")
        return path if not version or version == self._load_prompt(path).version else self._archived(name, version)

    def load_current(self, reference: str) -> Prompt:
        """The current version of a prompt, by name or by `NAME@VERSION`.

        Raises:
            UsageError: there is no such prompt, or it is an earlier version, which has no recipe and no case.
            PromptkitError: it cannot be loaded.
        """
        prompt = self.load_prompt(reference)
        if "@" in reference and prompt.version != self.load_prompt(prompt.name).version:
            message = f"{prompt.name}@{prompt.version} is an earlier version, which can only be rendered"
            raise UsageError.of("earlier-version", message, f"write {prompt.name} for the current version")
        return prompt

    def load_archived(self, name: str, version: str) -> Prompt:
        """One released version of a current prompt, under whichever of its names it was released."""
        return self._load_prompt(self._archived(name, version))

    def _archived(self, name: str, version: str) -> Path:
        names = (name, *self.load_prompt(name).formerly)
        versions = {path.stem: path for one in names for path in self.files(f"prompts/archive/{one}/*.yaml")}
        if version not in versions:
            known = ", ".join(sorted(versions)) or "none"
            raise UsageError.of(
                "unknown-version", f"{name} has no version {legible(version)}", f"archived versions: {known}"
            )
        return versions[version]

    def _load_prompt(self, path: Path) -> Prompt:
        return self.as_prompt(self.prompt_document(path))

    def as_prompt(self, document: Document) -> Prompt:
        """A prompt's file as a prompt, with the words of its language.

        Raises:
            PromptkitError: it has problems, or the library has no such language.
        """
        return self.languages.given_to(document)

    def _unknown_prompt(self, name: str) -> UsageError:
        fix = nearest(name, self.prompt_names(), "run: promptkit list")
        return UsageError.of("unknown-prompt", f"there is no prompt {legible(name)}", fix)

    def attack_families(self) -> list[str]:
        """Names of the attack families, sorted."""
        return [path.stem for path in self.attack_files()]

    def attack_files(self) -> list[Path]:
        """The attack families, sorted by name."""
        return self.files("evals/attacks/*.yaml")

    @cached_property
    def attacks(self) -> list[AttackFamily]:
        """Every attack family, sorted by name.

        Raises:
            PromptkitError: the problems of all files together.
        """
        families, collector = [], Collector()
        for path in self.attack_files():
            with collector.collect():
                families.append(validate(self.document(path), AttackFamily))
        collector.raise_any()
        return families

    @cached_property
    def wording(self) -> Mapping[str, Wording]:
        """How people say what they did, by language: evals/wording.yaml, and what language files add to it."""
        told = validate_each(self.document(self.file("evals/wording.yaml")), Wording)
        return told | {code: one.wording for code, one in self.languages.every().items() if one.wording}

    def load_recipe(self, name: str) -> Recipe:
        """How code answers the current version of a prompt."""
        return validate(self.document(self.file(f"prompts/recipes/{name}.yaml")), Recipe)

    def load_case_file(self, name: str) -> CaseFile:
        """The case of one prompt."""
        return validate(self.document(self.file(f"evals/cases/{name}.yaml")), CaseFile)

    @cached_property
    def reviewed_tools(self) -> Mapping[str, ReviewedTool]:
        """The reviewed tools by name, as `tools_file` has them."""
        return validate_each(self.document(self.tools_file), ReviewedTool)

    @cached_property
    def scoring(self) -> Scoring:
        """instructions/scoring.yaml.

        Raises:
            PromptkitError: everything that is wrong with it, each at its place.
        """
        document = self.document(self.file("instructions/scoring.yaml"))
        scoring = validate(document, Scoring)
        known = f"write one of {', '.join(scoring.signals)}"
        wrong = [
            document.problem_at(("classes", place, "needs"), "unknown-signal", f"there is no signal {one.needs}", known)
            for place, one in enumerate(scoring.classes)
            if one.needs and one.needs not in scoring.signals
        ]
        if wrong:
            raise PromptkitError(wrong)
        return scoring

    @property
    def scoring_if_any(self) -> Scoring | None:
        """The scoring model; None in a library that has none."""
        return self.scoring if self.file("instructions/scoring.yaml").exists() else None

    def prompt_document(self, path: Path) -> Document:
        """A prompt's file, with the texts that it shares with other prompts filled into its template."""
        document = self.document(path)
        template = document.data.get("template") if isinstance(document.data, dict) else None
        if isinstance(template, str):
            document.data["template"] = self.written_out(template, language_of(document))
        return document

    @cached_property
    def languages(self) -> Languages:
        """Every language: ours, and a company's own in languages/."""
        below = self.base.languages.own if self.base is not None else {}
        return Languages({**below, **{path.stem: path for path in self.own_files(OWN_LANGUAGES)}}, self.root)

    def lines_in(self, code: str) -> Mapping[str, str]:
        """Sentences by the name that templates use for them: a language's, and a company's own ones."""
        return {**self.languages.named(code).shared_lines, **self._own_lines}

    @cached_property
    def _own_lines(self) -> Mapping[str, str]:
        below = self.base._own_lines if self.base is not None else {}
        path = self.instructions / "shared_lines.yaml"
        return {**below, **(validate_each(self.document(path), str) if path.exists() else {})}

    def written_out(self, text: str, language: str, indent: str = "") -> str:
        """`text` with its marks replaced by what prompts share: lines, and the scoring model, indented."""
        if SCORING_MARK in text:
            text = text.replace(SCORING_MARK, scoring_text(self.scoring).replace("\n", f"\n{indent}"))
        for name, line in self.lines_in(language).items():
            text = text.replace(f"{{{{ {name} }}}}", line)
        return text

    def load_version_lock(self) -> dict[str, str]:
        """prompts/versions.lock: the digest of each version that this library has released, by `name@version`."""
        path = self.prompts / "versions.lock"
        return validate_each(self.document(path), str) if path.exists() else {}


def scoring_text(scoring: Scoring) -> str:
    """The scoring model as prompts state it: a Markdown list with a line for each signal and class."""
    signals = [
        f"- {name}, {one.label}: {one.weight:+d} from {one.threshold:g} {one.unit}"
        for name, one in scoring.signals.items()
    ]
    return "\n".join([*signals, *(f"- {one.name}: {_when(one)}; {one.meaning}" for one in scoring.classes)])


def _when(one: ScoreClass) -> str:
    reached = "any other score" if one.minimum is None else f"{one.minimum} points or more"
    return f"{reached}, if {one.needs} counts" if one.needs else reached


def version_digest(document: Document) -> str:
    """SHA-256 of a prompt file's content, so that comments and layout may change without a new version.

    `fits` is measured anew from time to time, and counts only if the text says it.
    """
    says_fits = FITS_MARK in str(document.data.get("template"))
    unversioned = _UNVERSIONED if says_fits else _UNVERSIONED | {"fits"}
    content = {key: value for key, value in document.data.items() if key not in unversioned}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
