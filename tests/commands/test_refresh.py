"""The command `answer --all`: a folder of dashboards with an index, as it is after a good day and a bad one."""

import re
from urllib.parse import urlsplit

import pytest

from promptkit.commands.answer import AnswerOutputs
from promptkit.commands.refresh import TenantSource, answer_pack, is_pack, refresh, views_of
from promptkit.dashboard.embedded import answer_in
from promptkit.errors import PromptkitError, UsageError
from promptkit.model import DEFAULT_PROFILE, Profile
from tests.servers import served

NOWHERE = "http://127.0.0.1:9/mcp"
PROFILE = Profile.model_validate(
    {"time_zone": "Europe/Berlin", "views": ["connection_apps", "connection_contracts", "app_dossier"]}
)


def refreshed(library, folder, server="local", profile=PROFILE):
    return refresh(library, str(folder), (), TenantSource(server, profile, cache=False))


def row(folder, title):
    """What the index says of a view."""
    index = (folder / "index.html").read_text("utf-8")
    return next(part for part in index.split("<tr>") if title in part)


APPS, CONTRACTS = "Check the connection - widely used apps", "Check the connection - contracts that renew soon"
DOSSIER = "What do we know about one app?"


@pytest.fixture
def folder(library, tmp_path, capsys):
    """A folder after a good day."""
    assert refreshed(library, tmp_path / "out") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'index.html'}\n"
    return tmp_path / "out"


@pytest.fixture
def read(library, torii, tmp_path):
    """A folder after a good day of a server, and the address where the server was."""
    with served(torii) as url:
        assert refreshed(library, tmp_path / "out", url) == 0
    return tmp_path / "out", url


def test_every_view_has_a_file_and_its_place_on_the_index(library, folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "connection_apps.html",
        "connection_contracts.html",
        "index.html",
    ]
    assert "Up to date" in row(folder, APPS)
    assert 'href="connection_apps.html"' in row(folder, APPS)
    assert "2026-11-02 (Europe/Berlin)" in row(folder, APPS)
    assert "from the local Torii, whose data are invented." in (folder / "index.html").read_text("utf-8")


def test_a_view_that_needs_an_argument_is_named_with_the_command_and_filled_with_nothing(folder):
    told = row(folder, DOSSIER)
    assert "Needs: app<" in told
    assert f"promptkit answer app_dossier -a app=... --html {folder}/app_dossier.html" in told
    assert "href" not in told


def test_the_command_for_a_view_reads_the_same_server_with_the_same_profile(library, tmp_path):
    refresh(library, str(tmp_path), (), TenantSource(NOWHERE, PROFILE, tmp_path / "my profile.yaml"))
    options = f"--profile &#39;{tmp_path}/my profile.yaml&#39; --server {NOWHERE} --html"
    assert options in row(tmp_path, DOSSIER)


def test_what_somebody_filled_in_stays_linked(library, folder):
    good = (folder / "connection_apps.html").read_text("utf-8")
    (folder / "app_dossier.html").write_text(
        good.replace('"name": "connection_apps"', '"name": "app_dossier"'), "utf-8"
    )
    refreshed(library, folder)
    assert 'href="app_dossier.html"' in row(folder, DOSSIER)


def test_a_view_that_cannot_be_read_keeps_its_file_and_says_so_there_and_on_the_index(library, torii, read, capsys):
    folder, url = read
    before = answer_in((folder / "connection_contracts.html").read_text("utf-8"))
    with served(torii, "forbidden", address=urlsplit(url).netloc):
        assert refreshed(library, folder, url) == 1
    html = (folder / "connection_contracts.html").read_text("utf-8")
    assert answer_in(html) == before
    assert html.count("list_contracts could not be read: ") == 1
    assert "(Europe/Berlin): list_contracts could not be read: " in html
    assert f"The figures are those of {before['evidence']['As of']}." in html
    assert "Not refreshed" in row(folder, CONTRACTS)
    assert before["evidence"]["As of"] in row(folder, CONTRACTS)
    assert "Up to date" in row(folder, APPS)
    assert capsys.readouterr().err.splitlines()[-1].startswith("connection_contracts: list_contracts could not")


def test_without_a_last_file_a_partial_answer_is_written_and_marked(library, torii, tmp_path):
    with served(torii, "forbidden") as url:
        assert refreshed(library, tmp_path, url) == 1
    assert answer_in((tmp_path / "connection_contracts.html").read_text("utf-8"))["status"] == "partial"
    assert "Partial" in row(tmp_path, CONTRACTS)


def test_a_server_that_does_not_answer_leaves_every_file_and_says_so_on_each(library, read):
    folder, url = read
    assert refreshed(library, folder, url) == 1
    for name, title in (("connection_apps", APPS), ("connection_contracts", CONTRACTS)):
        assert "no MCP server answers at" in (folder / f"{name}.html").read_text("utf-8")
        assert "Not refreshed" in row(folder, title)
    assert "0 of 3 views are up to date" in (folder / "index.html").read_text("utf-8")


