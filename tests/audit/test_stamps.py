import pytest

from promptkit.audit.stamps import find_stamps
from promptkit.library.render import render, stamped
from promptkit.transcript import Text

PROMPT = stamped("Which contracts end soon?\n\nRead only.", "renewal_calendar", "1.2.0")
REFERENCE = "renewal_calendar@1.2.0"


def stamps(text, role="user"):
    return [(stamp.reference, stamp.is_edited) for stamp in find_stamps([Text(role, text)])]


@pytest.mark.parametrize(
    ("text", "is_edited"),
    [
        (PROMPT, False),
        (PROMPT.replace("\n", "\r\n"), False),
        (f"Hello!\n\n{PROMPT}", False),
        (f"{PROMPT}\nOnly for Finance, please.", False),
        (PROMPT.replace("soon", "this year"), True),
        (PROMPT.replace("Read only.", ""), True),
        (PROMPT.partition("\n\n")[2], True),
    ],
)
def test_a_stamp_tells_the_version_and_whether_the_text_was_edited(text, is_edited):
    assert stamps(text) == [(REFERENCE, is_edited)]


def test_each_prompt_of_a_text_has_its_own_stamp():
    other = stamped("Do only read.", "instructions_full", "1.0.0")
    assert stamps(other + PROMPT) == [("instructions_full@1.0.0", False), (REFERENCE, False)]


def test_an_answer_that_repeats_a_stamp_is_no_prompt():
    assert stamps(PROMPT, role="assistant") == []


@pytest.mark.parametrize("text", ["", "a@b.c", "[x@1.2 00000000]", "[x@1.2.3 0000000g]", "\ud800@"])
def test_what_looks_like_a_stamp_is_none(text):
    assert stamps(text) == []


def test_a_lone_surrogate_above_a_stamp_is_an_edit():
    assert stamps(f"\ud800{PROMPT}") == [(REFERENCE, True)]


def test_the_stamp_of_every_prompt_is_found_again(library):
    for prompt in library.load_prompts():
        if all(argument.default is not None for argument in prompt.arguments.values()):
            assert stamps(render(prompt)) == [(f"{prompt.name}@{prompt.version}", False)]
