"""What amounts show of their unit, on rows as Torii gives them."""

import pytest

from promptkit.onboarding.units import org_currency, seats, unit
from promptkit.onboarding.whole_lists import ListRead


def amounts(*values, currency="USD", **more):
    return ListRead([{"amount": {"value": value, "currency": currency, **more}} for value in values])


def priced(*prices, currency="USD"):
    one = [{"pricePerLicense": {"value": price, "currency": currency}} for price in prices]
    return ListRead([{"licenses": {"types": one}}])


def told(finding):
    return finding.status.value, finding.seen


@pytest.mark.parametrize(
    ("read", "status", "seen"),
    [
        (amounts(31_373, 120), "ok", "2 amounts without a fraction"),
        (amounts(313.73), "fail", "not in cents: one is 313.73"),
        (amounts("31373.00"), "ok", "1 amounts without a fraction"),
        (amounts(31_373, convertedValue=31_373), "ok", "1 amounts"),
        (amounts(313, convertedValue=31_373), "fail", "one is 313, and 31373 after conversion from USD into USD"),
        (amounts(313, currency="EUR", convertedValue=31_373), "ok", "1 amounts"),
        (amounts(31_373, currency="JPY"), "warn", "amounts in JPY, whose smallest unit is no hundredth"),
        (amounts(31_373, currency="KWD"), "warn", "amounts in KWD, whose smallest unit is no hundredth"),
        (amounts("NaN", None), "unknown", "no amount came"),
        (ListRead(problem="list_contracts did not answer: 403"), "unknown", "list_contracts did not answer: 403"),
    ],
)
def test_amounts_show_a_fraction_a_conversion_and_a_currency_without_cents(read, status, seen):
    found = told(unit("list_contracts", read, "USD"))
    assert (found[0], found[1][: len(seen)]) == (status, seen)


@pytest.mark.parametrize(
    ("read", "status"),
    [
        (priced(4_800, 14_400, 35_900, 36_000, 90_000), "ok"),
        (priced(48, 144, 359, 360, 900), "fail"),
        (priced(480_000, 1_440_000, 3_590_000, 3_600_000, 9_000_000), "fail"),
        (priced(48, 144, 359, 360), "unknown"),
        (priced(48, 144, 359, 360, 900, currency="JPY"), "unknown"),
        (priced(0, 0, 0, 0, 0, 0), "unknown"),
    ],
)
def test_whole_amounts_in_a_larger_unit_show_in_the_price_of_a_seat(read, status):
    assert told(seats(read))[0] == status


def test_the_currency_of_the_organisation_is_the_one_its_licences_are_converted_into():
    twin = {"pricePerLicenseInOrgCurrency": {"value": 1, "currency": "EUR"}}
    assert org_currency([{}, {"licenses": {"types": [{}, twin]}}]) == "EUR"
    assert org_currency([{"licenses": {"types": None}}]) == ""
