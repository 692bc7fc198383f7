import pytest

from promptkit.answering.view_tools import reviewed_view_tools
from promptkit.audit.audit import Auditor
from promptkit.audit.sources import find_sources
from promptkit.audit.stamps import answered_stamp, find_stamps
from promptkit.library.render import render, stamped
from promptkit.policy.decision import ToolPolicy
from promptkit.transcript import Text
from tests.audit.transcripts import HEADER, call, lines, sample, write

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


ANSWER = "## Renewals\n| app |\n|---|\n| Figma |\n\n## Evidence\n- Gaps: none\n\n[renewal_calendar@1.2.0 395dfc99]\n"


@pytest.mark.parametrize(
    "result",
    [
        ANSWER,
        [{"type": "text", "text": ANSWER}],
        {"content": [{"type": "text", "text": ANSWER}], "isError": False},
        '{"name": "renewal_calendar", "stamp": "[renewal_calendar@1.2.0 395dfc99]", "tables": []}',
    ],
)
def test_the_result_of_a_view_tool_has_its_stamp_in_every_form(result):
    (stamp,) = find_stamps(answered_stamp(result), has_answers=True)
    assert (stamp.reference, stamp.digest, stamp.is_answer) == (REFERENCE, "395dfc99", True)


@pytest.mark.parametrize(
    "result",
    [
        None,
        7,
        "",
        f"{ANSWER}and more",
        "| [renewal_calendar@1.2.0 395dfc99]",
        '{"name": "a \\"stamp\\": \\"[renewal_calendar@1.2.0 395dfc99]\\""}',
    ],
)
def test_what_a_tenant_writes_into_a_result_is_no_stamp_of_it(result):
    assert list(answered_stamp(result)) == []


def audited(tmp_path, name):
    """What the audit finds in a run in which this tool gave an answer of a view."""
    made = call(name, arguments={"name": "renewal_calendar"})
    result = {"type": "result", "id": "c1", "is_error": False, "text": ANSWER}
    write(tmp_path / "run.jsonl", lines(HEADER, sample(made, result)))
    (source,) = find_sources([tmp_path])
    (found,) = Auditor(ToolPolicy(reviewed_view_tools())).audit_file(source)
    return found


@pytest.mark.parametrize(
    "name", ["answer_view", "mcp__promptkit__answer_view", "promptkit.answer_view", "promptkit_answer_view"]
)
def test_a_chat_tells_which_version_of_a_view_code_answered(tmp_path, name):
    found = audited(tmp_path, name)
    assert (found.verdict, found.calls[0].tool) == ("clean", "answer_view")
    assert found.as_json()["stamps"] == [
        {"reference": REFERENCE, "digest": "395dfc99", "edited": False, "answer": True}
    ]


def test_a_stamp_that_another_tool_gave_is_no_answer_of_a_view(tmp_path):
    assert list(audited(tmp_path, "find_view").stamps) == []
