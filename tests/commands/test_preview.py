"""The page of a library that is being written: served to this machine, with drafts, and anew after each change."""

import signal
import subprocess
import sys
import time

import httpx2
import pytest

from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library


@pytest.fixture(scope="module")
def own(library, tmp_path_factory):
    """A company's library with a draft."""
    made = Library(tmp_path_factory.mktemp("acme"), base=library)
    scaffold(made, "acme_apps")
    return made


@pytest.fixture(scope="module")
def address(own):
    command = [sys.executable, "-m", "promptkit", "preview", "--library", str(own.root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()


@pytest.fixture(scope="module")
def client(address):
    with httpx2.Client(base_url=address, trust_env=False, timeout=30) as made:
        yield made


@pytest.fixture
def changed(client):
    """Changes a file and gives the page that comes of it."""

    def change(path, text):
        before = client.get("/edition").text
        path.write_text(text, "utf-8")
        while client.get("/edition").text == before:
            time.sleep(0.05)
        return client.get("/").text

    return change


def test_it_is_at_an_address_of_this_machine_and_answers_to_no_other_name(address, client):
    assert address.startswith("http://127.0.0.1:")
    assert client.get("/", headers={"Host": "torii.example"}).status_code == 400


def test_a_draft_is_shown_and_marked_as_one(client):
    page = client.get("/").text
    assert page.count('<span class="badge">Draft</span>') == 1
    assert page.count("This is a draft.") == 1
    assert 'id="view-acme_apps"' in page
    assert "No problems found." in page


def test_a_change_is_in_the_next_edition(own, changed):
    path = own.prompts / "acme_apps.yaml"
    page = changed(path, path.read_text("utf-8").replace("title: Apps with many users", "title: Our busy apps"))
    assert "Our busy apps" in page


@pytest.mark.parametrize(
    ("place", "old", "new", "said"),
    [
        ("prompts", "name: acme_apps", "name: acme_apps: apps", "prompts/acme_apps.yaml:1:16: [not-yaml]"),
        ("prompts/recipes", "count(*)", "cout(*)", "recipes/acme_apps.yaml:11:16: [wrong-sql] no such function: cout"),
    ],
)
def test_an_error_is_shown_in_the_words_of_check_until_it_is_corrected(own, changed, place, old, new, said):
    path = own.root / place / "acme_apps.yaml"
    good = path.read_text("utf-8")
    broken = changed(path, good.replace(old, new, 1))
    assert said in broken
    assert "fix: " in broken
    assert "No problems found." not in broken
    assert "No problems found." in changed(path, good)


def test_the_browser_loads_what_changed_and_stays_at_its_view(own, address, browser):
    context = browser.new_context()
    page = context.new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}#acme_apps")
    path = own.prompts / "acme_apps.yaml"
    good = path.read_text("utf-8")
    path.write_text(good.replace("description: What it answers", "description: Which of our apps are busy"), "utf-8")
    page.locator("#view-acme_apps .lead", has_text="Which of our apps are busy").wait_for()
    path.write_text(good.replace("title:", "titel:"), "utf-8")
    page.get_by_text("The page cannot be built yet").wait_for()
    path.write_text(good, "utf-8")
    page.locator("#view-acme_apps .lead", has_text="What it answers").wait_for()
    assert page.url == f"{address}#acme_apps"
    assert wrong == []
    context.close()
