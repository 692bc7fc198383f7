"""The answer in a dashboard is read back as it was written, and nothing else is taken for one."""

import json

import pytest

from promptkit.dashboard.build import build_dashboard
from promptkit.dashboard.embedded import answer_in, is_dashboard
from tests.dashboard.answers import answer


def page(text, attributes='type="application/json" id="answer"'):
    return f"<!doctype html><title>A page</title><script {attributes}>{text}</script>"


def test_a_dashboard_gives_its_answer_back():
    assert answer_in(build_dashboard(answer())) == answer()


def test_text_that_would_end_the_script_comes_back_whole():
    given = answer(title="</script><script>alert(1)</script><!-- & \u2028 ü")
    assert answer_in(build_dashboard(given)) == given


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>answer</p>",
        page(json.dumps(answer()), 'type="text/plain" id="answer"'),
        page(json.dumps(answer()), 'type="application/json" id="data"'),
        page(json.dumps(answer()), 'type="application/json" id="answer" src="other.json"'),
        page(json.dumps(answer())) * 2,
        page("{"),
        page('{"name": "apps", "name": "apps"}'),
        page('{"name": NaN}'),
        page("[]"),
        page(json.dumps(answer(status="good"))),
        page(json.dumps(answer(tables=[{"heading": "Apps"}]))),
        page(json.dumps({"name": "apps"})),
        f"<!-- {page(json.dumps(answer()))} -->",
    ],
)
def test_anything_else_holds_no_answer(html):
    assert answer_in(html) is None


def test_a_dashboard_of_another_version_is_still_known_as_one():
    html = page(json.dumps({"name": "apps", "version": 9}))
    assert (answer_in(html), is_dashboard(html)) == (None, True)


@pytest.mark.parametrize("html", ["", "<p>Mine</p>", page("{}", 'id="answer"')])
def test_another_page_is_not_a_dashboard(html):
    assert not is_dashboard(html)
