"""What instructions/RUNBOOK.md says, as it stands there."""

import re
import shutil
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from typer.main import get_command

from promptkit.access.metrics import Metrics
from promptkit.access.operations import Operations
from promptkit.access.readiness import Readiness
from promptkit.access.trusted_names import trusted_only
from promptkit.cli import app
from promptkit.hosts.serving import listen
from tests.servers import running
from tests.sources import ROOT, subcommands

TEXT = (ROOT / "instructions/RUNBOOK.md").read_text("utf-8")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


def test_the_runbook_fits_on_a_page():
    assert len(TEXT.splitlines()) < 120


def one_of_several(origin):
    """A process behind the public address, which says where it is."""

    async def where(_):
        return PlainTextResponse(origin)

    routes = [Route("/mcp", where, methods=["POST"])]
    trusted = trusted_only(Starlette(routes=routes), "https://mcp.example.com")
    return Operations(trusted, frozenset({"/mcp"}), Readiness({}), Metrics())


@contextmanager
def proxied(folder, origins):
    """The origin of the proxy of the runbook, before these processes."""
    free = listen("127.0.0.1:0")
    port = free.getsockname()[1]
    free.close()
    (text,) = re.findall(r"```nginx\n(.*?)```", TEXT, re.DOTALL)
    text = re.sub(r" +ssl_.*\n", "", text).replace("443 ssl", f"127.0.0.1:{port}")
    text = text.replace("server 127.0.0.1:8080;", "".join(f"server {urlsplit(one).netloc};" for one in origins))
    logs = "error_log stderr; access_log off;"
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid; events {{}} http {{ {logs} {text} }}")
    with subprocess.Popen([NGINX, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]) as nginx:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()


@pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install nginx-light")
def test_each_person_reaches_one_process_by_the_public_name_and_nobody_its_readiness(tmp_path):
    retrying = httpx2.HTTPTransport(retries=10)
    with (
        running(one_of_several) as first,
        running(one_of_several) as second,
        proxied(tmp_path, [first, second]) as origin,
        httpx2.Client(transport=retrying, base_url=origin, headers={"host": "mcp.example.com"}) as http,
    ):
        reached = {
            person: {http.post("/mcp", headers={"authorization": f"Bearer {person}"}).text for _ in range(3)}
            for person in range(20)
        }
        statuses = [http.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")]
    assert all(len(processes) == 1 for processes in reached.values())
    assert set.union(*reached.values()) == {first, second}
    assert statuses == [200, 404, 404]


def test_the_options_that_the_runbook_names_are_those_of_its_command():
    known = {name for parameter in subcommands(get_command(app))["guard"].params for name in parameter.opts}
    known |= {name for parameter in subcommands(get_command(app))["serve"].params for name in parameter.opts}
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert len(named) > 5
    assert named <= known


def test_the_figures_that_raise_alarms_are_counted():
    figures = Metrics().text({"state": True}).decode()
    named = re.findall(r"^\| `([a-z_]+)`", TEXT, re.MULTILINE)
    assert len([name for name in named if f" {name} " in figures]) == 5
