from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from promptkit.access.metrics import Metrics
from promptkit.access.operations import Operations
from promptkit.access.readiness import Readiness
from promptkit.access.trusted_names import trusted_only
from tests.servers import running

TRUSTED = {"host": "mcp.example.com"}


async def answered(_):
    return PlainTextResponse("here")


async def failing(_):
    raise ValueError


@contextmanager
def operated(parts, *, is_for_operators=False):
    """The origin of a server with these parts, all of which are ready or not; what operates it, and its figures."""
    made, metrics = [], Metrics()

    def check(is_ready):
        async def found():
            return is_ready

        return found

    def make(origin):
        app = Starlette(routes=[Route("/mcp", answered, methods=["GET", "POST"]), Route("/fails", failing)])
        trusted = trusted_only(app, "https://mcp.example.com")
        readiness = Readiness({name: check(is_ready) for name, is_ready in parts.items()})
        port = urlsplit(origin).port if is_for_operators else None
        made.append(Operations(trusted, frozenset({"/mcp", "/fails"}), readiness, metrics, port))
        return made[0]

    with running(make) as origin:
        yield origin, made[0], metrics


@pytest.fixture
def client():
    with httpx2.Client(trust_env=False) as made:
        yield made


def test_a_server_is_alive_whatever_it_needs_and_ready_with_all_of_it(client):
    with operated({"state": True, "torii": False}) as (origin, *_):
        assert client.get(f"{origin}/healthz").text == "ok"
        ready = client.get(f"{origin}/readyz")
    assert (ready.status_code, ready.json()) == (503, {"state": "ready", "torii": "not ready"})


def test_a_server_with_all_that_it_needs_is_ready(client):
    with operated({"state": True, "torii": True}) as (origin, *_):
        assert client.get(f"{origin}/readyz").status_code == 200


def test_only_health_is_answered_without_a_trusted_name_and_no_figures_are(client):
    with operated({}) as (origin, *_):
        assert client.get(f"{origin}/mcp").status_code == 400
        assert client.get(f"{origin}/mcp", headers=TRUSTED).text == "here"
        assert client.get(f"{origin}/metrics", headers=TRUSTED).status_code == 404


def test_operators_get_figures_and_nothing_else(client):
    with operated({"state": True, "torii": False}, is_for_operators=True) as (origin, _, metrics):
        metrics.event("sign-in", "refused")
        figures = client.get(f"{origin}/metrics").text
        assert client.get(f"{origin}/mcp", headers=TRUSTED).status_code == 404
    assert 'promptkit_events_total{event="sign-in",outcome="refused"} 1.0' in figures
    assert 'promptkit_ready{part="state"} 1.0' in figures
    assert 'promptkit_ready{part="torii"} 0.0' in figures
    assert "promptkit_calls_running 0.0" in figures


def test_requests_are_counted_and_logged_by_route_and_never_by_what_was_sent(client, caplog):
    caplog.set_level("INFO", "promptkit.access")
    with operated({}) as (origin, operations, _):
        client.post(f"{origin}/mcp?token=a-secret", headers=TRUSTED, content=b"ann@example.com")
        client.request("SECRET", f"{origin}/people/ann", headers=TRUSTED)
        client.get(f"{origin}/fails", headers=TRUSTED)
    logged = [(record.fields["method"], record.fields["route"], record.fields["status"]) for record in caplog.records]
    assert logged == [("POST", "/mcp", 200), ("other", "other", 404), ("GET", "/fails", 500)]
    assert operations.requests.calls_running == 0
