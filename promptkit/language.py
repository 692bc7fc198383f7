"""The words of one language: what our code writes in answers, and how it recognises what people write. Data, by keys.

Everything is parsed and judged by keys, which are the English words. What an answer says in another language is turned
into them first, by `promptkit/answering/keyed.py`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from promptkit.errors import Problem, PromptkitError, nearest
from promptkit.files import Document, load_yaml, validate
from promptkit.model import Line, Prompt, Slug, Strict

ENGLISH = "en"
FOLDER = Path(__file__).parent / "languages"


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return text


Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_is_pattern)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1, strict=False)]


class Wording(Strict):
    """How people decline, claim an action, and offer something else in one language; all in lower case."""

    declines: Patterns
    claims: Patterns
    passives: Patterns
    reports: Patterns
    offers: Patterns
    negations: Patterns
    descriptions: Annotated[tuple[Pattern, ...], Field(strict=False)] = ()
    contrasts: Patterns


class Numbers(Strict):
    """The signs in a number: between its thousands, and before its decimals."""

    thousands: Literal[",", "."]
    decimal: Literal[",", "."]


class Headings(Strict):
    """The headings of every answer, after those of its tables."""

    totals: Line
    evidence: Line


class Labels(Strict):
    """The labels of the lines of the evidence."""

    tools: Line
    rows: Line
    as_of: Line
    filters: Line
    method: Line
    gaps: Line


KEYS = {name: name.replace("_", " ").capitalize() for name in Labels.model_fields}
"""The key of each label: the English one."""


class Says(Strict):
    """What our code writes in prompts and answers. A name in braces is filled in."""

    none: Line
    unknown: Line
    yes: Line
    no: Line
    more: Line
    of_total: Line
    one_page: Line
    pages: Line
    unstated: Line
    first_of: Line
    newest_to: Line
    total_alone: Line
    minute_old: Line
    minutes_old: Line
    next_day: Line
    next_days: Line
    last_day: Line
    last_days: Line
    dates: Line
    fits: Line
    user_field: Line
    app_field: Line
    contract_field: Line
    transaction_field: Line
    empty_is: Line
    read_as: Line


class Orders(Strict):
    """How a text would tell the assistant to act, as parts of regular expressions.

    `verbs` are orders where a clause begins or after a word of `joins`; `closing` are orders where a clause ends, which
    is where German puts a verb. What stands up to two words after one of the `negations` is no order.
    """

    verbs: Patterns
    closing: Annotated[tuple[Pattern, ...], Field(strict=False)]
    joins: Patterns
    negations: Patterns


class ReadingPhrases(Strict):
    """How an answer says that a reading was cut short, or went as far as was wanted; and that everything was read."""

    admits: Patterns
    all_read: Patterns


class Spellings(Strict):
    """How people write what the keys say, as regular expressions without regard to case.

    `headings`, `labels` and `cells` are whole; `phrases` stand anywhere outside of tables, and the first ones win.
    """

    headings: dict[Literal["Totals", "Evidence"], Patterns]
    labels: dict[Literal["Tools", "Rows", "As of", "Filters", "Method", "Gaps"], Patterns]
    cells: dict[Literal["none", "yes", "no"], Patterns]
    phrases: dict[Line, Patterns]


class Language(Strict):
    """The words of one language.

    `evidence_line` is what a template asks for under the heading of the evidence. `common` words are in most sentences,
    in lower case; they tell in which language a line is. `spellings` is missing in English,
    whose words are the keys; `wording` is for a language that evals/wording.yaml lacks. `texts` is what pages, forms,
    dashboards, exports and drafts say, by the English text; what it lacks stays English.
    """

    title: Line
    numbers: Numbers
    headings: Headings
    labels: Labels
    evidence_line: Line
    common: Annotated[frozenset[str], Field(strict=False)] = frozenset()
    says: Says
    orders: Orders
    readings: ReadingPhrases
    spellings: Spellings | None = None
    wording: Wording | None = None
    shared_lines: dict[Slug, str]
    texts: dict[str, str] = Field(default_factory=dict)

    @property
    def by_key(self) -> dict[str, str]:
        """What the keys of an answer are called: its last heading, its labels, and the words of cells."""
        labels = {KEYS[name]: label for name, label in self.labels.model_dump().items()}
        cells = {"none": self.says.none, "unknown": self.says.unknown, "yes": self.says.yes, "no": self.says.no}
        return {"Evidence": self.headings.evidence, **labels, **cells}

    def said(self, text: str, **blanks: object) -> str:
        """A text of ours in this language, or in English where it lacks it, with what stands in its blanks."""
        own = self.texts.get(text, text)
        return own % blanks if blanks else own

    def grouped(self, number: int) -> str:
        """A whole number with signs between its thousands."""
        return f"{number:,d}".replace(",", self.numbers.thousands)

    def signed(self, number: str) -> str:
        """A number that is written as in English, with this language's signs."""
        signs = {",": self.numbers.thousands, ".": self.numbers.decimal}
        return "".join(signs.get(char, char) for char in number)


