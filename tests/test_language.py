"""A language is one file: what must be in it, and what each mistake in it is called."""

import re

import pytest

from promptkit.errors import PromptkitError
from promptkit.language import FOLDER, english, load_language, words_of
from promptkit.library.store import Library
from tests.builders import prompt

GERMAN = (FOLDER / "de.yaml").read_text("utf-8")


def said_of(tmp_path, text, library):
    """What is said of a company's own language file."""
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages/xx.yaml").write_text(text, "utf-8")
    with pytest.raises(PromptkitError) as caught:
        Library(tmp_path, base=library).languages.every()
    return str(caught.value)


def test_a_sentence_that_is_missing_is_told_at_its_place(tmp_path, library):
    text = re.sub(r"  cents: .*\n", "", GERMAN)
    line = text.splitlines().index("shared_lines:") + 1
    told = said_of(tmp_path, text, library)
    assert told.startswith(f"languages/xx.yaml:{line}:1: [missing-key] the shared line cents is missing")


def test_a_text_that_is_missing_is_told_at_its_place(tmp_path, library):
    told = said_of(tmp_path, GERMAN.replace("  none: keine\n", ""), library)
    assert re.match(r"languages/xx\.yaml:\d+:1: \[missing-key\]", told)


def test_an_unknown_key_is_told_with_the_near_one(tmp_path, library):
    told = said_of(
        tmp_path, GERMAN.replace("  cents: ", "  cent: x\n  cents: ").replace("title:", "titel: x\ntitle:"), library
    )
    assert "[unknown-key] titel is not a key here" in told


def test_a_shared_line_that_english_lacks_is_told_with_the_near_one(tmp_path, library):
    told = said_of(tmp_path, GERMAN.replace("  cents: ", "  cent: x\n  cents: "), library)
    assert re.search(r"languages/xx\.yaml:\d+:3: \[unknown-key\] cent is no shared line\n    fix: write cents", told)


def test_a_blank_that_is_lost_is_told(tmp_path, library):
    told = said_of(tmp_path, GERMAN.replace("in den nächsten {count} Tagen", "in nächster Zeit"), library)
    assert "[wrong-value] next_days has the blanks none" in told
    assert "fix: write {count}, each as it is here" in told


def test_what_is_no_regular_expression_is_told(tmp_path, library):
    assert "regular expression" in said_of(tmp_path, GERMAN.replace("joins: [und,", 'joins: ["und(",'), library)


def test_every_language_of_ours_is_whole(library):
    assert set(library.languages.every()) >= {"en", "de"}
    for path in FOLDER.glob("*.yaml"):
        load_language(library.document(path))


def test_numbers_have_the_signs_of_the_language(library):
    german = library.languages.named("de")
    assert (german.signed("1,234,567.89"), german.grouped(5000)) == ("1.234.567,89", "5.000")
    assert english().signed("1,234.50 %") == "1,234.50 %"


def test_a_prompt_without_the_words_of_its_language_is_not_taken_for_english():
    with pytest.raises(LookupError):
        words_of(prompt("x").model_copy(update={"language": "de"}))
