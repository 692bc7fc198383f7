"""The local stand-in is marked wherever it is read, and its values are refused for another server."""

import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import anyio
import pytest

from promptkit.commands.init import run_init
from promptkit.commands.stand_in import STAND_IN_NOTICE, say_stand_in
from promptkit.connection.named_server import NamedServer
from promptkit.connection.open_session import open_session
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.library.profile import checked_profile, load_profile, profile_text
from promptkit.model import Profile
from promptkit.onboarding.given import Answers
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


def test_a_saved_list_is_not_taken_for_the_stand_in(tmp_path):
    (tmp_path / "list.json").write_text('{"tools": []}', "utf-8")
    line = first_line("tools", "suggest", "--list", "list.json", folder=tmp_path)
    assert line.startswith("These are guesses")


def test_the_hostile_stand_in_says_so_too(capsys):
    say_stand_in("local-hostile")
    assert capsys.readouterr().err.startswith("LOCAL STAND-IN: invented data")


@pytest.mark.parametrize("is_guarded", [False, True])
def test_init_marks_the_stand_in_over_http_and_behind_a_guard(tenant, library, tmp_path, capsys, is_guarded):
    path = tmp_path / "dashboard.yaml"
    path.write_text(profile_text(INVENTED), "utf-8")

    def guard(url):
        server = NamedServer(f"{url}/mcp")
        return Guard(library, server, AuditLog(tmp_path / "log.jsonl"), show_all=False, tell=lambda text: None)

    with running(lambda _: build_server(tenant).streamable_http_app()) as url, ExitStack() as stack:
        if is_guarded:
            url = stack.enter_context(running(lambda _: guard(url).build().streamable_http_app()))
        given = Answers(fields=["user.country"], yes=True, replace=True)
        assert run_init(library, given, server=f"{url}/mcp", path=path, as_json=False) == 0
        assert opened(library, f"{url}/mcp")
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("listening at")]
    assert [told[0], told[-1]] == [STAND_IN_NOTICE] * 2
    assert load_profile(path, library).stand_in


def test_the_stand_in_over_http_takes_its_own_values(tenant, library):
    with running(lambda _: build_server(tenant).streamable_http_app()) as url:
        assert opened(library, f"{url}/mcp")


def test_another_address_is_refused_in_words_before_anything_is_sent(library):
    with pytest.raises(PromptkitError, match=r"an invented company, and https:.* is not it"):
        opened(library, "https://api.toriihq.com/mcp")