@cache
def english() -> Language:
    """Our English."""
    return validate(load_yaml(FOLDER / f"{ENGLISH}.yaml"), Language)


def load_language(document: Document) -> Language:
    """A language in which every sentence that prompts share is there, and each text has the blanks of the English one.

    Raises:
        PromptkitError: everything that is wrong with it, each at its place.
    """
    language = validate(document, Language)
    if wrong := [
        *_other_keys(document, language.shared_lines),
        *_other_blanks(document, ("says",), language.says.model_dump(), english().says.model_dump()),
        *_other_blanks(document, ("shared_lines",), language.shared_lines, english().shared_lines),
        *_other_marks(document, language.texts),
    ]:
        raise PromptkitError(wrong)
    return language


def _other_keys(document: Document, lines: Mapping[str, str]) -> Iterator[Problem]:
    known = english().shared_lines
    for name in known.keys() - lines.keys():
        fix = f"add {name}: and what it says in this language"
        yield document.problem_at(("shared_lines",), "missing-key", f"the shared line {name} is missing", fix)
    for name in lines.keys() - known.keys():
        fix = nearest(name, known, "write it in instructions/shared_lines.yaml, if it is your own")
        yield document.problem_at(("shared_lines", name), "unknown-key", f"{name} is no shared line", fix)


def _other_marks(document: Document, texts: Mapping[str, str]) -> Iterator[Problem]:
    for text, own in texts.items():
        has, wanted = sorted(_MARK.findall(own)), sorted(_MARK.findall(text))
        if has != wanted:
            fix = f"write {' and '.join(wanted) or 'none'}, each as it is in the English text"
            message = f"it has the blanks and tags {', '.join(has) or 'none'}"
            yield document.problem_at(("texts", text), "wrong-value", message, fix)


_MARK = re.compile(r"%\(\w+\)s|<[^>]*>|<")
_BLANK = re.compile(r"\{+ ?\w+ ?\}+")


def _other_blanks(
    document: Document, at: tuple[str, ...], texts: Mapping[str, str], english_texts: Mapping[str, str]
) -> Iterator[Problem]:
    for name in texts.keys() & english_texts.keys():
        has, wanted = set(_BLANK.findall(texts[name])), set(_BLANK.findall(english_texts[name]))
        if has != wanted:
            fix = f"write {' and '.join(sorted(wanted)) or 'none'}, each as it is here"
            message = f"{name} has the blanks {', '.join(sorted(has)) or 'none'}"
            yield document.problem_at((*at, name), "wrong-value", message, fix)


def words_of(prompt: Prompt) -> Language:
    """The language of a prompt, which the library that it comes from gave it; English for one that names no other."""
    given = prompt.given_language
    if given is None and prompt.language != ENGLISH:
        raise LookupError(f"{prompt.name} was made without the words of its language")
    return given if isinstance(given, Language) else english()
