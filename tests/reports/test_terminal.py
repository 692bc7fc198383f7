"""Blocks in a terminal: what is whole, what is broken, what has a colour, and nothing of others that is live."""

import io

import pytest
from rich.console import Console

from promptkit.audit.audit import Audit
from promptkit.audit.screen import screen_of as audit_screen
from promptkit.evaluation.screen import screen_of as eval_screen
from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Bullets, Grid, Head, Holds, Item, Line, Lines, Tone
from promptkit.reports.terminal import print_blocks
from tests.reports.examples import conversation, hostile_audit, hostile_run, raw_blocks


def printed(*blocks, width=200, **options):
    console = Console(file=io.StringIO(), width=width, **options)
    print_blocks(blocks, console)
    return console.file.getvalue()


HOSTILE_SCREENS = {
    "eval": list(eval_screen(hostile_run())),
    "audit": list(audit_screen(hostile_audit())),
    "raw": raw_blocks(),
}


@pytest.mark.parametrize("found", HOSTILE_SCREENS)
def test_the_terminal_gets_no_control_characters(found):
    text = printed(*HOSTILE_SCREENS[found])
    assert "intruder" in text
    assert [char for char in text if not char.isprintable() and char != "\n"] == []


def test_markup_of_a_transcript_is_not_markup_of_the_table():
    assert "[bold]x[/bold]" in printed(*audit_screen(Audit([conversation(reason="[bold]x[/bold]")])))


def test_words_and_numbers_stay_whole_where_a_text_is_broken():
    heads = [Head("text"), Head("verdict", Holds.WORD), Head("calls", Holds.NUMBER)]
    text = printed(Grid(heads, [["long " * 9, Verdict.INCONCLUSIVE, "1,234 of 5,678"]]), width=40)
    assert "inconclusive  1,234 of 5,678" in text
    assert max(map(len, text.splitlines())) <= 40


def test_a_main_column_takes_the_width_that_is_left():
    text = printed(Grid([Head("prompt", Holds.MAIN), Head("calls", Holds.NUMBER)], [["view", "1"]]), width=30)
    assert text == f"{'prompt':24} calls\n{'view':24}     1\n"


def test_small_lines_of_a_cell_stand_below_and_aside():
    assert (
        printed(Grid([Head("prompt")], [[Lines(["view"], ["list_apps"])]])) == "prompt     \nview       \n  list_apps\n"
    )


def test_a_list_has_its_details_below_each_name_and_says_what_is_left_out():
    bullets = Bullets("Failed", [Item("one", details=["why"]), Item("two", "text")], "and 3 more")
    assert printed(bullets) == "Failed\none\n  why\ntwo text\n… and 3 more\n"


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [
        (Verdict.CLEAN, "\x1b[32m"),
        (Verdict.ATTEMPTED, "\x1b[33m"),
        (Verdict.INCONCLUSIVE, "\x1b[33m"),
        (Verdict.VIOLATION, "\x1b[1;31m"),
    ],
)
def test_a_verdict_has_its_colour(verdict, colour):
    text = printed(Grid([Head("verdict", Holds.WORD)], [[verdict]]), force_terminal=True, color_system="standard")
    assert f"{colour}{verdict}" in text


@pytest.mark.parametrize(("tone", "colour"), [(Tone.GOOD, "32"), (Tone.WARNING, "33"), (Tone.BAD, "1;31")])
def test_a_line_has_the_colour_of_its_tone(tone, colour):
    assert printed(Line("x", tone), force_terminal=True, color_system="standard") == f"\x1b[{colour}mx\x1b[0m\n"
