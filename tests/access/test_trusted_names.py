import anyio
import httpx2
import pytest
from starlette.responses import PlainTextResponse

from promptkit.access.trusted_names import trusted_only
from promptkit.errors import UsageError

PUBLIC = "https://mcp.example.com/torii"


def status(headers, *hosts, origins=()):
    app = trusted_only(PlainTextResponse("here"), PUBLIC, hosts, origins)

    async def ask():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://unused.test") as client:
            return (await client.post("/", headers=headers)).status_code

    return anyio.run(ask)


@pytest.mark.parametrize("host", ["mcp.example.com", "MCP.example.com:443", "door.internal"])
def test_a_server_answers_to_its_public_name_and_those_that_are_named(host):
    assert status({"host": host}, "door.internal") == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "mcp.example.com.evil.example", "127.0.0.1", "", "mcp.example.com@evil.example"]
)
def test_a_server_does_not_answer_to_another_name(host):
    assert status({"host": host}) == 400


def test_a_name_is_not_redirected_to_one_with_www():
    app = trusted_only(PlainTextResponse("here"), "https://www.example.com")

    async def ask():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://example.com") as client:
            return (await client.get("/")).status_code

    assert anyio.run(ask) == 400


@pytest.mark.parametrize("origin", ["https://mcp.example.com", "https://app.example.com"])
def test_pages_of_its_own_and_of_named_origins_may_call(origin):
    headers = {"host": "mcp.example.com", "origin": origin}
    assert status(headers, origins=["https://app.example.com"]) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://mcp.example.com", "null", ""])
def test_pages_elsewhere_may_not_call(origin):
    assert status({"host": "mcp.example.com", "origin": origin}) == 403


def test_a_second_origin_does_not_hide_behind_a_trusted_one():
    origins = [("origin", "https://mcp.example.com"), ("origin", "https://evil.example")]
    assert status([("host", "mcp.example.com"), *origins]) == 403


@pytest.mark.parametrize("host", ["*", "*.example.com", "a b", "host:80", ""])
def test_a_host_is_named_whole(host):
    with pytest.raises(UsageError, match="is not the name of a host"):
        trusted_only(PlainTextResponse(""), PUBLIC, [host])


@pytest.mark.parametrize("origin", ["*", "null", "https://a.example/path", "a.example"])
def test_an_origin_is_named_whole(origin):
    with pytest.raises(UsageError, match="is not an origin"):
        trusted_only(PlainTextResponse(""), PUBLIC, [], [origin])
