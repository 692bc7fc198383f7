"""What is taken out of a file that others may read, and what stays."""

import pytest

from promptkit.private import HIDDEN, without_private


@pytest.mark.parametrize(
    "secret",
    [
        "ada@corp.example",
        "ada.lovelace+it@mail.corp.example",
        "Bearer abcdefgh.123",
        "sk-abcdefghijkl1234",
        "ghp_abcdefghijkl1234",
        "xoxb-123456789012",
        "glpat-abcdefghijkl",
        "AIza" + "a" * 35,
        "AKIA" + "A" * 16,
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
    ],
)
def test_an_address_or_a_secret_is_hidden(secret):
    assert without_private(f"by {secret} today") == f"by {HIDDEN} today"


@pytest.mark.parametrize("name", ["api_key", "api-key", "apikey", "token", "secret", "password", "TOKEN"])
def test_a_secret_behind_its_name_is_hidden_and_the_name_stays(name):
    assert without_private(f"?{name}=hunter22&q=1") == f"?{name}={HIDDEN}&q=1"


@pytest.mark.parametrize("text", ["renewal_calendar@1.0.2", "ada@home", "sk-short", "a bearer of news", "token=abc"])
def test_what_is_no_address_and_no_secret_stays(text):
    assert without_private(text) == text


def test_every_text_of_a_value_is_looked_at_and_names_of_members_too():
    value = {"ada@corp.example": [1, None, True, {"by": "ada@corp.example"}]}
    assert without_private(value) == {HIDDEN: [1, None, True, {"by": HIDDEN}]}
