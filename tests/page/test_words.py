"""Pages, dashboards, exports and drafts in another language: every text is there, and no English one is left."""

import re

import pytest

from promptkit.dashboard.index import State
from promptkit.language import english
from promptkit.library.instructions import load_hosts
from promptkit.library.store import Library, default_root
from promptkit.model import Profile, Status, ToolClass
from promptkit.page.assistants import load_assistants
from promptkit.page.build import build_page
from promptkit.page.guide import load_groups, load_guide, load_roles
from promptkit.reports.words import IN_ENGLISH, said_in, spoken, templates
from tests.sources import PACKAGE

LIBRARY = Library(default_root())
SETUP, GUIDE = load_assistants(), load_guide()
TEMPLATES = [*PACKAGE.glob("page/templates/*.j2"), *PACKAGE.glob("dashboard/templates/*.j2")]
SCRIPTS = [*PACKAGE.glob("page/*.js"), *PACKAGE.glob("dashboard/*.js")]
# Names that are the same in every language.
NAMES = {"ChatGPT", "Claude", "Claude Code", "Codex"}


def texts():
    """Every text of ours that people of another language see, in English."""
    jinja = templates(english(), PACKAGE)
    for path in TEMPLATES:
        for _, _, message in jinja.extract_translations(path.read_text("utf-8")):
            yield from (one for one in ([message] if isinstance(message, str) else message) if one)
    yield from said_in(path.read_text("utf-8") for path in [*SCRIPTS, *PACKAGE.rglob("*.py")])
    yield from (one.label for one in [*load_groups(LIBRARY).values(), *load_roles().values()])
    yield from (text for one in GUIDE.follow_ups for text in (one.title, one.text))
    yield from (text for one in GUIDE.layers for text in (one.name, one.effect, one.text, *one.steps))
    yield from (text for one in GUIDE.issues for text in (one.symptom, *one.causes))
    yield from (*GUIDE.prerequisites, *GUIDE.security, *GUIDE.sharing, *(one.text for one in GUIDE.checklist))
    yield from (SETUP.checked, *SETUP.statuses.values())
    for one in SETUP.assistants.values():
        yield from {one.title, one.note, *(menu.when for menu in one.menus)} - NAMES
        yield from (text for step in (*one.steps, *one.plugin) for text in (step.title, step.text))
    yield from (text for one in load_hosts(LIBRARY).values() for text in (one.title, one.connect, one.paste))
    yield from texts_of_views()
    # What dashboards name a server and its label in their evidence.
    yield from (*State, "Source", "the local Torii, whose data are invented")


def texts_of_views():
    """What is said of our views outside of their prompts: by the page, dashboards and exports."""
    for one in [prompt for prompt in LIBRARY.load_prompts() if prompt.status is not Status.DRAFT]:
        yield from (one.title, one.description, one.audience, one.group.replace("_", " "))
        yield from (
            text for argument in one.arguments.values() for text in (argument.description, argument.unit) if text
        )
        yield from [one.chart] if isinstance(one.chart, str) else []
    yield from (text for pack in LIBRARY.load_packs().values() for text in (pack.title, pack.description))
    yield from (tool.capability for tool in LIBRARY.reviewed_tools.values() if tool.tool_class is ToolClass.READ)


@pytest.fixture(scope="module")
def german():
    return build_page(LIBRARY, Profile(language="de"))


def test_german_has_every_text_of_ours_and_no_other():
    assert LIBRARY.languages.named("de").texts.keys() == set(texts())


def test_the_templates_have_no_text_that_cannot_be_translated():
    plain = re.compile(
        r"\{%-? *trans.*?endtrans *-?%\}|\{#.*?#\}|\{[{%].*?[}%]\}|<style>.*?</style>|<[^>]*>|&\w+;", re.DOTALL
    )
    written = {path.name: plain.sub(" ", path.read_text("utf-8")) for path in TEMPLATES}
    assert {name: words for name, text in written.items() if (words := re.findall(r"(?<!-)\b[A-Za-z]{2,}", text))} == {}


def test_the_scripts_have_no_text_that_cannot_be_translated():
    plain = re.compile(r"^\s*(?:/?\*|//).*$", re.MULTILINE)
    sentence = re.compile(r"(?<!said\()(?<!called\()[\"`]([A-Z][a-z]+\b[^\"`\n]*)")
    written = {text for path in SCRIPTS for text in sentence.findall(plain.sub("", path.read_text("utf-8")))}
    assert written == {"As of", "Escape", "False", "True"}  # A key of an answer, one of the keyboard, two of Python.


def test_the_german_page_says_nothing_of_ours_in_english(german):
    shown = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", german, flags=re.DOTALL)
    own = LIBRARY.languages.named("de").texts
    whole = [text for text in own if own[text] != text and len(text) > 12 and not re.search("[%<]", text)]
    assert [text for text in whole if f">{text}<" in shown] == []
    assert '<html lang="de">' in german
    assert "Ändere nie, wer für Apps oder Verträge verantwortlich ist." in shown


def test_the_english_page_carries_no_words_of_other_languages():
    assert spoken(LIBRARY.languages, "fr") == IN_ENGLISH
    assert 'id="words"' not in build_page(LIBRARY, Profile())
