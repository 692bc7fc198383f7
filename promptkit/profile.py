"""dashboard.yaml -> the profile of one tenant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

from promptkit.errors import PromptkitError, hidden_characters, shown
from promptkit.load import Key, load_yaml, validate
from promptkit.model import DEFAULT_PROFILE, Profile


def load_profile(path: Path | None) -> Profile:
    """The profile in a file, or the documented defaults without one.

    Raises:
        PromptkitError: everything that is wrong with it, each at its place.
    """
    if path is None:
        return DEFAULT_PROFILE
    document = load_yaml(path)
    profile = validate(document, Profile)
    problems = []
    if profile.time_zone not in available_timezones():
        fix = "write a name such as Europe/Berlin or America/New_York"
        message = f"{shown(profile.time_zone)} is not a time zone"
        problems.append(document.problem(("time_zone",), "unknown-time-zone", message, fix))
    labels = [view.label for view in profile.organizational_views]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            key = ("organizational_views", index, "label")
            problems.append(document.problem(key, "repeated-label", f"{shown(label)} is there twice", "rename one"))
    for place, text in _texts(document.data):
        # Labels, aliases and names stand in prompts, where nobody would see what they hide.
        if hidden := hidden_characters(text):
            message = f"{shown(text)} holds the hidden character U+{ord(hidden[0]):04X}"
            problems.append(document.problem(place, "hidden-character", message, "delete it"))
    if problems:
        raise PromptkitError(problems)
    return profile


def _texts(data: object, key: Key = ()) -> Iterator[tuple[Key, str]]:
    """Every text of a document, keys too, with where it stands."""
    if isinstance(data, str):
        yield key, data
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*key, index))
    elif isinstance(data, dict):
        for name, value in data.items():
            yield (*key, name), name
            yield from _texts(value, (*key, name))
