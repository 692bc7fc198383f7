"""The Set up tab: one assistant at a time, its steps, and what doctor found beside them."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from promptkit.hosts.plugin import export_plugin
from promptkit.library.instructions import load_hosts
from promptkit.model import DEFAULT_PROFILE
from promptkit.onboarding.doctor import examine
from promptkit.onboarding.readiness import host_limits
from promptkit.page.assistants import load_assistants
from tests.sources import ROOT

SETUPS = load_assistants()
FINDING = {"check": "tools", "status": "fail", "seen": "<img src=x onerror=alert(1)>\u202e", "next": "", "question": ""}


def written(*findings) -> str:
    return json.dumps({"passed": False, "findings": list(findings)})


def paste(page, text: str) -> None:
    page.evaluate("document.querySelector('.doctor').open = true")
    page.fill("#pasted", text)


@pytest.fixture(scope="session")
def found(library) -> list[dict[str, str]]:
    """What doctor finds on the local Torii."""

    async def walk():
        return [vars(one) async for one in examine(library, "local", DEFAULT_PROFILE, has_profile=False)]

    with ThreadPoolExecutor(1) as pool:  # Where the browser's library has no event loop.
        return pool.submit(anyio.run, walk).result()


@pytest.mark.parametrize("setup", SETUPS.assistants.values(), ids=list(SETUPS.assistants))
def test_a_setup_names_places_and_hosts_that_there_are(setup, library):
    assert set(setup.places) <= load_hosts(library).keys()
    assert set(setup.fits) <= host_limits().keys()
    assert {step.about for step in setup.steps} - {None} == SETUPS.findings.keys()


def test_every_host_that_we_know_limits_or_boxes_of_is_set_up(library):
    setups = SETUPS.assistants.values()
    assert {fit for setup in setups for fit in setup.fits} == host_limits().keys()
    assert {place for setup in setups for place in setup.places} == load_hosts(library).keys() - {"system-prompt"}


def test_its_commands_are_those_of_the_plugin_and_of_the_guard(library):
    known = str(export_plugin(library, DEFAULT_PROFILE, SETUPS.url)["README.md"])
    known += (ROOT / "instructions/GUARD.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
    steps = [step for setup in SETUPS.assistants.values() for step in (*setup.steps, *setup.plugin)]
    commands = {step.copies for step in steps if step.copies and " " in step.copies}
    assert {command for command in commands if command not in known} == set()


def test_one_assistant_is_shown_and_remembered(open_page):
    page = open_page("#setup")
    assert page.locator(".assistant:visible").count() == 1
    page.check("input[name=assistant][value=codex]")
    page.reload()
    assert page.inner_text(".assistant:visible h3") == "Codex"
    page.goto(page.url.partition("#")[0] + "#setup/claude")
    assert page.evaluate("document.activeElement.id") == "setup-claude"


def test_every_finding_of_doctor_stands_beside_a_step(open_page, found):
    page = open_page("#setup")
    paste(page, written(*found))
    assert page.inner_text("#found-findings").startswith(f"{len(found)} findings, each beside its step below.")
    assert page.locator("#other-findings li").count() == 0
    assert page.locator("#assistant-chatgpt .findings li[data-status=warn]:visible").count() > 0
    page.click("#unfind")
    assert page.locator(".findings li").count() == 0


def test_a_file_of_doctor_is_opened_and_shown_as_text(open_page):
    page = open_page("#setup")
    unknown = FINDING | {"check": "a check of tomorrow"}
    page.evaluate("document.querySelector('.doctor').open = true")
    utf16 = written(FINDING, unknown).encode("utf-16")  # As PowerShell writes it.
    page.set_input_files("#findings", {"name": "doctor.json", "mimeType": "application/json", "buffer": utf16})
    page.locator("#other-findings li").wait_for()
    shown = page.inner_text("#assistant-chatgpt .findings li")
    assert re.sub(r"\s+", " ", shown) == "To mend tools <img src=x onerror=alert(1)>."
    assert page.locator("#setup img").count() == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "This is not JSON."),
        ("null", "This is JSON, but not what doctor writes."),
        (written(), "This is JSON, but not what doctor writes."),
        (written(FINDING | {"status": "toString"}), "This is JSON, but not what doctor writes."),
        (written(FINDING | {"seen": None}), "This is JSON, but not what doctor writes."),
        (written(*[FINDING] * 201), "This is JSON, but not what doctor writes."),
        ("x" * 1_000_001, "This is more than doctor writes."),
    ],
    ids=lambda text: text[:20],
)
def test_what_doctor_did_not_write_is_refused_in_words(text, error, open_page):
    page = open_page("#setup")
    paste(page, text)
    told = f"{error} Open the file that promptkit doctor --json wrote."
    assert page.inner_text("#findings-error") == told
    assert page.locator(".findings li").count() == 0
