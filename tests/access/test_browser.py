"""The whole sign-in as a person goes through it, in Chromium."""

import re

import pytest

from promptkit.torii.tenant import build_tenant
from tests.access.doors import Program, asked, opened
from tests.servers import query, running, signed_torii


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    tenant = build_tenant(None)
    with (
        signed_torii(tenant) as (torii, _),
        opened(f"{torii}/mcp", tmp_path_factory.mktemp("access") / "state.db") as served,
    ):
        yield served
    tenant.close()


@pytest.fixture(scope="module")
def client():
    """The origin of a program on the web that awaits the answer."""

    async def answer(scope, receive, send):
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"<!doctype html><title>.</title><h1>Connected</h1>"})
        else:
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})

    with running(lambda _: answer) as served:
        yield served


@pytest.fixture
def page(browser):
    context, wrong = browser.new_context(), []
    opened_page = context.new_page()
    opened_page.on("pageerror", lambda error: wrong.append(str(error)))
    opened_page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened_page
    context.close()
    assert [text for text in wrong if "favicon" not in text and "404" not in text] == []


def heading(page):
    return page.get_by_role("heading").inner_text()


def test_a_person_consents_signs_in_at_torii_once_and_is_back_at_each_program(origin, client, page):
    first, second = (Program(origin, name, f"{client}/callback") for name in ("First program", "Second program"))
    page.goto(first.address())
    assert heading(page) == "Allow a program to read Torii?"
    assert page.get_by_text("First program").is_visible()
    page.get_by_role("button", name="Allow").click()
    assert heading(page) == "Sign in to the local Torii"
    page.get_by_label("Pavel Novák, Procurement").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(re.compile(f"{client}/callback"))
    assert heading(page) == "Connected"
    token = first.exchange(query(page.url)["code"]).json()["access_token"]
    assert asked(origin, token).status_code != 401

    page.goto(second.address())
    assert page.get_by_text("Second program").is_visible()
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(re.compile(f"{client}/callback"))
    assert "access_token" in second.exchange(query(page.url)["code"]).json()

    page.goto(second.address())
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(re.compile(f"{client}/callback"))
    assert query(page.url)["error"] == "access_denied"
