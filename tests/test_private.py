"""What is taken out of a file that others may read, and what stays."""

import base64
import io
import json
import re
import time
from urllib.parse import quote, quote_plus

import pytest

from promptkit import private
from promptkit.private import (
    ADDRESS,
    HIDDEN,
    PRIVATE,
    RedactedOutput,
    redacted,
    remember_secret,
    without_private,
    without_secrets,
)
from promptkit.text import sanitized

TOKEN = "tok-CANARY-0123456789abcdef"
ODD = 'pä"ss/wo+rd=1'


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


@pytest.mark.parametrize("secret", [TOKEN, ODD])
@pytest.mark.parametrize(
    "write",
    [
        str,
        str.upper,
        str.lower,
        lambda secret: json.dumps(secret)[1:-1],
        lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
        quote,
        quote_plus,
        lambda secret: quote(secret, safe="").lower(),
    ],
)
def test_a_secret_that_is_known_is_hidden_however_it_is_written(no_secrets, secret, write):
    remember_secret(secret)
    assert redacted(f"Bearer {write(secret)}, or {write(secret)}x") == f"Bearer {HIDDEN}, or {HIDDEN}x"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "u", "me", "you:", "user:"])
@pytest.mark.parametrize("after", ["", "1", "12"])
def test_a_secret_inside_of_base64_is_hidden_wherever_it_begins(no_secrets, encode, before, after):
    remember_secret(ODD)
    encoded = encode(f"{before}{ODD}{after}".encode()).decode()
    assert ODD not in base64.urlsafe_b64decode(encoded).decode() or HIDDEN in redacted(encoded)
    assert max(map(len, redacted(encoded).split(HIDDEN))) <= 12


def test_a_short_text_is_no_secret_and_nothing_is_hidden_before_one_is_known(no_secrets):
    assert redacted(TOKEN) == TOKEN
    remember_secret("", None, "a", "seven77")
    assert redacted("a seven77") == "a seven77"


def test_what_was_known_last_is_hidden_however_many_came_before(no_secrets):
    for number in range(1000):
        remember_secret(f"{TOKEN}-{number}")
    assert redacted(f"{TOKEN}-999") == HIDDEN
    assert redacted(f"{TOKEN}-983") == f"{TOKEN}-983"  # The sixteen newest are kept.


def test_a_lasting_secret_is_hidden_however_many_came_after(no_secrets):
    words = [f"{TOKEN}-word-{number}" for number in range(40)]
    remember_secret(*words, is_lasting=True)
    for number in range(100):
        remember_secret(f"{TOKEN}-{number}-passing")
    assert {redacted(word) for word in words} == {HIDDEN}


def test_a_secret_is_hidden_before_a_text_is_cut(no_secrets):
    remember_secret(TOKEN)
    assert sanitized("x" * 70 + TOKEN) == "x" * 70 + HIDDEN


def test_output_and_private_values_hold_none(no_secrets):
    remember_secret(TOKEN)
    stream = io.StringIO()
    print("it is", TOKEN, file=RedactedOutput(stream))
    assert stream.getvalue() == f"it is {HIDDEN}\n"
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
