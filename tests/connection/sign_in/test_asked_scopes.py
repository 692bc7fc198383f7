"""A sign-in at servers that offer wide scopes, challenge, grant more, or step up: it asks for reading, and once."""

import tempfile
import webbrowser
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from filelock import FileLock
from mcp.shared.auth import OAuthClientInformationFull

from promptkit.commands.connect import connect_server
from promptkit.connection.callback import OWN_CLIENT_ADDRESS
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.tokens import open_store
from promptkit.errors import PromptkitError, UsageError
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState
from tests.connection.sign_in.reads import kept, reads
from tests.guard.fake_torii import READ, called, leaf
from tests.servers import Challenging, Rewritten, query, running, signed_torii

RESOURCE = "/.well-known/oauth-protected-resource/mcp"
ISSUER = "/.well-known/oauth-authorization-server"
WIDE = ("torii.read", "torii.write", "torii.admin")


def offering(scopes, app):
    """The application, whose metadata list these scopes."""
    return Rewritten(app, RESOURCE, lambda body: body | {"scopes_supported": scopes})


def granting(scopes, app):
    """The application, which says that it granted these scopes."""
    return Rewritten(app, "/token", lambda body: body | {"scope": scopes})


@pytest.fixture
def opened(browser, monkeypatch, capsys):
    """For each time that the browser was opened, the scopes in its address, and what a person had been told by then."""
    visit, seen = webbrowser.open, []

    def open_(address):
        seen.append((query(address).get("scope"), capsys.readouterr().err))
        return visit(address)

    monkeypatch.setattr("webbrowser.open", open_)
    return seen


@contextmanager
def wide_torii(tenant, wrap=lambda app: app):
    """The URL and the authorization of a Torii that offers to read, to write, and all."""
    with signed_torii(tenant, scopes=WIDE, wrap=lambda app: wrap(offering([*WIDE], app))) as (origin, authorization):
        yield f"{origin}/mcp", authorization


def test_of_wide_scopes_those_for_reading_are_registered_shown_and_asked_for(tenant, opened):
    with wide_torii(tenant) as (url, authorization):
        assert connect_server(url) == 0
        assert {scope for issued in authorization.issued.values() for scope in issued.token.scopes} == {"torii.read"}
    ((asked, told),) = opened
    assert asked == kept(url).client.scope == "torii.read"
    assert (
        "all for reading, out of the server's metadata: torii.read\nNot asked for: torii.write, torii.admin\n" in told
    )


@pytest.mark.parametrize("challenge", ["torii.read torii.write", "torii.write torii.admin"])
def test_a_challenge_does_not_widen_what_is_asked_for(tenant, opened, challenge):
    with wide_torii(tenant, lambda app: Challenging(app, challenge, error="invalid_token")) as (url, _):
        assert connect_server(url) == 0
    source = "challenge" if "read" in challenge else "metadata"
    assert [asked for asked, _ in opened] == ["torii.read"]
    assert f"out of the server's {source}: torii.read\n" in opened[0][1]


def test_where_no_scope_is_clearly_for_reading_the_required_one_is_asked_for_with_a_warning(tenant, opened):
    with signed_torii(tenant) as (origin, _):
        assert connect_server(f"{origin}/mcp") == 0
    ((asked, told),) = opened
    assert (asked, "WARNING: no scope that the server offers is clearly for reading" in told) == ("torii", True)


def test_a_wider_grant_is_said_loudly_and_kept_with_what_was_asked_for(tenant, library, capsys):
    with wide_torii(tenant, lambda app: granting("torii.read torii.admin", app)) as (url, _):
        assert connect_server(url) == 1
        assert reads(library, url) == [CallState.EXECUTED]
    assert "WARNING: more was granted than was asked for: torii.admin\n" in capsys.readouterr().err
    assert (kept(url).asked, kept(url).wider_scopes) == (("torii.read",), ["torii.admin"])


def test_a_renewal_that_grants_more_is_compared_with_what_was_asked_for(tenant, library):
    granted = []

    def wrap(app):
        return Rewritten(app, "/token", lambda body: body | {"scope": " ".join(["torii.read", *granted])})

    with wide_torii(tenant, wrap) as (url, _):
        assert connect_server(url) == 0
        granted.append("torii.write")
        open_store().save(kept(url).model_copy(update={"expires_at": 1.0}))
        assert reads(library, url) == [CallState.EXECUTED]
    assert kept(url).wider_scopes == ["torii.write"]


@pytest.mark.parametrize("held", [b"initialize", b"tools/list"])
def test_a_step_up_while_connecting_is_an_error_in_words_and_no_second_visit(tenant, opened, held):
    def wrap(app):
        return Challenging(Challenging(app, "torii.admin", held), "torii.admin", b"server/discover")

    with wide_torii(tenant, wrap) as (url, _), pytest.raises(PromptkitError) as error:
        connect_server(url)
    assert "[insufficient-scope] the server wants the scope torii.admin for this" in str(error.value)
    assert "promptkit connect" not in str(error.value)
    assert [asked for asked, _ in opened] == ["torii.read"]


