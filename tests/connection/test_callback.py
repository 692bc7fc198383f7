"""The address to which the browser brings the answer of a sign-in."""

import threading
from contextlib import contextmanager
from http.client import HTTPConnection

import httpx2
import pytest

from promptkit.connection.callback import Callback
from promptkit.errors import PromptkitError


@contextmanager
def waiting():
    """An open callback, and what it was brought."""
    callback, brought = Callback(), []
    thread = threading.Thread(target=lambda: brought.append(callback.wait()))
    thread.start()
    yield callback, brought
    thread.join(10)
    callback.close()


def get(callback, path, **options):
    return httpx2.get(callback.uri.replace("/callback", path), trust_env=False, **options)


def test_each_callback_listens_on_this_machine_at_a_port_of_its_own():
    first, second = Callback(), Callback()
    assert first.uri.startswith("http://127.0.0.1:")
    assert first.uri != second.uri
    first.close()
    second.close()


def test_a_given_port_is_taken_once_and_given_back():
    first = Callback()
    port = int(first.uri.split(":")[2].partition("/")[0])
    with pytest.raises(PromptkitError, match=rf"\[callback\] cannot listen at 127\.0\.0\.1:{port}"):
        Callback(port=port)
    first.close()
    Callback(port=port).close()


def test_the_first_answer_is_the_one():
    with waiting() as (callback, brought):
        page = get(callback, "/callback?code=c&state=s&state=t&iss=i&empty=")
    assert brought == [{"code": "c", "state": "s", "iss": "i"}]
    assert page.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "promptkit has the answer" in page.text
    with pytest.raises(httpx2.ConnectError):
        get(callback, "/callback?code=second")


def test_other_addresses_and_methods_are_no_answer():
    with waiting() as (callback, brought):
        assert get(callback, "/").status_code == 404
        assert get(callback, "/callback/x?code=c").status_code == 404
        assert httpx2.post(callback.uri, data={"code": "c"}, trust_env=False).status_code == 501
        assert brought == []
        get(callback, "/callback?error=no")
    assert brought == [{"error": "no"}]


def test_an_address_that_is_too_long_is_no_answer():
    with waiting() as (callback, brought):
        # Not by httpx2, which sends nothing as long.
        connection = HTTPConnection(callback.uri.split("/")[2])
        connection.request("GET", "/callback?code=" + "x" * 70_000)
        assert connection.getresponse().status == 414
        connection.close()
        get(callback, "/callback?code=c")
    assert brought == [{"code": "c"}]


def test_what_is_brought_is_text_on_the_page():
    with waiting() as (callback, _):
        page = get(callback, "/callback?error=%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 500).text
    assert "<script" not in page
    assert "No sign-in: &lt;script&gt;alert(1)" in page
    assert len(page) < 500


def test_nothing_of_it_is_logged(capfd):
    with waiting() as (callback, _):
        get(callback, "/callback?code=secret")
    shown = capfd.readouterr()
    assert shown.out + shown.err == ""


def test_whoever_waits_does_not_wait_for_ever():
    callback = Callback(wait_seconds=0)
    with pytest.raises(PromptkitError, match=r"\[no-answer\]"):
        callback.wait()
    callback.close()
