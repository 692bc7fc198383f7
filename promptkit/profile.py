"""dashboard.yaml -> the profile of one tenant."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from promptkit.errors import PromptkitError, shown
from promptkit.load import load_yaml, validate
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
    if problems:
        raise PromptkitError(problems)
    return profile
