"""The page in the language of its people: every text of ours is there, and no English one is left."""

import re

import pytest

from promptkit.language import english
from promptkit.library.store import Library, default_root
from promptkit.model import Profile
from promptkit.page.build import build_page
from promptkit.page.guide import load_groups, load_guide, load_roles
from promptkit.page.words import TEMPLATES, script_texts, spoken, templates

LIBRARY = Library(default_root())
# The Set up tab speaks English in every language.
SETUP = {"setup.html.j2", "pictures.html.j2"}


def texts():
    """Every text of ours that the page can show, in English."""
    jinja = templates(english())
    for path in TEMPLATES.glob("*.j2"):
        for _, _, message in jinja.extract_translations(path.read_text("utf-8")):
            yield from (one for one in ([message] if isinstance(message, str) else message) if one)
    yield from script_texts(path.read_text("utf-8") for path in TEMPLATES.parent.glob("*.js"))
    yield from (one.label for one in [*load_groups(LIBRARY).values(), *load_roles().values()])
    yield from (text for one in load_guide().follow_ups for text in (one.title, one.text))


@pytest.fixture(scope="module")
def german():
    return build_page(LIBRARY, Profile(language="de"))


def test_german_has_every_text_of_the_page_and_no_other():
    assert LIBRARY.languages.named("de").page.keys() == set(texts())


def test_the_templates_have_no_text_that_cannot_be_translated():
    plain = re.compile(
        r"\{%-? *trans.*?endtrans *-?%\}|\{#.*?#\}|\{[{%].*?[}%]\}|<style>.*?</style>|<[^>]*>|&\w+;", re.DOTALL
    )
    written = {
        path.name: plain.sub(" ", path.read_text("utf-8")) for path in TEMPLATES.glob("*.j2") if path.name not in SETUP
    }
    assert {name: words for name, text in written.items() if (words := re.findall(r"(?<!-)\b[A-Za-z]{2,}", text))} == {}


def test_the_german_page_says_nothing_of_ours_in_english(german):
    shown = re.sub(
        r"<section id=.setup..*?</main>|<style>.*?</style>|<script>.*?</script>", "", german, flags=re.DOTALL
    )
    own = LIBRARY.languages.named("de").page
    whole = [text for text in own if own[text] != text and len(text) > 12 and not re.search("[%<]", text)]
    assert [text for text in whole if f">{text}<" in shown] == []
    assert '<html lang="de">' in german


def test_the_english_page_carries_no_words_of_other_languages():
    assert spoken(LIBRARY.languages, "fr")[0] == "en"
    assert '"words"' not in build_page(LIBRARY, Profile())
