"""The page in the language of its people: every text of ours is there, and no English one is left."""

import re

import pytest
from promptkit.page.words import TEMPLATES, script_texts, spoken, templates

from promptkit.language import english
from promptkit.library.instructions import load_hosts
from promptkit.library.store import Library, default_root
from promptkit.model import Profile
from promptkit.page.assistants import load_assistants
from promptkit.page.build import build_page
from promptkit.page.guide import load_groups, load_guide, load_roles

LIBRARY = Library(default_root())
SETUP, GUIDE = load_assistants(), load_guide()
# Names that are the same in every language.
NAMES = {"ChatGPT", "Claude", "Claude Code", "Codex"}


def texts():
    """Every text of ours that the page can show, in English."""
    jinja = templates(english())
    for path in TEMPLATES.glob("*.j2"):
        for _, _, message in jinja.extract_translations(path.read_text("utf-8")):
            yield from (one for one in ([message] if isinstance(message, str) else message) if one)
    yield from script_texts(path.read_text("utf-8") for path in TEMPLATES.parent.glob("*.js"))
    yield from (one.label for one in [*load_groups(LIBRARY).values(), *load_roles().values()])
    yield from (text for one in GUIDE.follow_ups for text in (one.title, one.text))
    yield from (text for one in GUIDE.layers for text in (one.name, one.effect, one.text, *one.steps))
    yield from (text for one in GUIDE.issues for text in (one.symptom, *one.causes))
    yield from (*GUIDE.prerequisites, *GUIDE.security, *GUIDE.sharing, *(one.text for one in GUIDE.checklist))
    yield from (SETUP.checked, *SETUP.statuses.values())
    for one in SETUP.assistants.values():
        yield from {one.title, one.note, *(menu.when for menu in one.menus)} - NAMES
        yield from (text for step in (*one.steps, *one.plugin) for text in (step.title, step.text))
    yield from (text for one in load_hosts(LIBRARY).values() for text in (one.title, one.paste))


@pytest.fixture(scope="module")
def german():
    return build_page(LIBRARY, Profile(language="de"))


def test_german_has_every_text_of_the_page_and_no_other():
    assert LIBRARY.languages.named("de").page.keys() == set(texts())


def test_the_templates_have_no_text_that_cannot_be_translated():
    plain = re.compile(
        r"\{%-? *trans.*?endtrans *-?%\}|\{#.*?#\}|\{[{%].*?[}%]\}|<style>.*?</style>|<[^>]*>|&\w+;", re.DOTALL
    )
    written = {path.name: plain.sub(" ", path.read_text("utf-8")) for path in TEMPLATES.glob("*.j2")}
    assert {name: words for name, text in written.items() if (words := re.findall(r"(?<!-)\b[A-Za-z]{2,}", text))} == {}


def test_the_german_page_says_nothing_of_ours_in_english(german):
    shown = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", german, flags=re.DOTALL)
    own = LIBRARY.languages.named("de").page
    whole = [text for text in own if own[text] != text and len(text) > 12 and not re.search("[%<]", text)]
    assert [text for text in whole if f">{text}<" in shown] == []
    assert '<html lang="de">' in german


def test_the_english_page_carries_no_words_of_other_languages():
    assert spoken(LIBRARY.languages, "fr")[0] == "en"
    assert '"words"' not in build_page(LIBRARY, Profile())
