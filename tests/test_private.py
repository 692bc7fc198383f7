"""What is taken out of a file that others may read, and what stays."""

import re
import time

import pytest

from promptkit import private
from promptkit.known_secrets import HIDDEN, redacted, remember_secret
from promptkit.private import ADDRESS, PRIVATE, without_private, without_secrets

TOKEN = "tok-CANARY-0123456789abcdef"


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
        "-eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "eyJhbGciOiJI-eyJ.eyJzdWIiOiIx.",
    ],
)
def test_an_address_or_a_secret_is_hidden(secret):
    assert without_private(f"by {secret} today") == f"by {HIDDEN} today"


@pytest.mark.parametrize("name", ["api_key", "api-key", "apikey", "token", "secret", "password", "TOKEN"])
def test_a_secret_behind_its_name_is_hidden_and_the_name_stays(name):
    assert without_private(f"?{name}=hunter22&q=1") == f"?{name}={HIDDEN}&q=1"


@pytest.mark.parametrize(
    "text",
    [
        "renewal_calendar@1.0.2",
        "ada@home",
        "sk-short",
        "eyJhbGciOiJI",
        "eyJhbGciOiJI.short.c2ln",
        "xeyJhbGciOiJI.eyJzdWIiOiIx.c2ln",
        "a bearer of news",
        "token=abc",
    ],
)
def test_what_is_no_address_and_no_secret_stays(text):
    assert without_private(text) == text


def test_every_text_of_a_value_is_looked_at_and_names_of_members_too():
    value = {"ada@corp.example": [1, None, True, {"by": "ada@corp.example"}]}
    assert without_private(value) == {HIDDEN: [1, None, True, {"by": HIDDEN}]}


def test_a_secret_that_is_known_is_private_too(no_secrets):
    remember_secret(TOKEN)
    assert without_private({TOKEN: [TOKEN]}) == {HIDDEN: [HIDDEN]}


PIECES = [
    "-eyJ",
    "eyJ.",
    "eyJaaaaaaaa.",
    "-eyJaaaaaaaa.",
    "bearer ",
    "bearer\n",
    "sk-",
    "xoxb-",
    "AIza",
    "AKIA",
    "token=",
]
PIECES += ["token=abcdef ", "a@", "a@1.", "a@1.1.", "a@b.", "1", "a", "a.", "+", "-", " ", "\n", "%", "tok-CANARY-"]


@pytest.fixture
def known(no_secrets):
    remember_secret(TOKEN)


@pytest.mark.parametrize("piece", PIECES, ids=repr)
@pytest.mark.parametrize(
    "hide", [without_private, without_secrets, redacted, lambda text: PRIVATE.search(text), ADDRESS.findall]
)
def test_the_time_grows_with_the_length_of_a_text_and_not_with_its_square(known, hide, piece):
    def seconds(count):
        text = piece * (count // len(piece))
        times = []
        for _ in range(5):
            begun = time.process_time()
            hide(text)
            times.append(time.process_time() - begun)
        return min(times)

    # Four times as long takes four times as much where it is linear, and sixteen times where it is quadratic.
    assert seconds(64_000) < 10 * max(seconds(16_000), 0.0005)


def test_every_pattern_here_is_among_those_whose_time_is_measured():
    patterns = {name for name, value in vars(private).items() if isinstance(value, re.Pattern)}
    assert patterns == {"ADDRESS", "PRIVATE", "_SECRET"}


def test_a_known_secret_that_begins_a_longer_one_leaves_nothing_of_it(no_secrets):
    key = "sk-ant-api03-abcdefghijklmnop"
    remember_secret(key)
    assert without_private(f"It is {key}0123, or {key}.") == f"It is {HIDDEN}, or {HIDDEN}."


def test_secrets_are_taken_out_alone_where_people_may_be_shown():
    assert without_secrets("ada@x.example has sk-ant-api03-abcdefghijklmnop") == f"ada@x.example has {HIDDEN}"
