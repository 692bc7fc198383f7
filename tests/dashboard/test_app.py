"""The dashboard as an MCP App: in a sandboxed frame, and the page around it uses the official host library."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from promptkit.dashboard.build import build_dashboard

HERE = Path(__file__).parent
# What a host lets an app do unless it asks for more: MCP Apps, 2026-01-26.
POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class AppServer(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        if self.path == "/app.html":
            self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


class Host:
    """A page that hosts the app; `answers` are what our server would say to the calls of the app, in turn."""

    def __init__(self, page):
        self.page, self.answers, self.app = page, [], page.frame_locator("#frame")

    def result(self, answer, text="the same as text"):
        self.send({"content": [{"type": "text", "text": text}], "structuredContent": answer})

    def send(self, result):
        self.page.evaluate("(result) => bridge.sendToolResult(result)", result)

    def calls(self):
        return [{key: call[key] for key in ("name", "arguments")} for call in self.page.evaluate("seen.calls")]


def rows_page(rows, **more):
    return {"content": [], "structuredContent": {"heading": "Widely used apps", "rows": rows, **more}}


@pytest.fixture(scope="session")
def app_server(tmp_path_factory, german):
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.html").write_text(build_dashboard(None, others=[german]), encoding="utf-8", newline="\n")
    for path in (HERE / "host.html", HERE / "vendor" / "app-bridge.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(AppServer, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def host(browser, app_server):
    """The app in its host, connected; at the end, nothing else may have been fetched, refused or thrown."""
    wrong, fetched = [], []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url.removeprefix(app_server)))
    made = Host(page)
    page.expose_function("answerCall", lambda _: made.answers.pop(0))
    page.goto(f"{app_server}/host.html")
    assert page.evaluate("initialized")
    yield made
    context.close()
    assert wrong == []
    assert fetched == ["/host.html", "/app-bridge.js", "/app.html"]


def test_the_app_waits_then_reads_then_shows_the_result(host, answers):
    answer = answers["vendors"]
    host.app.get_by_text("Waiting for the assistant.").first.wait_for()
    host.page.evaluate("bridge.sendToolInput({ arguments: { name: 'vendors' } })")
    host.app.get_by_text("Reading Torii.").first.wait_for()
    host.result(answer)
    host.app.get_by_role("heading", name=answer["title"]).wait_for()
    assert host.app.locator("tbody tr").count() == len(answer["tables"][0]["rows"])
    assert host.app.locator("canvas").count() == 1
    assert host.app.locator(".evidence").inner_text().endswith(answer["stamp"])
    assert host.calls() == []


def test_more_rows_are_asked_for_through_the_host(host, answers):
    answer = answers["connection_apps"]
    answer["tables"][0] |= {
        "rows": [[f"App {n}", "sanctioned", 9 - n] for n in range(3)],
        "total_rows": 5,
        "next": "c1",
    }
    host.answers += [rows_page([["App 3", "sanctioned", 5]], next="c2"), rows_page([["App 4", "sanctioned", 4]])]
    host.result(answer)
    more = host.app.get_by_role("button", name="Get more rows")
    more.click()
    host.app.locator(".count", has_text="The first 4 of 5 rows").wait_for()
    assert host.app.locator(".chart > .hint").inner_text() == "The chart shows the first 4 of 5 rows."
    more.click()
    host.app.locator(".count", has_text="5 rows").wait_for()
    assert host.app.locator("tbody td:first-child").all_inner_texts() == [f"App {n}" for n in range(5)]
    assert more.is_hidden()
    assert host.calls() == [{"name": "next_rows", "arguments": {"cursor": cursor}} for cursor in ("c1", "c2")]


def test_rows_that_cannot_be_read_are_said_and_can_be_asked_for_again(host, answers):
    answer = answers["connection_apps"]
    answer["tables"][0] |= {"total_rows": 9, "next": "old"}
    refused = {"content": [{"type": "text", "text": "[stale-cursor] the cursor has expired"}], "isError": True}
    host.answers += [refused, rows_page([["Late", "sanctioned", 1]])]
    host.result(answer)
    more = host.app.get_by_role("button", name="Get more rows")
    more.click()
    told = host.app.get_by_role("alert").filter(has_text="The next rows could not be read")
    assert told.inner_text() == "The next rows could not be read: [stale-cursor] the cursor has expired"
    more.click()
    host.app.get_by_role("cell", name="Late").wait_for()


def test_what_is_still_being_read_is_shown_and_the_rest_can_be_asked_for(host, answers):
    whole = answers["vendors"]
    part = whole | {"status": "reading", "totals": [], "remarks": []}
    host.result(part)
    host.app.get_by_text("Still reading.").wait_for()
    host.answers.append({"content": [], "structuredContent": whole})
    host.app.get_by_role("button", name="Get the rest").click()
    host.app.locator(".tiles").wait_for()
    assert host.app.locator(".notice").count() == 0
    assert host.calls() == [{"name": "answer_view", "arguments": {"name": "vendors", "arguments": whole["arguments"]}}]


def test_the_finished_result_takes_the_place_of_the_one_that_was_reading(host, answers):
    host.result(answers["vendors"] | {"status": "reading", "totals": []})
    host.app.get_by_text("Still reading.").wait_for()
    host.result(answers["vendors"])
    host.app.locator(".tiles").wait_for()
    assert host.app.get_by_text("Still reading.").count() == 0


def test_an_error_of_the_tool_is_shown_as_its_text(host):
    text = "[unknown-view] there is no view <b>vendorz</b>\nfix: did you mean vendors?"
    host.send({"content": [{"type": "text", "text": text}], "isError": True})
    host.app.locator("#view .failed").wait_for()
    assert host.app.locator("#view").inner_text() == text
    assert host.app.locator("b").count() == 0


def test_a_host_that_passes_on_only_the_text_gets_the_text(host):
    host.send({"content": [{"type": "text", "text": "## Vendors"}]})
    host.app.locator("#view", has_text="## Vendors").wait_for()


def test_a_stopped_call_is_said(host):
    host.page.evaluate("bridge.sendToolCancelled({ reason: 'by the person' })")
    host.app.locator("#view", has_text="The reading was stopped. by the person").wait_for()


def test_the_app_follows_the_theme_of_its_host(host, answers):
    host.result(answers["vendors"])
    host.app.locator("canvas").wait_for()
    frame = host.page.frames[1]
    ground, bars = (
        "() => getComputedStyle(document.body).backgroundColor",
        "() => Chart.getChart(document.querySelector('canvas')).data.datasets[0].backgroundColor",
    )
    light = [frame.evaluate(ground), frame.evaluate(bars)]
    host.page.evaluate("bridge.setHostContext({ theme: 'dark' })")
    host.app.locator("html[data-theme=dark]").wait_for()
    dark = [frame.evaluate(ground), frame.evaluate(bars)]
    assert all(one != other for one, other in zip(light, dark, strict=True))


def test_what_the_app_says_follows_the_language_of_each_answer(host, answers):
    host.result(answers["vendors"] | {"language": "de"})
    host.app.get_by_role("heading", name="Nachweis").wait_for()
    assert host.app.get_by_label("In den Zeilen suchen").count() == 1
    host.result(answers["vendors"])
    host.app.get_by_role("heading", name="Evidence").wait_for()
    assert host.app.locator("html").get_attribute("lang") == "en"


def test_the_app_reports_its_size(host, answers):
    host.result(answers["vendors"])
    host.app.locator("canvas").wait_for()
    host.page.wait_for_function("() => seen.sizes.at(-1)?.height > 1000")
    tall = host.page.evaluate("seen.sizes.at(-1).height")
    host.send({"content": [{"type": "text", "text": "short"}], "isError": True})
    host.page.wait_for_function(f"() => seen.sizes.at(-1).height < {tall} / 2")


def test_an_app_that_is_closed_says_that_it_may_be(host):
    assert host.page.evaluate("bridge.teardownResource({})") == {}


def test_texts_of_a_tenant_stay_texts_in_the_app(host, answers):
    answer = answers["vendors"]
    answer["tables"][0]["rows"][0][0] = "<img src=x onerror=alert(1)>"
    host.result(answer)
    host.app.get_by_role("cell", name="<img src=x onerror=alert(1)>").wait_for()
    assert host.app.locator("img:not([role]), a").count() == 0


def test_without_a_host_the_app_says_what_it_waits_for(browser, app_server):
    page = browser.new_page()
    page.goto(f"{app_server}/app.html")
    page.locator(
        "#view", has_text="This dashboard shows what an assistant hands it, and no assistant answered."
    ).wait_for()
    page.close()
