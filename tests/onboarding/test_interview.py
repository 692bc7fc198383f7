"""One interview at a time, with lines that somebody types."""

import io

import pytest

from promptkit.errors import PromptkitError
from promptkit.onboarding.draft import Draft, DraftAnswer, open_draft
from promptkit.onboarding.interview import BackRequest, Interview, ShownTable


def number(text):
    if not text.isdigit():
        raise PromptkitError.of("number", f"{text} is no number", "write one, such as 3")
    return int(text)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "private" / "draft.json"


@pytest.fixture
def typing(monkeypatch, path):
    """An interview with a person who types these lines, after what an earlier one left."""

    def begin(*lines, asks=True):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return Interview(Draft(path), asks=asks)

    return begin


def test_a_wrong_answer_is_asked_again_with_what_would_be_right(typing, capsys):
    assert typing("soon", "7").ask("How many?", "3", number) == 7
    assert "soon is no number: write one, such as 3." in capsys.readouterr().err


def test_enter_is_the_usual_answer(typing):
    assert typing("").ask("How many?", "3", number) == 3


def test_nobody_is_asked_where_the_usual_answers_are_wanted(typing):
    assert typing(asks=False).ask("How many?", "3", number) == 3


def test_an_answer_is_kept_at_once_for_its_owner_only(typing, path):
    typing("7").ask("How many?", "3", number)
    assert Draft(path).answers == [DraftAnswer("How many?", "", "7")]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_back_returns_to_the_last_question_and_offers_its_answer(typing, capsys):
    interview = typing("7", "back", "")
    interview.ask("How many?", "3", number)
    with pytest.raises(BackRequest):
        interview.ask("And then?", "1", number)
    interview.go_back()
    interview.begin()
    assert interview.ask("How many?", "3", number) == 7
    assert "How many? [7]" in capsys.readouterr().err


def test_an_answer_taken_back_is_offered_once_where_a_question_comes_again(typing):
    interview = typing("7", "back", "", "")
    interview.ask("Another?", "0", number)
    with pytest.raises(BackRequest):
        interview.ask("Another?", "0", number)
    interview.go_back()
    interview.begin()
    assert [interview.ask("Another?", "0", number), interview.ask("Another?", "0", number)] == [7, 0]


def test_nothing_lies_before_the_first_question(typing, capsys):
    assert typing("back", "5").ask("How many?", "3", number) == 5
    assert "This is the first question." in capsys.readouterr().err


def test_an_interrupted_interview_goes_on_where_it_stopped(typing, capsys):
    typing("7").ask("How many?", "3", number)
    interview = typing("y", "8")
    interview.resume()
    assert [interview.ask("How many?", "3", number), interview.ask("And then?", "1", number)] == [7, 8]
    assert "How many? 7" in capsys.readouterr().err


def test_who_wants_to_begin_anew_is_asked_everything(typing, path):
    typing("7").ask("How many?", "3", number)
    interview = typing("n", "8")
    interview.resume()
    assert interview.ask("How many?", "3", number) == 8
    assert [kept.answer for kept in Draft(path).answers] == ["8"]


def test_an_approval_counts_only_for_what_was_shown(typing):
    seen = ShownTable(("group",), [["Sales"]])
    typing("7").ask("How many?", "3", number, listing=seen)
    interview = typing("y", "8")
    interview.resume()
    assert interview.ask("How many?", "3", number, listing=ShownTable(("group",), [["Sales"], ["Growth"]])) == 8


def test_an_answer_that_is_right_no_longer_is_asked_for_again(typing, path):
    typing("7").ask("How many?", "3", number)
    interview = typing("y", "8")
    interview.resume()

    def even(text):
        if number(text) % 2:
            raise PromptkitError.of("odd", f"{text} is odd", "write an even one")
        return int(text)

    assert interview.ask("How many?", "2", even) == 8
    assert [kept.answer for kept in Draft(path).answers] == ["8"]


def test_a_question_that_is_not_asked_any_more_takes_no_other_answer_along(typing):
    interview = typing("7", "8", "9")
    for question in ("How many?", "And then?", "At last?"):
        interview.ask(question, "3", number)
    interview = typing("y")
    interview.resume()
    assert [interview.ask("And then?", "1", number), interview.ask("At last?", "1", number)] == [8, 9]


def test_all_rows_are_shown_however_many_there_are(typing, capsys):
    typing().show(ShownTable(("group", "rows"), [[f"group {number}", "1"] for number in range(500)], "500 groups"))
    shown = capsys.readouterr().err
    assert all(f"group {number} " in shown for number in range(500))
    assert "500 groups" in shown


@pytest.mark.parametrize("left", ["", "[", "[[1]]", '[["a","b"]]', "\x00", '{"a": 1}'])
def test_a_draft_that_cannot_be_read_is_none(left, path):
    path.parent.mkdir()
    path.write_text(left, "utf-8")
    assert Draft(path).answers == []


def test_what_cannot_be_kept_is_no_reason_to_stop(typing, path):
    path.parent.write_text("a file where the folder should be", "utf-8")
    interview = typing("7")
    assert interview.ask("How many?", "3", number) == 7


def test_another_tenant_or_file_has_another_draft(tmp_path):
    draft = open_draft("https://a.example/mcp", tmp_path / "a.yaml")
    draft.answers.append(DraftAnswer("How many?", "", "7"))
    draft.save()
    assert open_draft("https://a.example/mcp", tmp_path / "a.yaml").answers
    others = [("https://a.example/mcp", "b.yaml"), ("https://b.example/mcp", "a.yaml"), ("local", "a.yaml")]
    assert [open_draft(server, tmp_path / name).answers for server, name in others] == [[], [], []]
