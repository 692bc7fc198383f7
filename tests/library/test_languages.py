"""Prompts in other languages: a company's third language is one file of its own."""

import pytest

from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.language import FOLDER, english, words_of
from promptkit.library.languages import Languages, language_of
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library, open_library
from tests.sources import ROOT

GERMAN = ROOT / "tests/german"


@pytest.fixture
def own(tmp_path, library):
    """A company's own library with a draft in a language of its own."""
    own = Library(tmp_path, base=library)
    scaffold(own, "our_apps")
    text = (FOLDER / "en.yaml").read_text("utf-8")
    text = text.replace("totals: Totals, evidence: Evidence", "totals: Sommes, evidence: Preuves")
    text = text.replace("in the next {count} days", "dans les {count} jours")
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages/fr.yaml").write_text(text.replace("title: English", "title: Français"), "utf-8")
    return Library(tmp_path, base=library)


def edited(path, *changes):
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_a_text_of_the_page_keeps_its_blanks_and_tags(own):
    path = own.root / "languages/fr.yaml"
    path.write_text(path.read_text("utf-8") + "texts: {'All %(count)s views': 'Toutes <b>les</b> vues'}\n", "utf-8")
    with pytest.raises(
        PromptkitError, match=r"fr.yaml:.*it has the blanks and tags </b>, <b>\n    fix: write %\(count\)s"
    ):
        own.languages.named("fr")


def test_a_third_language_is_one_file(own):
    path = own.prompts / "our_apps.yaml"
    edited(path, ("status: draft\n", "status: draft\nlanguage: fr\n"))
    assert [(one.code, one.fix[:33]) for one in check_library(own)] == [
        ("no-evidence", "end the template with ## Preuves "),
        ("left-in-english", "write ## Sommes"),
        ("left-in-english", "write ## Preuves"),
    ]
    edited(path, ("## Evidence", "## Preuves"), ("## Totals", "## Sommes"))
    own = Library(own.root, base=own.base)
    assert check_library(own) == []
    assert words_of(own.load_prompt("our_apps")).headings.totals == "Sommes"


def test_a_language_that_nobody_wrote_is_told_at_its_place(own):
    edited(own.prompts / "our_apps.yaml", ("status: draft\n", "status: draft\nlanguage: it\n"))
    (problem,) = [one for one in check_library(own) if one.code == "unknown-language"]
    assert (problem.line, problem.message) == (4, "there is no language it")
    assert problem.fix == "write one of de, en, fr, or add languages/it.yaml"


def test_our_own_german_view_has_no_problems():
    assert check_library(open_library(GERMAN)) == []


def test_a_german_prompt_says_shared_lines_windows_and_sizes_in_german():
    text = render(open_library(GERMAN).load_prompt("vertragskalender"), {"days": 30})
    for said in (
        "verlängern sich in den nächsten 30 Tagen",
        "Beträge in Torii sind Cent.",
        "400 Apps und 5.000 Personen",
    ):
        assert said in text
    dates = render(open_library(GERMAN).load_prompt("vertragskalender"), {"days": "2027-01-01 to 2027-03-31"})
    assert "vom 2027-01-01 bis 2027-03-31" in dates


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"days": 0}, ('days ist "0", aber erlaubt ist mindestens 1 Tag', "berichtigen Sie den Wert")),
        ({"rows": 501}, ('rows ist "501", aber erlaubt ist höchstens 500', "berichtigen Sie den Wert")),
        (
            {"tage": 1},
            ('vertragskalender hat kein Argument "tage"; es hat: days, rows', "nehmen Sie einen dieser Namen"),
        ),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_the_language_of_the_prompt(given, told):
    with pytest.raises(PromptkitError) as raised:
        render(open_library(GERMAN).load_prompt("vertragskalender"), given)
    assert [(one.message, one.fix) for one in raised.value.problems] == [told]


def test_a_code_without_a_file_counts_as_english_until_it_is_reported():
    assert Languages().named("xx") is english()


def test_a_file_that_is_no_prompt_is_taken_for_english(tmp_path, library):
    (tmp_path / "list.yaml").write_text("[]\n", "utf-8")
    assert language_of(library.document(tmp_path / "list.yaml")) == "en"


def test_a_language_with_mistakes_is_told_before_its_prompts_are_used(own):
    edited(own.root / "languages/fr.yaml", ("title: Français", "titre: Français"))
    with pytest.raises(PromptkitError, match="titre"):
        own.languages.every()
