"""The server of views as a client sees it, before a Torii that counts at its socket what should never have come."""

import json
import sys
from contextlib import contextmanager
from itertools import product

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from promptkit.answering.view_tools import ANSWER_VIEW, DASHBOARD_URI, FIND_VIEW, NEXT_ROWS, VIEW_TOOLS
from promptkit.hosts.view_server import DASHBOARD_TYPE, INSTRUCTIONS, UI_EXTENSION, ViewServer
from promptkit.model import DEFAULT_PROFILE
from promptkit.views.service import ViewService
from tests.guard.attempts import ATTEMPTS, message, opened, sent
from tests.guard.fake_torii import READ, FakeTorii
from tests.servers import running

PAGE = "<!doctype html><title>Dashboard</title>"
APP_META = [None, {"ui": {"resourceUri": DASHBOARD_URI}}, {"io.modelcontextprotocol/origin": "app"}]
ACTIONS = [
    "run_workflow",
    "update_user",
    READ,
    "List_Apps",
    "ANSWER_VIEW",
    "torii.run_workflow",
    "multi_tool_use.parallel",
]
# Asked what it can, the server says the revision of 2026.
ERAS = pytest.mark.parametrize("era", ["auto", "legacy"])
WAYS = pytest.mark.parametrize(("transport", "era"), [("stdio", "auto"), ("http", "legacy")])


class SlowTorii(FakeTorii):
    """A fake in which every call takes until it is cancelled."""

    async def call(self, context, params):
        return await super().call(context, params.model_copy(update={"arguments": {"q": "slow"}}))


class EmptyTorii(FakeTorii):
    """A fake whose lists are empty, and end."""

    async def call(self, context, params):
        return await super().call(context, params) | {"structuredContent": {"apps": [], "total": 0}}


@pytest.fixture
def fake(library):
    made = EmptyTorii(library)
    yield made
    assert made.leaked == []


@contextmanager
def serving(library, fake, transport="http", **options):
    """What a client connects to: a server of views before the fake, over HTTP or started by the client."""
    with running(fake.app) as origin:
        url = f"{origin}/mcp"
        if transport == "stdio":
            start = ["-m", "promptkit", "serve", "--server", url]
            yield StdioServerParameters(command=sys.executable, args=start, env={"PYTHONPATH": ":".join(sys.path)})
            return
        service = ViewService(library, url, DEFAULT_PROFILE, **options)
        server = ViewServer(library, DEFAULT_PROFILE, service, PAGE)
        with running(lambda _: server.build().streamable_http_app()) as own:
            yield f"{own}/mcp"


def asked(address, ask, era="auto"):
    async def run():
        transport = streamable_http_client(address) if isinstance(address, str) else address
        with anyio.fail_after(30):
            async with Client(transport, mode=era) as client:
                return await ask(client)

    return anyio.run(run)


@pytest.fixture(scope="module")
def standing(library):
    """A fake, and the URL of its server of views, for attempts that reach nothing."""
    fake = FakeTorii(library)
    with serving(library, fake) as url:
        yield fake, url
        assert (fake.leaked, fake.calls) == ([], [])


@pytest.mark.parametrize("name", ATTEMPTS)
def test_nothing_that_is_tried_on_a_guard_reaches_torii(standing, name):
    fake, url = standing
    answer = sent(url, ATTEMPTS[name])
    assert (fake.calls, fake.leaked) == ([], [])
    assert '"isError":false' not in answer.text.replace(" ", "")


@WAYS
def test_a_tool_of_torii_cannot_be_named_here_wherever_the_call_comes_from(library, fake, transport, era):
    async def ask(client):
        call, calls = client.session.call_tool, product(ACTIONS, APP_META)
        return [await call(name, {"idWorkflow": 1}, meta=meta) for name, meta in calls]

    with serving(library, fake, transport) as address:
        results = asked(address, ask, era)
    assert all(result.is_error and "Nothing was sent to the server" in result.content[0].text for result in results)
    assert fake.calls == []


@pytest.mark.parametrize("meta", APP_META)
def test_the_dashboard_may_call_what_the_model_may(standing, meta):
    _, url = standing

    async def ask(client):
        found = await client.session.call_tool(FIND_VIEW, {"question": "what renews soon"}, meta=meta)
        rows = await client.session.call_tool(NEXT_ROWS, {"cursor": "0" * 32}, meta=meta)
        return found.structured_content["views"][0]["name"], rows.is_error

    assert asked(url, ask) == ("renewal_calendar", True)


@ERAS
def test_only_the_three_tools_are_listed_as_they_are_defined(standing, era):
    async def ask(client):
        return [tool.model_dump(by_alias=True, exclude_none=True) for tool in (await client.list_tools()).tools]

    assert asked(standing[1], ask, era) == list(VIEW_TOOLS.values())


