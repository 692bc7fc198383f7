"""What a file shows after a refresh that went well, half well, or not at all."""

import pytest

from promptkit.dashboard.build import build_dashboard
from promptkit.dashboard.embedded import answer_in
from promptkit.dashboard.index import build_index
from promptkit.dashboard.last_good import DashboardFile, Shown, with_source
from promptkit.errors import PromptkitError
from tests.dashboard.answers import SOURCE, answer, partial

AT = "2026-11-27 07:00 (UTC)"
NOTICE = f"Not refreshed on {AT}: no server answers. The figures are those of 2026-11-01 (UTC)."


@pytest.fixture
def file(tmp_path):
    return tmp_path / "apps.html"


def refreshed(file, new, why="no server answers."):
    return DashboardFile(file, "apps", SOURCE).refresh(new, why, AT)


def test_a_whole_answer_takes_the_place_of_whatever_was_there(file):
    file.write_text(build_dashboard(answer()), "utf-8")
    new = answer(arguments={"min_users": 8})
    assert refreshed(file, new, "") == Shown(new)
    assert file.read_text("utf-8") == build_dashboard(new)


@pytest.mark.parametrize("new", [None, partial()], ids=["failed", "partial"])
def test_the_last_good_answer_stays_and_says_why(file, new):
    file.write_text(build_dashboard(answer()), "utf-8")
    assert refreshed(file, new) == Shown(answer(), NOTICE)
    html = file.read_text("utf-8")
    assert answer_in(html) == answer()
    assert NOTICE in html


def test_a_file_beside_an_index_links_back_to_it(file):
    link = '<a href="index.html">All dashboards</a>'
    refreshed(file, answer())
    assert link not in file.read_text("utf-8")
    file.with_name("index.html").write_text(build_index({}, source=SOURCE, at=AT), "utf-8")
    refreshed(file, answer())
    assert link in file.read_text("utf-8")


def test_a_second_failure_names_its_own_time_and_the_day_of_the_same_figures(file):
    file.write_text(build_dashboard(answer(), notice="Not refreshed on Monday."), "utf-8")
    refreshed(file, None)
    html = file.read_text("utf-8")
    assert NOTICE in html
    assert "Monday" not in html


@pytest.mark.parametrize(
    "last",
    [
        None,
        "<p>Notes</p>",
        build_dashboard(answer(name="users")),
        build_dashboard(with_source(answer(), "the local Torii")),
        build_dashboard(partial(arguments={})),
    ],
)
def test_without_a_last_good_answer_the_partial_one_is_written(file, last):
    if last:
        file.write_text(last, "utf-8")
    assert refreshed(file, partial()) == Shown(partial())
    assert answer_in(file.read_text("utf-8")) == partial()


def test_a_partial_answer_stays_where_nothing_could_be_read_at_all(file):
    file.write_text(build_dashboard(partial()), "utf-8")
    assert refreshed(file, None).answer == partial()
    assert "Not refreshed on" in file.read_text("utf-8")


@pytest.mark.parametrize("last", [None, "<p>Notes</p>"])
def test_where_nothing_was_read_and_nothing_is_there_nothing_is_written(file, last):
    if last:
        file.write_text(last, "utf-8")
    assert refreshed(file, None) == Shown()
    assert (file.read_text("utf-8") if file.exists() else None) == last


def test_a_file_that_cannot_be_replaced_is_a_problem_and_stays(file, tmp_path):
    (tmp_path / "other.html").write_text("Notes", "utf-8")
    file.symlink_to(tmp_path / "other.html")
    with pytest.raises(PromptkitError, match="unwritable"):
        refreshed(file, answer())
    assert file.read_text("utf-8") == "Notes"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apps.html", "other.html"]


def test_only_a_dashboard_may_be_replaced(file):
    mine = DashboardFile(file, "apps", SOURCE)
    mine.check_replaceable()
    file.write_text(build_dashboard(answer()), "utf-8")
    mine.check_replaceable()
    file.write_text("<p>Notes</p>", "utf-8")
    with pytest.raises(PromptkitError, match="not-ours"):
        mine.check_replaceable()


def test_what_a_file_shows_is_only_what_it_says_of_that_view_from_that_source(file):
    assert DashboardFile(file, "apps", SOURCE).shown() == Shown()
    file.write_text(build_dashboard(answer()), "utf-8")
    assert DashboardFile(file, "apps", SOURCE).shown() == Shown(answer())
    assert DashboardFile(file, "users", SOURCE).shown() == Shown()
    assert DashboardFile(file, "apps", "the local Torii").shown() == Shown()
