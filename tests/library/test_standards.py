"""Time zones and currencies, and the one that was meant."""

import pytest

from promptkit.errors import PromptkitError
from promptkit.library.standards import currency, time_zone


@pytest.mark.parametrize(
    ("known", "text", "fix"),
    [
        (time_zone, "Berlin", "write Europe/Berlin"),
        (time_zone, "new york", "write America/New_York"),
        (time_zone, "europe/berlin", "write Europe/Berlin"),
        (time_zone, "Europe/Berln", "write Europe/Berlin"),
        (time_zone, "Amsterdm", "write Europe/Amsterdam"),
        (time_zone, "none", "write a name such as Europe/Berlin or America/New_York"),
        (time_zone, "", "write a name such as Europe/Berlin or America/New_York"),
        (currency, "Euro", "write EUR"),
        (currency, "us dollar", "write USD"),
        (currency, "eur", "write EUR"),
        (currency, "", "write its three letters in ISO 4217, such as EUR"),
    ],
)
def test_a_wrong_name_is_answered_with_the_one_that_was_meant(known, text, fix):
    with pytest.raises(PromptkitError) as caught:
        known(text)
    assert caught.value.problems[0].fix == fix


@pytest.mark.parametrize("code", ["XXQ", "XXX", "XTS"])
def test_a_code_of_no_currency_is_refused(code):
    with pytest.raises(PromptkitError, match="unknown-currency"):
        currency(code)


def test_what_the_standard_has_is_right():
    assert [time_zone("Europe/Berlin"), time_zone("UTC"), currency("EUR"), currency("ILS")] == [
        "Europe/Berlin",
        "UTC",
        "EUR",
        "ILS",
    ]
