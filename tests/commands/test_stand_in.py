"""The local stand-in is marked wherever it is read, and its values are refused for another server."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from promptkit.connection.open_session import open_session
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml
from promptkit.library.profile import checked_profile, profile_text
from promptkit.model import Profile
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from tests.servers import running

INVENTED = Profile.model_validate({"stand_in": True})


@pytest.fixture(scope="module")
def tenant():
    with closing(build_tenant(None)) as tenant:
        yield tenant


def opened(library, server):
    async def enter():
        async with open_session(library, server, INVENTED, cache=False):
            return True

    return anyio.run(enter)


def first_line(*words, folder):
    command = [sys.executable, "-m", "promptkit", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder).stderr.partition("\n")[0]


def test_the_first_line_of_a_command_says_that_it_reads_the_stand_in(tmp_path):
    assert first_line("tools", "suggest", folder=tmp_path).startswith("LOCAL STAND-IN: invented data")


def test_a_command_without_a_server_says_that_its_profile_is_of_the_stand_in(tmp_path):
    Path(tmp_path, "dashboard.yaml").write_text(profile_text(INVENTED), "utf-8")
    line = first_line("render", "unused_apps", "--profile", "dashboard.yaml", folder=tmp_path)
    assert line.startswith("LOCAL STAND-IN: this profile holds groups of an invented company")


def test_the_mark_survives_the_file(tmp_path, library):
    path = tmp_path / "dashboard.yaml"
    path.write_text(profile_text(INVENTED), "utf-8")
    assert checked_profile(load_yaml(path), library).stand_in


def test_the_stand_in_over_http_takes_its_own_values(tenant, library):
    with running(lambda _: build_server(tenant).streamable_http_app()) as url:
        assert opened(library, f"{url}/mcp")


def test_another_address_is_refused_in_words_before_anything_is_sent(library):
    with pytest.raises(PromptkitError, match=r"an invented company, and https:.* is not it"):
        opened(library, "https://api.toriihq.com/mcp")
