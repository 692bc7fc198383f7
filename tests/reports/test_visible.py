"""Text as HTML that shows what hides."""

import pytest

from promptkit.reports.visible import visible


@pytest.mark.parametrize("char", "\u202e\u2066\u200b\u200d\u00ad\ufeff\u3164\ufe0f\x00\x1b\r\ud800\U000e0041\U000e0101")
def test_a_character_that_cannot_be_seen_is_shown_as_its_number(char):
    assert f">U+{ord(char):04X}</b>" in visible(f"a{char}b")


@pytest.mark.parametrize("text", ["plain\n\ttext", "Größe: 12 €", "تجاهل القواعد", "数据 🙂"])
def test_a_text_that_can_be_seen_stays_as_it_is(text):
    assert visible(text) == text


def test_a_long_run_of_hidden_characters_is_counted():
    assert visible("\U000e0041" * 5000).endswith("and 4,988 more</b>")