def test_invented_data_do_not_stand_for_a_server_that_does_not_answer(library, folder):
    before = (folder / "connection_apps.html").read_bytes()
    assert refreshed(library, folder, NOWHERE) == 1
    assert (folder / "connection_apps.html").read_bytes() == before
    assert "Failed" in row(folder, APPS)
    assert "href" not in row(folder, APPS)


def test_where_no_file_is_and_nothing_is_read_the_view_has_failed(library, tmp_path):
    assert refreshed(library, tmp_path, NOWHERE) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert "Failed" in row(tmp_path, APPS)


def test_a_broken_recipe_stops_only_its_own_view(copy, tmp_path):
    path = copy.recipes / "connection_contracts.yaml"
    path.write_text(path.read_text("utf-8").replace("SELECT", "SELCT"), "utf-8")
    assert refreshed(copy, tmp_path / "out") == 1
    assert "Failed" in row(tmp_path / "out", CONTRACTS)
    assert "Up to date" in row(tmp_path / "out", APPS)


def test_a_file_that_is_not_ours_stays_as_it_is(library, tmp_path):
    (tmp_path / "connection_apps.html").write_text("Notes", "utf-8")
    assert refreshed(library, tmp_path) == 1
    assert (tmp_path / "connection_apps.html").read_text("utf-8") == "Notes"
    assert "the file is not a dashboard of ours" in row(tmp_path, APPS)
    assert "Up to date" in row(tmp_path, CONTRACTS)


def test_an_index_that_is_not_ours_stays_and_nothing_is_read(library, tmp_path):
    (tmp_path / "index.html").write_text("Our intranet", "utf-8")
    with pytest.raises(PromptkitError, match="not-ours"):
        refreshed(library, tmp_path, NOWHERE)
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ["Our intranet"]


def test_files_of_others_and_of_views_that_are_gone_are_left_alone(library, folder):
    (folder / "notes.txt").write_text("Notes", "utf-8")
    apps_only = PROFILE.model_copy(update={"views": ("connection_apps",)})
    contracts = (folder / "connection_contracts.html").read_bytes()
    refreshed(library, folder, profile=apps_only)
    assert (folder / "notes.txt").read_text("utf-8") == "Notes"
    assert (folder / "connection_contracts.html").read_bytes() == contracts
    assert CONTRACTS not in (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("pairs", "outputs", "named"),
    [
        (("days=30",), AnswerOutputs(), "--argument"),
        ((), AnswerOutputs(as_json=True), "--json"),
        ((), AnswerOutputs(as_csv=True), "--csv"),
        ((), AnswerOutputs(html="one.html"), "--html"),
    ],
)
def test_what_is_for_one_view_is_refused_for_all(library, tmp_path, pairs, outputs, named):
    with pytest.raises(UsageError, match=f"so {named} cannot be followed"):
        refresh(library, str(tmp_path / "out"), pairs, TenantSource("local", DEFAULT_PROFILE), outputs)
    assert list(tmp_path.iterdir()) == []


def test_drafts_and_deprecated_views_are_left_out(copy):
    names = {"connection_apps": "draft", "connection_contracts": "deprecated"}
    for name, status in names.items():
        path = copy.prompts / f"{name}.yaml"
        path.write_text(f"status: {status}\n" + path.read_text("utf-8").replace("status: stable\n", ""), "utf-8")
    found = [prompt.name for prompt in views_of(copy, DEFAULT_PROFILE)]
    assert found == [name for name in copy.prompt_names() if name not in names]
    assert [prompt.name for prompt in views_of(copy, PROFILE)] == ["app_dossier"]


def answered_pack(library, name, pairs=(), **outputs):
    source = TenantSource("local", DEFAULT_PROFILE, cache=False)
    return answer_pack(library, name, pairs, source, AnswerOutputs(**outputs))


def test_a_pack_is_answered_at_once_in_its_order_with_what_its_views_are_given(library, tmp_path):
    assert is_pack(library, "before_a_renewal")
    assert answered_pack(library, "before_a_renewal", ["vendor=Microsoft"], html=tmp_path) == 0
    views = library.load_packs()["before_a_renewal"].views
    index = (tmp_path / "index.html").read_text("utf-8")
    assert re.findall(r'href="(\w+)[.]html"', index) == list(views)
    assert answer_in((tmp_path / "vendor_dossier.html").read_text("utf-8"))["arguments"] == {"vendor": "Microsoft"}


@pytest.mark.parametrize(
    ("pairs", "outputs", "code"),
    [
        ((), {}, "pack-folder"),
        ((), {"html": "out", "as_csv": True}, "pack-folder"),
        (["app=x"], {"html": "out"}, "pack-argument"),
    ],
)
def test_what_a_pack_cannot_follow_is_refused(pairs, outputs, code, library):
    with pytest.raises(UsageError, match=code):
        answered_pack(library, "before_a_renewal", pairs, **outputs)
