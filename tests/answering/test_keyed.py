"""A German answer is read by the keys, whatever of it stays as it is."""

import pytest

from promptkit.answering.evidence import stated_evidence
from promptkit.answering.keyed import keyed
from promptkit.language import english


@pytest.fixture
def turned(library):
    german = library.languages.named("de")
    return lambda text: keyed(text, german)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("## Summen", "## Totals"),
        ("### 3. Nachweis", "### 3. Evidence"),
        ("**Nachweis:**", "**Evidence:**"),
        ("## Summen je Abteilung", "## Summen je Abteilung"),
        ("## Ohne künftiges Enddatum", "## Ohne künftiges Enddatum"),
        ("| keine | ja | Nein | Keine Angabe |", "| none | yes | no | none |"),
        ("| 1.234,56 | 12,5 % | 1.234 | EUR 7,00 |", "| 1,234.56 | 12.5 % | 1,234 | EUR 7.00 |"),
        ("| Miro 2.0 | Rechnung 1.234,56 vom Mai | von |", "| Miro 2.0 | Rechnung 1.234,56 vom Mai | von |"),
        ("- amount EUR: 30.845,65", "- amount EUR: 30,845.65"),
        ("- amount: keine", "- amount: none"),
        ("und 1.012 weitere", "and 1,012 more"),
        ("Am 27.11.2026 um 09:30.", "Am 27.11.2026 um 09:30."),
        ("1,234.56 and 1,234 stay as they are", "1,234.56 and 1,234 stay as they are"),
        ("[view@1.2.0 0123abcd]", "[view@1.2.0 0123abcd]"),
    ],
)
def test_what_is_spelled_in_german_is_turned_and_nothing_else(turned, said, key):
    assert turned(said) == key


def test_the_evidence_is_read_by_its_german_labels(turned):
    told = "## Nachweis\n- Zeilen: list_apps 60 von 60 auf 1 Seite\n- Stand: 2026-11-02 (UTC)\n- Lücken: keine\n"
    rows, as_of, gaps = stated_evidence(turned(told)).values()
    assert (rows, as_of, gaps) == ("list_apps 60 of 60 auf 1 page", "2026-11-02 (UTC)", "none")


def test_a_label_counts_only_in_the_evidence(turned):
    assert turned("## Summen\n- Stand: 3") == "## Totals\n- Stand: 3"


def test_english_is_the_keys():
    assert keyed("## Summen\n| keine |", english()) == "## Summen\n| keine |"
