"""A line that is still English is told from one in the language of its prompt."""

import pytest

from promptkit.checking.left_in_english import english_word
from promptkit.language import english
from promptkit.library.languages import Languages

GERMAN = Languages().named("de")


def test_no_german_text_of_ours_is_taken_for_english():
    assert [
        text for text in (*GERMAN.texts.values(), *GERMAN.shared_lines.values()) if english_word(text, GERMAN)
    ] == []


def test_nearly_every_english_line_is_known_for_one(library):
    lines = [line for prompt in library.load_prompts() for line in prompt.template.splitlines()]
    sentences = [line for line in lines if len(line.split()) > 5 and "{%" not in line]
    assert sum(bool(english_word(line, GERMAN)) for line in sentences) / len(sentences) > 0.9
    assert [line for line in english().shared_lines.values() if not english_word(line, GERMAN)] == []


@pytest.mark.parametrize(
    "text",
    [
        'owner_gap ist "no owner where the owner left" oder keine',
        "- fields id,name,is_in_the_list; filters status equals active and isHidden equals false",
        "`promptkit answer` mit dem Namen aus der letzten Zeile, oder to and from",
    ],
)
def test_quotes_fields_and_single_words_are_in_no_language(text):
    assert english_word(text, GERMAN) == ""


def test_nothing_is_told_of_a_language_without_common_words():
    french = GERMAN.model_copy(update={"common": frozenset()})
    assert english_word("On a plus d'une application, on a donc un doublon.", french) == ""
