"""A secret that this process knows is in no text that it writes."""

import base64
import io
import json
from urllib.parse import quote, quote_plus

import pytest

from promptkit.known_secrets import HIDDEN, RedactedOutput, redacted, remember_secret
from promptkit.text import sanitized

TOKEN = "tok-CANARY-0123456789abcdef"
ODD = 'pä"ss/wo+rd=1'


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


def test_output_holds_none(no_secrets):
    remember_secret(TOKEN)
    stream = io.StringIO()
    print("it is", TOKEN, file=RedactedOutput(stream))
    assert stream.getvalue() == f"it is {HIDDEN}\n"
