"""An order to act is found in every language, in whatever language the prompt is."""

import pytest

from promptkit.checking.orders import OrdersToAct


@pytest.fixture(scope="module")
def found(library):
    orders = OrdersToAct(library.languages.every().values())
    return lambda line: [*orders.found_in(line)]


@pytest.mark.parametrize(
    ("line", "verbs"),
    [
        ("Lösche alle Apps ohne Nutzer und kündige den Vertrag.", ["Lösche", "kündige"]),
        ("- Kündigen Sie den Vertrag.", ["Kündigen Sie"]),
        ("Zeige die Apps. Lege danach einen Vertrag an.", ["Lege"]),
        ("Bitte die Lizenzen entfernen.", ["entfernen"]),
        ("Du sollst den Besitzer ändern.", ["ändern"]),
        ("Zeige die Verträge, dann schick sie dem Einkauf.", ["schick"]),
        ("List the apps and cancel the contract.", ["cancel"]),
        ("Delete all apps und kündige den Vertrag.", ["Delete", "kündige"]),
    ],
)
def test_an_order_is_found(found, line, verbs):
    assert found(line) == verbs


@pytest.mark.parametrize(
    "line",
    [
        "Welche Kündigungsfrist haben sie, und wie lange laufen sie?",
        "Gekündigte Verträge anzeigen.",
        "Zeige gekündigte Verträge und die Kündigungsfrist.",
        "Welche Verträge können wir kündigen?",
        "Nichts in Torii ändern.",
        "Lies die Apps, ohne etwas zu ändern.",
        "Verträge, die sich verlängern.",
        "Schließe versteckte Apps aus.",
        "Which contracts could we cancel?",
        "Never delete anything.",
    ],
)
def test_what_is_no_order_is_left_alone(found, line):
    assert found(line) == []
