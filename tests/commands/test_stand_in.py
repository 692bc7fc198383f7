"""The local stand-in is marked wherever it is read, and its values are refused for another server."""

from contextlib import ExitStack, closing

import anyio
import pytest
from typer.testing import CliRunner

from promptkit.cli import app
from promptkit.commands.init import run_init
from promptkit.connection.named_server import NamedServer
from promptkit.connection.open_session import open_session
from promptkit.connection.stand_in import STAND_IN_NOTICE
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


def said(*words):
    """What a command says on stderr, line by line."""
    return CliRunner().invoke(app, [*map(str, words)]).stderr.splitlines()


@pytest.fixture(scope="module")
def url(tenant):
    with running(lambda _: build_server(tenant).streamable_http_app()) as origin:
        yield f"{origin}/mcp"


@pytest.mark.parametrize(
    "words",
    [
        ["answer", "connection_apps"],
        ["connect"],
        ["doctor"],
        ["eval", "connection_apps", "--out", "run"],
        ["tools"],
        ["tools", "suggest"],
    ],
    ids=" ".join,
)
def test_the_first_line_of_a_command_says_that_what_it_reads_is_invented(words, url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said(*words, *([url] if words == ["connect"] else ["--server", url]))[0] == STAND_IN_NOTICE


@pytest.mark.parametrize("server", ["local", "local-hostile"])
def test_the_stand_in_that_a_command_starts_says_so_too(server):
    assert said("tools", "--server", server)[0] == STAND_IN_NOTICE


@pytest.mark.parametrize(
    "words", [["answer", "no_such_view"], ["eval", "--plan", "0.1"], ["eval", "score", "nowhere"]], ids=" ".join
)
def test_nothing_is_said_where_no_stand_in_is_read(words):
    assert STAND_IN_NOTICE not in said(*words)


def test_a_command_without_a_server_says_that_its_profile_is_of_the_stand_in(tmp_path):
    path = tmp_path / "dashboard.yaml"
    path.write_text(profile_text(INVENTED), "utf-8")
    line = said("render", "unused_apps", "--profile", path)[0]
    assert line.startswith("LOCAL STAND-IN: this profile holds groups of an invented company")


def test_the_mark_survives_the_file(tmp_path, library):
    path = tmp_path / "dashboard.yaml"
    path.write_text(profile_text(INVENTED), "utf-8")
    assert checked_profile(load_yaml(path), library).stand_in


def test_a_saved_list_is_not_taken_for_the_stand_in(tmp_path):
    path = tmp_path / "list.json"
    path.write_text('{"tools": []}', "utf-8")
    assert said("tools", "suggest", "--list", path)[0].startswith("These are guesses")


@pytest.mark.parametrize("is_guarded", [False, True])
def test_init_marks_the_stand_in_over_http_and_behind_a_guard(url, library, tmp_path, capsys, is_guarded):
    path = tmp_path / "dashboard.yaml"
    path.write_text(profile_text(INVENTED), "utf-8")

    def guard(url):
        server = NamedServer(url)
        return Guard(library, server, AuditLog(tmp_path / "log.jsonl"), show_all=False, tell=lambda text: None)

    with ExitStack() as stack:
        if is_guarded:
            origin = stack.enter_context(running(lambda _: guard(url).build().streamable_http_app()))
            url = f"{origin}/mcp"
        given = Answers(fields=["user.country"], yes=True, replace=True)
        assert run_init(library, given, server=url, path=path, as_json=False) == 0
        assert opened(library, url)
        err = capsys.readouterr().err
        assert said("tools", "--server", url)[0] == STAND_IN_NOTICE
    told = [line for line in err.splitlines() if not line.startswith("listening at")]
    assert [told[0], told[-1]] == [STAND_IN_NOTICE] * 2
    assert load_profile(path, library).stand_in


def test_the_stand_in_over_http_takes_its_own_values(url, library):
    assert opened(library, url)


def test_another_address_is_refused_in_words_before_anything_is_sent(library):
    with pytest.raises(PromptkitError, match=r"an invented company, and https:.* is not it"):
        opened(library, "https://api.toriihq.com/mcp")
