"""The numbered parts of instructions/ -> the text to paste into an assistant, in three variants."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import read_text, validate_each
from promptkit.language import ENGLISH
from promptkit.library.render import stamped
from promptkit.library.store import Library
from promptkit.model import Host, InstructionRule
from promptkit.text import sanitized

INSTRUCTIONS = "instructions"  # What versions.lock, bump and the archive call them.
LIMITS_UTF16 = {"full": 7500, "short": 1500, "views": 1500}
INSTRUCTION_PARTS = "instructions/[0-9][0-9]_*.md"
TRANSLATED_PARTS = "instructions/[a-z][a-z]/[0-9][0-9]_*.md"
_VERSION = re.compile(r"\A<!-- version: (\d+\.\d+\.\d+) -->")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_RULE = re.compile(r"^- ([A-Z]{2}-\d+) (.+(?:\n  .+)*)", re.MULTILINE)


class Variant(StrEnum):
    """The instructions in full, in short, and for an assistant that is offered our view tools in place of Torii's."""

    FULL = "full"
    SHORT = "short"
    VIEWS = "views"

    @property
    def lines(self) -> re.Pattern[str]:
        """What finds its lines in the comments of the parts."""
        return re.compile(rf"<!-- {self}: (.*?) -->", re.DOTALL)


def instruction_parts(library: Library) -> list[Path]:
    """The parts in the order of the number that begins each file name; a company's own ones among ours.

    Raises:
        PromptkitError: a company's own part would take the place of one of ours, or gives another meaning to its rules.
    """
    if library.base is not None:
        ours = instruction_parts(library.base)
        for path in library.own_files(INSTRUCTION_PARTS):
            _check_own_part(path, library.relative(path), {part.name: rule_ids(part) for part in ours})
    return library.files(INSTRUCTION_PARTS)


def _check_own_part(path: Path, name: str, ours: Mapping[str, list[str]]) -> None:
    if path.name in ours:
        message = "the name is that of a part of ours, whose rules it would take away"
        fix = "give it a number and a name of its own, such as 60_our_company.md"
        raise PromptkitError.of("replaces-part", message, fix, path=name)
    for part, rules in ours.items():
        if repeated := [rule for rule in rule_ids(path) if rule in rules]:
            fix = "give it an id of its own, with letters of your own"
            raise PromptkitError.of("repeated-rule", f"{repeated[0]} is already in {part}", fix, path=name)


def instruction_languages(library: Library) -> list[str]:
    """The languages that the instructions exist in, English first."""
    return [ENGLISH, *sorted({path.parent.name for path in library.files(TRANSLATED_PARTS)})]


def instructions_language(library: Library, code: str) -> str:
    """The language of the instructions for people of this one: English where they do not exist in it."""
    return code if code in instruction_languages(library) else ENGLISH


def _parts_in(library: Library, language: str) -> list[Path]:
    """The parts in a language; one that nobody has translated, such as a company's own, stays in English."""
    parts = instruction_parts(library)
    if language == ENGLISH:
        return parts
    translated = [library.file(f"instructions/{language}/{part.name}") for part in parts]
    return [there if there.exists() else part for there, part in zip(translated, parts, strict=True)]


def rule_ids(path: Path) -> list[str]:
    """The ids of the rules in one part, in order."""
    return [id_ for id_, _ in _RULE.findall(_COMMENT.sub("", read_text(path)))]


def own_instruction_parts(library: Library) -> list[Path]:
    """The parts of the library that names the version: a company's own where it has any, else ours."""
    return library.own_files(INSTRUCTION_PARTS) or (
        own_instruction_parts(library.base) if library.base is not None else []
    )


def instructions_version(library: Library) -> str:
    """The version that the first part names in its first line, or the first of a company's own parts where it has any.

    Raises:
        PromptkitError: it names none.
    """
    path = next(iter(own_instruction_parts(library)), None)
    match = _VERSION.match(read_text(path)) if path else None
    if not match:
        fix = "begin it with <!-- version: 1.0.0 -->"
        place = library.relative(path or library.instructions)
        raise PromptkitError.of("no-version", "the first part names no version", fix, path=place, line=1)
    return match.group(1)


def build_instructions(
    library: Library, variant: Variant = Variant.FULL, without: str | None = None, language: str = ENGLISH
) -> str:
    """The text to paste, editors' comments left out, with its stamp as the last line.

    Args:
        library: where the parts are.
        variant: `full` has every rule in full, the others one line for each rule or group of rules.
        without: the id of a rule to leave out, to measure its effect.
        language: one of `instruction_languages`.
    """
    texts = [read_text(path) for path in _parts_in(library, language)]
    match variant:
        case Variant.SHORT | Variant.VIEWS:
            body = "\n".join(" ".join(line.split()) for text in texts for line in variant.lines.findall(text))
        case Variant.FULL:
            body = "\n\n".join(_COMMENT.sub("", text).strip() for text in texts)
        case _:
            assert_never(variant)
    if without:
        body = _RULE.sub(lambda rule: "" if rule.group(1) == without else rule.group(0), body)
    return stamped(body, f"{INSTRUCTIONS}_{text_name(variant, language)}", instructions_version(library))


def text_name(variant: Variant, language: str) -> str:
    """What stamps and files call a variant in a language: `full`, `full_de`."""
    return variant.value if language == ENGLISH else f"{variant}_{language}"


def every_text(library: Library) -> dict[str, str]:
    """Every variant in every language, by its `text_name`."""
    return {
        text_name(variant, language): build_instructions(library, variant, language=language)
        for language in instruction_languages(library)
        for variant in Variant
    }


def load_instructions(library: Library, reference: str) -> str | None:
    """The text that a stamp refers to, such as `instructions_full` or `instructions_full@1.0.0`; None for a prompt.

    Raises:
        UsageError: there is no such version.
    """
    name, _, version = reference.partition("@")
    texts = every_text(library)
    asked = name.removeprefix(f"{INSTRUCTIONS}_")
    if asked == name or asked not in texts:
        return None
    if version in {"", instructions_version(library)}:
        return texts[asked]
    kept = {path.parent.name: path for path in library.files(f"instructions/archive/*/{asked}.md")}
    if version not in kept:
        known = ", ".join(sorted(kept))
        raise UsageError.of(
            "unknown-version", f"{name} has no version {sanitized(version)}", f"archived versions: {known}"
        )
    return read_text(kept[version])


def instructions_digest(library: Library) -> str:
    """SHA-256 of all variants in all languages, so that comments may change without a new version."""
    return hashlib.sha256("".join(every_text(library).values()).encode()).hexdigest()


def instruction_rules(library: Library, language: str = ENGLISH) -> list[InstructionRule]:
    """Every rule in the parts, in order."""
    text = "\n".join(_COMMENT.sub("", read_text(path)) for path in _parts_in(library, language))
    return [InstructionRule(id=id_, text=" ".join(body.split())) for id_, body in _RULE.findall(text)]


def load_hosts(library: Library) -> Mapping[str, Host]:
    """instructions/hosts.yaml by the host's name."""
    return validate_each(library.document(library.file("instructions/hosts.yaml")), Host)


def find_host(library: Library, name: str) -> Host:
    """One host.

    Raises:
        UsageError: there is no such host.
    """
    hosts = load_hosts(library)
    if name not in hosts:
        raise UsageError.of("unknown-host", f"there is no host {sanitized(name)}", f"use one of {', '.join(hosts)}")
    return hosts[name]


def utf16_length(text: str) -> int:
    """The length as ChatGPT's paste boxes seem to count it."""
    return len(text.encode("utf-16-le")) // 2
