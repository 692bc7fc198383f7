"""dashboard.yaml -> the profile of one tenant."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from ruamel.yaml import YAML

from promptkit.argument_type import type_of
from promptkit.errors import Problem, PromptkitError, nearest
from promptkit.files import Document, load_yaml, validate
from promptkit.language import english
from promptkit.library.standards import currency, time_zone
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.plain_yaml import Key
from promptkit.text import hidden_characters, legible, sanitized


def load_profile(path: Path, library: Library) -> Profile:
    """The profile in a file.

    Args:
        path: the tenant's dashboard.yaml.
        library: holds the prompts that its views and thresholds refer to.

    Raises:
        PromptkitError: everything that is wrong with it, each at its place.
    """
    return checked_profile(load_yaml(path), library)


def checked_profile(document: Document, library: Library) -> Profile:
    """The profile that a document holds.

    Raises:
        PromptkitError: everything that is wrong with it, each at its place.
    """
    profile = validate(document, Profile)
    problems = [*_problems(document, profile), *_unknown_language(document, profile, library)]
    if profile.views or profile.thresholds:
        problems += _misfits(document, profile, library)
    if problems:
        raise PromptkitError(problems)
    return profile


def today_at(profile: Profile) -> datetime.date:
    """Which day it is now in the profile's time zone."""
    return datetime.datetime.now(ZoneInfo(profile.time_zone)).date()


def profile_text(profile: Profile) -> str:
    """The profile as YAML, without its empty parts."""
    decided = {"time_zone": profile.time_zone, "display_currency": profile.display_currency}
    decided |= profile.model_dump(exclude_defaults=True)
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda _: True  # A date that two views share would be written as an anchor.
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(msgspec.to_builtins(decided, builtin_types=(datetime.date,)), text)
    return text.getvalue()


def _problems(document: Document, profile: Profile) -> Iterator[Problem]:
    for name, known in (("time_zone", time_zone), ("display_currency", currency)):
        try:
            known(getattr(profile, name))
        except PromptkitError as error:
            (problem,) = error.problems
            yield document.problem_at((name,), problem.code, problem.message, problem.fix)
    labels = [view.label for view in profile.organizational_views]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            key = ("organizational_views", index, "label")
            yield document.problem_at(key, "repeated-label", f"{legible(label)} is used twice", "rename one")
    for place, text in _texts(document.data):
        # Labels, aliases and names are written into prompts, where nobody would see a hidden character.
        if hidden := hidden_characters(text):
            message = f"{sanitized(text)} holds the hidden character U+{ord(hidden[0]):04X}"
            yield document.problem_at(place, "hidden-character", message, "delete it")


def _unknown_language(document: Document, profile: Profile, library: Library) -> Iterator[Problem]:
    if profile.language not in (known := library.languages.files):
        fix = f"write one of {', '.join(known)}, or add languages/{profile.language}.yaml to a library of your own"
        message = f"there is no language {profile.language}"
        yield document.problem_at(("language",), "unknown-language", message, fix)


def _texts(data: object, key: Key = ()) -> Iterator[tuple[Key, str]]:
    """Every text in a document, including keys, with its place."""
    if isinstance(data, str):
        yield key, data
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*key, index))
    elif isinstance(data, dict):
        for name, value in data.items():
            yield (*key, name), name
            yield from _texts(value, (*key, name))


def _misfits(document: Document, profile: Profile, library: Library) -> Iterator[Problem]:
    """Views that are not prompts, and thresholds that no argument of any prompt accepts."""
    prompts = library.load_prompts()
    names = [prompt.name for prompt in prompts]
    for index, name in enumerate(profile.views):
        if name not in names:
            renamed = next((prompt.name for prompt in prompts if name in prompt.formerly), None)
            fix = f"write {renamed}" if renamed else nearest(name, names, "write a name from promptkit list")
            yield document.problem_at(("views", index), "unknown-view", f"there is no prompt {name}", fix)
    known = sorted({name for prompt in prompts for name in prompt.arguments})
    for name, value in profile.thresholds.items():
        named = [prompt.arguments[name] for prompt in prompts if name in prompt.arguments]
        reasons = [type_of(argument).why_not_valid(argument, value, profile, english()) for argument in named]
        if not reasons:
            fix = nearest(name, known, "write the name of an argument, as promptkit show NAME lists them")
            yield document.problem_at(
                ("thresholds", name), "unknown-threshold", f"no prompt has an argument {name}", fix
            )
        elif all(reasons):
            message = f"{name} is {value}, which no prompt accepts: {reasons[0]}"
            yield document.problem_at(("thresholds", name), "wrong-threshold", message, "correct the value")
