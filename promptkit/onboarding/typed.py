"""What a person types, at a question or on the command line -> values; a wrong text is refused with what is right."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from promptkit.errors import PromptkitError, nearest
from promptkit.files import Document, reason
from promptkit.library.profile import checked_profile
from promptkit.library.standards import currency
from promptkit.library.store import Library
from promptkit.model import HOST_NAME, Entity
from promptkit.text import hidden_characters, sanitized

NONE = "none"
"""What somebody types where nothing is right, though something is proposed."""
_MAX_LINE = 200


class NamedField(NamedTuple):
    """A field as somebody named it; `label` is empty where they gave none."""

    key: str
    label: str


class NamedAlias(NamedTuple):
    """One value of the view with this label, and the group that it is read as."""

    label: str
    value: str
    group: str


def line(text: str, what: str) -> str:
    """One line that everybody can see.

    Raises:
        PromptkitError: it is blank, too long, or has hidden characters.
    """
    text = text.strip()
    if not text:
        raise PromptkitError.of("blank", f"{what} is blank", "write something")
    if len(text) > _MAX_LINE:
        message = f"{what} is longer than {_MAX_LINE} characters"
        raise PromptkitError.of("too-long", message, "write a shorter one")
    if hidden := hidden_characters(text):
        message = f"{sanitized(text)} holds the hidden character U+{ord(hidden[0]):04X}"
        raise PromptkitError.of("hidden-character", message, "delete it")
    return text


def view_label(text: str) -> str:
    """What people call an Organizational View.

    Raises:
        PromptkitError: it is no line, or has no letter: then it was meant for another question.
    """
    text = line(text, "the name")
    if not any(char.isalpha() for char in text):
        raise PromptkitError.of("no-letter", f"{sanitized(text)} is no name", "write a word, such as Department")
    return text


def optional_line(text: str, what: str) -> str:
    """One line, or nothing."""
    return "" if text.strip() in {"", NONE} else line(text, what)


def yes_or_no(text: str) -> bool:
    """Whether it says yes.

    Raises:
        PromptkitError: it says neither.
    """
    word = text.strip().casefold()
    if word not in {"y", "yes", "n", "no"}:
        raise PromptkitError.of("yes-or-no", f"{sanitized(text)} is neither yes nor no", "write y or n")
    return word in {"y", "yes"}


def picked(text: str, names: Sequence[str]) -> list[int]:
    """The places, from 0, of what somebody picked from a numbered list, by number or name, in their order.

    Raises:
        PromptkitError: something is not in the list.
    """
    words = [word for word in re.split(r"[,\s]+", text.strip()) if word]
    return list(dict.fromkeys(_place(word, names) for word in words))


def _place(word: str, names: Sequence[str]) -> int:
    if re.fullmatch("[1-9][0-9]{0,8}", word) and int(word) <= len(names):
        return int(word) - 1
    if word in names:
        return names.index(word)
    has_names = not all(name.isdigit() for name in names)
    among = f"write a number from 1 to {len(names)}" + (", or a name as the list has it" if has_names else "")
    raise PromptkitError.of("not-in-list", f"{sanitized(word)} is not in the list", nearest(word, names, among))


def host_name(text: str) -> str:
    """The name of a host alone.

    Raises:
        PromptkitError: it is a whole address, or none.
    """
    if not re.fullmatch(HOST_NAME, text):
        fix = "write the name alone in small letters, such as guard.example.com"
        raise PromptkitError.of("host-name", f"{sanitized(text, 100)} is not the name of a host", fix)
    return text


def upper_currency(text: str) -> str:
    """A currency, in small letters too."""
    text = text.strip()
    return currency(text.upper() if len(text) == 3 else text)


def thresholds(words: Iterable[str], library: Library) -> dict[str, int | float]:
    """NAME=NUMBER, each for an argument of a prompt.

    Raises:
        PromptkitError: everything that is wrong with them.
    """
    numbers = {name: _number(name, value) for name, value in (_pair(word, "NAME=NUMBER") for word in words)}
    return dict(checked_profile(Document("", {"thresholds": numbers}), library).thresholds)


def threshold_words(text: str) -> list[str]:
    """The words of a line that names thresholds."""
    return [] if text.strip() == NONE else [word for word in re.split(r"[,\s]+", text.strip()) if word]


def field(text: str) -> NamedField:
    """ENTITY.FIELD, with =LABEL if people call it otherwise.

    Raises:
        PromptkitError: it has another form, or there is no such entity.
    """
    key, equals, called = text.partition("=")
    entity, dot, name = key.strip().partition(".")
    if entity not in {*Entity}:
        entities = ", ".join(Entity)
        fix = nearest(entity, Entity, f"begin with one of: {entities}") if dot else f"write ENTITY.FIELD; {entities}"
        raise PromptkitError.of("wrong-field", f"{sanitized(text)} does not begin with an entity of Torii's", fix)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,99}", name):
        fix = "write the key that promptkit init shows, such as user.department"
        raise PromptkitError.of("wrong-field", f"{sanitized(name)} is not the key of a field", fix)
    return NamedField(f"{entity}.{name}", view_label(called) if equals else "")


def alias(text: str) -> NamedAlias:
    """LABEL:VALUE=GROUP.

    Raises:
        PromptkitError: it has another form.
    """
    view, _, pair = text.partition(":")
    if not (view.strip() and pair):
        raise PromptkitError.of("wrong-pair", f"{sanitized(text)} is not an alias", "write LABEL:VALUE=GROUP")
    return NamedAlias(view.strip(), *value_and_group(pair))


def value_and_group(text: str) -> tuple[str, str]:
    """VALUE = GROUP.

    Raises:
        PromptkitError: it has another form.
    """
    value, group = _pair(text, "VALUE = GROUP")
    return line(value, "the value"), line(group, "the group")


def _pair(text: str, form: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not (name.strip() and value.strip()) or "=" in value:
        raise PromptkitError.of("wrong-pair", f"{sanitized(text)} is not a pair", f"write {form}")
    return name.strip(), value.strip()


def _number(name: str, text: str) -> int | float:
    # Python reads far more as a number than people write: 1_0, nan, infinity, digits of other scripts.
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
        message = f"{sanitized(name)} is {sanitized(text)}, which is not a number"
        raise PromptkitError.of("wrong-number", message, "write a number, such as 120 or 0.8")
    number = float(text)
    return int(number) if number.is_integer() else number


def not_in_future(day: datetime.date, today: datetime.date) -> datetime.date:
    """A day that has come.

    Raises:
        PromptkitError: it has not.
    """
    if day > today:
        raise PromptkitError.of("future-date", f"{day} is still to come", "write the day on which they agreed")
    return day


def require_writable(path: Path) -> None:
    """That a file can be written there, before anybody answers questions for it.

    Raises:
        PromptkitError: it cannot.
    """
    folder = path.parent
    if not folder.is_dir():
        raise PromptkitError.of("no-folder", f"there is no folder {folder}", "make it, or name a file elsewhere")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        message = f"{path} is not a file of its own"
        raise PromptkitError.of("unwritable", message, "name the file itself, such as dashboard.yaml")
    try:
        # Only this shows it: a file system that is read-only, or full, gives no permission away.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"nothing can be written into {folder.absolute()}: {reason(error)}"
        raise PromptkitError.of("unwritable", message, "name a file in a folder that can be written to") from error
