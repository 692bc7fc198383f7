"""Answers, metadata and redirects that lead a sign-in elsewhere: nobody is signed in, and nothing is kept."""

from functools import partial

import pytest

from promptkit.commands.connect import connect_server
from promptkit.errors import PromptkitError
from tests.servers import Rewritten, signed_torii

RESOURCE = "/.well-known/oauth-protected-resource/mcp"
ISSUER = "/.well-known/oauth-authorization-server"


def other(values, **changed):
    return values | changed


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (partial(other, state="another"), "[sign-in-failed] signing in failed: State parameter mismatch"),
        (lambda values: {"code": values["code"], "iss": values["iss"]}, "State parameter mismatch"),
        (partial(other, iss="http://127.0.0.1:1"), "Authorization response iss mismatch"),
        (lambda values: {"code": values["code"], "state": values["state"]}, "Authorization response missing iss"),
        (partial(other, code="another"), "[sign-in-failed] signing in failed: Token exchange failed (400)"),
        (lambda values: {"state": values["state"], "iss": values["iss"]}, "No authorization code received"),
        (partial(other, error="<b>\x1b[31mno"), "[sign-in-refused] the sign-in was refused: <b>\\x1b[31mno"),
    ],
)
def test_a_forged_answer_signs_nobody_in(tenant, home, browser, change, told):
    browser(change)
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError) as error:
        connect_server(f"{origin}/mcp")
    assert told in str(error.value)
    assert not home.exists()


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        (RESOURCE, {"authorization_servers": ["https://10.0.0.1"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://169.254.169.254/latest"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://[fd00::1]"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["https://localhost:1"]}, "at a private address"),
        (RESOURCE, {"authorization_servers": ["http://169.254.169.254"]}, "neither https nor on this machine"),
        (RESOURCE, {"authorization_servers": ["https://user:secret@10.0.0.1"]}, "neither https nor on this machine"),
        (RESOURCE, {"resource": "https://api.toriihq.com/mcp"}, "[sign-in-failed]"),
        (ISSUER, {"issuer": "https://example.com"}, "Authorization server metadata issuer mismatch"),
        (ISSUER, {"token_endpoint": "https://example.com/token"}, "neither the server's own address nor its issuer's"),
        (ISSUER, {"registration_endpoint": "http://127.0.0.1:1/register"}, "neither the server's own"),
        (ISSUER, {"authorization_endpoint": "https://10.0.0.1/authorize"}, "at a private address"),
        (ISSUER, {"authorization_endpoint": "http://example.com/authorize"}, "neither https nor on this machine"),
        (ISSUER, {"authorization_endpoint": f"https://example.com/{'x' * 70_000}"}, "which is not a URL"),
        (ISSUER, {"token_endpoint": f"https://example.com/{'x' * 70_000}"}, "URL too long"),
        (ISSUER, {"client_name": "x" * 300_000}, "[sign-in-size]"),
    ],
)
def test_metadata_that_lead_elsewhere_are_not_followed(tenant, home, path, change, told):
    def wrap(app):
        return Rewritten(app, path, lambda body: body | change)

    with signed_torii(tenant, wrap=wrap) as (origin, _), pytest.raises(PromptkitError) as error:
        connect_server(f"{origin}/mcp")
    assert told in str(error.value)
    assert "secret" not in str(error.value)
    assert not home.exists()


@pytest.mark.parametrize("path", [RESOURCE, ISSUER, "/register", "/token", "/mcp"])
@pytest.mark.parametrize("to", ["http://169.254.169.254/", "/elsewhere"])
def test_no_redirect_is_followed(tenant, home, path, to):
    def wrap(app):
        return Rewritten(app, path, to=to)

    with (
        signed_torii(tenant, wrap=wrap) as (origin, _),
        pytest.raises(PromptkitError, match="a redirect, and none is followed"),
    ):
        connect_server(f"{origin}/mcp")
    assert not home.exists()


@pytest.mark.parametrize(
    ("change", "is_worth_it"),
    [
        (partial(other, state="another"), True),
        (partial(other, code="another"), True),
        (partial(other, iss="http://127.0.0.1:1"), False),
        (partial(other, error="access_denied"), True),
        (partial(other, error="invalid_scope"), False),
        (partial(other, error="unauthorized_client"), False),
    ],
)
def test_another_attempt_is_advised_only_where_it_can_help(tenant, browser, change, is_worth_it):
    browser(change)
    with signed_torii(tenant) as (origin, _), pytest.raises(PromptkitError) as error:
        connect_server(f"{origin}/mcp")
    assert any(word in error.value.problems[0].fix for word in ("connect again", "run it again")) == is_worth_it
