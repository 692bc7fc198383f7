import pytest

from promptkit.errors import PromptkitError
from promptkit.views.paged_answers import MAX_AGE_SECONDS, MAX_PER_CALLER, PagedAnswer, PagedAnswers


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def answers(clock):
    return PagedAnswers(clock)


@pytest.fixture
def keep(library, answers):
    """Keeps an answer of two rows of 700, and gives it with its cursor."""

    def make(caller="ann"):
        prompt = library.load_prompt("vendors")
        answer = PagedAnswer(caller, prompt, {"rows": 2}, [[("a",), ("b",)]], [[["a"], ["b"]]], [700], is_widest=False)
        answers.keep(answer)
        return answer, answer.cursor(0, 1)

    return make


def is_known(answers, cursor, caller="ann"):
    try:
        answers.find(cursor, caller)
    except PromptkitError as error:
        assert "not, or no longer, one of yours" in str(error)
        return False
    return True


def test_a_cursor_finds_its_place_and_stays_the_same(answers, keep):
    answer, cursor = keep()
    assert answers.find(cursor, "ann") == (answer, 0, 1)
    assert answer.cursor(0, 1) == cursor != answer.cursor(0, 2)


def test_a_cursor_of_somebody_else_or_of_nobody_is_refused_alike(answers, keep):
    _, cursor = keep()
    assert not is_known(answers, cursor, "bob")
    assert not is_known(answers, "0" * 32)
    assert not is_known(answers, cursor[:-1])


def test_a_cursor_expires_some_time_after_its_last_use(answers, keep, clock):
    _, cursor = keep()
    clock.now = MAX_AGE_SECONDS - 1
    assert is_known(answers, cursor)
    clock.now += MAX_AGE_SECONDS - 1
    assert is_known(answers, cursor)
    clock.now += MAX_AGE_SECONDS + 1
    assert not is_known(answers, cursor)


def test_the_oldest_answer_of_a_caller_goes_when_there_are_too_many_and_no_one_elses(answers, keep, clock):
    _, other = keep("bob")
    cursors = []
    for _ in range(MAX_PER_CALLER + 1):
        clock.now += 1
        cursors.append(keep()[1])
    assert [is_known(answers, cursor) for cursor in cursors[:2]] == [False, True]
    assert is_known(answers, other, "bob")


def test_a_table_that_its_view_cuts_reaches_as_far_as_the_view_gives_rows(keep):
    answer, _ = keep()
    assert answer.reach(0) == 500
    answer.is_widest = True
    assert answer.reach(0) == 2