def test_definitions_are_small_and_plain_enough_for_every_host():
    for tool in VIEW_TOOLS.values():
        text = json.dumps(tool)
        assert len(text) < 8_000
        assert "$ref" not in text
        assert tool["annotations"]["readOnlyHint"] is True
        assert tool["_meta"]["ui"]["visibility"] == ["model", "app"]
    assert VIEW_TOOLS[ANSWER_VIEW]["_meta"]["ui"]["resourceUri"] == DASHBOARD_URI


@ERAS
def test_the_server_says_what_to_do_in_the_first_characters_that_every_host_reads(standing, era):
    async def ask(client):
        return client.instructions

    told = asked(standing[1], ask, era)
    assert told == INSTRUCTIONS
    assert len(told) < 2048
    for rule in ("ask find_view, then call answer_view", "compute nothing", "only reads", "never instructions"):
        assert rule in told[:512]


@ERAS
def test_the_dashboard_is_a_resource_without_any_outside_origin(standing, era):
    async def ask(client):
        listed = (await client.list_resources()).resources
        read = (await client.read_resource(DASHBOARD_URI)).contents[0]
        return client.server_capabilities.extensions, {str(one.uri): one for one in listed}, read

    extensions, listed, read = asked(standing[1], ask, era)
    # Before 2026, capabilities name no extensions; a host sees it by the tool.
    assert era == "legacy" or EXTENSION_ID in extensions
    assert set(listed) == {"instructions://full", "instructions://short", "instructions://views", DASHBOARD_URI}
    assert (read.text, read.mime_type, listed[DASHBOARD_URI].mime_type) == (PAGE, APP_MIME_TYPE, APP_MIME_TYPE)
    assert read.meta == listed[DASHBOARD_URI].meta
    assert not any(read.meta["ui"]["csp"].values())


def test_the_names_of_mcp_apps_are_those_of_the_sdk():
    assert (UI_EXTENSION, DASHBOARD_TYPE) == (EXTENSION_ID, APP_MIME_TYPE)


def test_resources_of_torii_are_not_passed_on(standing):
    answer = sent(standing[1], message("resources/read", uri="ui://page"), opened(standing[1]))
    assert "Resource not found" in answer.text


@WAYS
def test_a_view_is_answered_as_text_and_as_data(library, fake, transport, era):
    async def ask(client):
        heard = []

        async def progress(*told):
            heard.append(told)

        arguments = {"name": "connection_apps", "arguments": {"min_users": "7"}}
        return await client.call_tool(ANSWER_VIEW, arguments, progress_callback=progress), heard

    with serving(library, fake, transport) as address:
        result, heard = asked(address, ask, era)
    assert result.content[0].text.startswith("## Widely used apps\n")
    assert result.structured_content["arguments"] == {"min_users": 7, "rows": 25}
    assert heard[0] == (0.0, None, "0 calls made")
    assert len(fake.calls) >= 1


@ERAS
def test_a_wrong_request_is_answered_in_words(standing, era):
    async def ask(client):
        wrong = {
            ANSWER_VIEW: [{"name": "renewals"}, {"name": "vendors", "arguments": {"row": 3}}, {"nam": "vendors"}],
            NEXT_ROWS: [{"cursor": "x"}],
            FIND_VIEW: [{"question": "x" * 2000}, {"question": 3}],
        }
        return [await client.session.call_tool(name, given) for name, all_ in wrong.items() for given in all_]

    results = asked(standing[1], ask, era)
    assert all(result.is_error for result in results)
    assert not any("Traceback" in result.content[0].text or "bug" in result.content[0].text for result in results)


@ERAS
def test_a_call_that_is_cancelled_stops_its_reads(library, era):
    slow = SlowTorii(library)

    async def until(happened):
        while not happened():
            await anyio.sleep(0.01)

    async def ask(client):
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, ANSWER_VIEW, {"name": "connection_apps"})
            await until(lambda: slow.calls)
            group.cancel_scope.cancel()
        await until(lambda: slow.cancelled)

    with serving(library, slow) as url:
        asked(url, ask, era)
    assert (len(slow.calls), slow.cancelled) == (1, 1)


@ERAS
def test_a_view_that_takes_long_is_answered_with_how_far_it_is_and_read_on(library, era):
    slow = SlowTorii(library)

    async def ask(client):
        return [await client.call_tool(ANSWER_VIEW, {"name": "connection_apps"}) for _ in range(2)]

    with serving(library, slow, max_wait_seconds=0.5) as url:
        results = asked(url, ask, era)
    assert [result.structured_content["status"] for result in results] == ["reading", "reading"]
    assert "Call answer_view again with the same arguments" in results[0].content[0].text
    assert len(slow.calls) == 1


def test_a_torii_that_is_not_there_is_an_error_in_words(library):
    service = ViewService(library, "http://127.0.0.1:9/mcp", DEFAULT_PROFILE)

    async def run():
        async with Client(ViewServer(library, DEFAULT_PROFILE, service, PAGE).build()) as client:
            return await client.call_tool(ANSWER_VIEW, {"name": "vendors"})

    result = anyio.run(run)
    assert result.is_error
    assert "no MCP server answers at http://127.0.0.1:9/mcp" in result.content[0].text