@pytest.mark.parametrize("error", ["insufficient_scope", "invalid_token"])
def test_a_second_challenge_while_connecting_is_an_error_in_words_and_no_second_visit(tenant, opened, error):
    def wrap(app):
        return Challenging(app, "torii.admin", b"tools/list", status=401, error=error)

    told = {"insufficient_scope": r"the scope torii\.admin", "invalid_token": "the scopes asked for were: torii.read"}
    with wide_torii(tenant, wrap) as (url, _), pytest.raises(PromptkitError, match=told[error]):
        connect_server(url)
    assert len(opened) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_step_up_of_one_call_fails_that_call_alone(tenant, library, opened, status):
    async def outcomes(url):
        gate = Gate()
        async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:
            return [await session.call(ToolCall(name=name, arguments={})) for name in ("list_contracts", READ)]

    with wide_torii(tenant, lambda app: Challenging(app, "torii.admin", b"list_contracts", status=status)) as (url, _):
        connect_server(url)
        token = kept(url).tokens
        refused, read = anyio.run(outcomes, url)
    assert (refused.state, read.state) == (CallState.FAILED, CallState.EXECUTED)
    assert "the server wants the scope torii.admin for this, which the sign-in was not given" in refused.text
    assert (len(opened), kept(url).tokens) == (1, token)


def test_a_step_up_of_a_token_of_ci_fails_that_call_alone(tenant, library, monkeypatch):
    monkeypatch.setenv("PROMPTKIT_TOKEN", "token-of-ci")
    with signed_torii(
        tenant, fixed_token="token-of-ci", wrap=lambda app: Challenging(app, "torii.admin", READ.encode(), status=401)
    ) as (origin, _):
        assert reads(library, f"{origin}/mcp", 2) == [CallState.FAILED] * 2


def test_a_step_up_behind_the_guard_is_an_error_of_that_call_and_no_visit(tenant, library, tmp_path, opened):
    with wide_torii(tenant, lambda app: Challenging(app, "torii.admin", b"list_contracts")) as (url, _):
        connect_server(url)
        guard = Guard(library, url, AuditLog(tmp_path / "guard.jsonl"), show_all=False, tell=lambda _: None)
        with running(lambda _: guard.build().streamable_http_app()) as own:
            with pytest.raises(ExceptionGroup) as raised:
                called(f"{own}/mcp", "list_contracts", {})
            assert not called(f"{own}/mcp", READ).is_error
    assert "the server wants the scope torii.admin for this" in str(leaf(raised.value))
    assert len(opened) == 1


@pytest.fixture
def own_address():
    """The redirect address of a company's own client; one test at a time listens there."""
    with FileLock(Path(tempfile.gettempdir(), "promptkit-own-client.lock"), timeout=60):
        yield OWN_CLIENT_ADDRESS


@contextmanager
def closed_torii(tenant, client_id, address, **metadata):
    """The URL of a Torii that registers no client and knows this one."""

    def wrap(app):
        def closed(body):
            return {name: value for name, value in body.items() if name != "registration_endpoint"} | metadata

        return Rewritten(app, ISSUER, closed)

    client = {"client_id": client_id, "redirect_uris": [address], "token_endpoint_auth_method": "none"}
    with wide_torii(tenant, wrap) as (url, authorization):
        known = OAuthClientInformationFull.model_validate(client | {"scope": " ".join(WIDE)})
        anyio.run(authorization.register_client, known)
        yield url


def test_a_client_of_the_companys_own_signs_in_where_none_is_registered(tenant, library, opened, own_address):
    with closed_torii(tenant, "acme", own_address) as url:
        with pytest.raises(
            PromptkitError, match=r"\[no-client\] [^\n]* does not register promptkit as a client\n.*--client-id ID"
        ):
            connect_server(url)
        assert opened == []
        assert [connect_server(url, client_id="acme") for _ in range(2)] == [0, 0]
        open_store().save(kept(url).model_copy(update={"expires_at": 1.0}))
        assert reads(library, url) == [CallState.EXECUTED]
    assert (kept(url).client.client_id, [asked for asked, _ in opened]) == ("acme", ["torii.read"] * 2)


DOCUMENT = "https://example.com/promptkit.json"


def test_a_client_metadata_document_signs_in_where_the_issuer_takes_such(tenant, own_address):
    with closed_torii(tenant, DOCUMENT, own_address, client_id_metadata_document_supported=True) as url:
        assert connect_server(url, client_metadata=DOCUMENT) == 0
    assert (kept(url).client.client_id, kept(url).client.client_secret) == (DOCUMENT, None)


def test_a_client_metadata_document_is_not_replaced_by_a_registration(tenant, opened):
    with wide_torii(tenant) as (url, _), pytest.raises(PromptkitError, match="takes no client metadata documents"):
        connect_server(url, client_metadata=DOCUMENT)
    assert opened == []


@pytest.mark.parametrize(("status", "code"), [(403, "no-client"), (503, "sign-in-failed"), (429, "sign-in-failed")])
def test_a_refused_registration_says_what_helps(tenant, opened, status, code):
    with (
        wide_torii(tenant, lambda app: Rewritten(app, "/register", status=status)) as (url, _),
        pytest.raises(PromptkitError) as error,
    ):
        connect_server(url)
    assert error.value.problems[0].code == code
    assert "connect again" not in str(error.value)
    assert opened == []


@pytest.mark.parametrize(
    "client",
    [
        {"client_id": "acme", "client_metadata": DOCUMENT},
        {"client_id": ""},
        {"client_id": "two words"},
        {"client_metadata": "http://example.com/promptkit.json"},
        {"client_metadata": "https://example.com/"},
        {"client_metadata": "https://example.com/promptkit.json?key=secret"},
    ],
)
def test_what_names_no_client_is_wrong_usage(client):
    with pytest.raises(UsageError, match=r"\[client\]"):
        connect_server("http://127.0.0.1:9/mcp", **client)
