"""`promptkit init` against a real local Torii: with flags only, with typed answers, and run again later."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from promptkit.commands.init import run_init
from promptkit.errors import PromptkitError, UsageError
from promptkit.library.profile import load_profile
from promptkit.onboarding.given import Answers
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from tests.servers import running

FLAGS = [
    *("--yes", "--field", "user.department=Team", "--field", "contract.c_legalEntity_2"),
    *("--alias", "Team:Eng=Engineering", "--time-zone", "Europe/Berlin", "--currency", "EUR"),
    *("--threshold", "days=120", "--agreed-by", "Dana Reyes", "--on", "2026-11-02"),
]
ANSWERS = [
    *("cost center", "user.costCenter", "Cost unit", "CC-1000 = Nobody's", "no pair", ""),
    *("Berlin", "Europe/Berlin", "EURO", "eur", "days=120", "Dana Reyes", "y"),
]


def init(*words, folder, **options):
    command = [sys.executable, "-m", "promptkit", "init", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder, **options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder / "dashboard.yaml", init(*FLAGS, folder=folder)


@pytest.fixture(scope="module")
def tenant():
    with closing(build_tenant(None)) as tenant:
        yield tenant


def http_torii(tenant, **options):
    return running(lambda _: build_server(tenant, **options).streamable_http_app())


def test_flags_alone_write_a_profile_with_its_approval(made, library):
    path, done = made
    assert (done.returncode, done.stdout) == (0, "dashboard.yaml\n")
    profile = load_profile(path, library)
    team, entity = profile.organizational_views
    assert (team.label, team.field, entity.label) == ("Team", "department", "Legal entity")
    assert (team.approved_by, team.approved_on.isoformat(), team.approved_coverage) == (
        "Dana Reyes",
        "2026-11-02",
        97.3,
    )
    assert team.aliases == {"Eng": "Engineering"}
    assert (profile.time_zone, profile.display_currency, profile.thresholds) == ("Europe/Berlin", "EUR", {"days": 120})
    assert profile.read_only_agreement.by == "Dana Reyes"


def test_an_allowed_host_is_kept_in_the_profile_and_said_at_each_use(tmp_path):
    here = [*FLAGS, "--allow-host", "guard.example"]
    assert init(*here, folder=tmp_path).returncode == 0
    assert "allowed_hosts:\n  - guard.example\n" in (tmp_path / "dashboard.yaml").read_text("utf-8")
    elsewhere = ["--profile", "dashboard.yaml", "--server", "https://guard.example/word/mcp"]
    command = [sys.executable, "-m", "promptkit", "doctor", *elsewhere]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert "ALLOWED HOST: guard.example is not Torii's own server" in done.stderr
    assert "guard.example is not Torii's own; the profile allows it" in " ".join(done.stdout.split())


def test_a_whole_address_is_not_the_name_of_a_host(tmp_path):
    done = init("--yes", "--allow-host", "https://guard.example/mcp", folder=tmp_path)
    assert (done.returncode, "[host-name]" in done.stderr, list(tmp_path.iterdir())) == (2, True, [])


def test_every_group_is_shown_though_nobody_is_asked(made, library):
    path, done = made
    team, _ = load_profile(path, library).organizational_views
    shown = done.stderr.partition("Team, user.department, 224 rows: ")[2].partition(".\n")[0]
    counts = dict(group.rsplit(" ", 1) for group in shown.split(", "))
    assert counts.keys() - {"Unassigned"} == {*team.approved_groups}
    assert sum(map(int, counts.values())) == 224


def test_with_yes_the_stand_in_says_so_first_and_last(made):
    lines = made[1].stderr.splitlines()
    assert [lines[0][:15], lines[-1][:15]] == ["LOCAL STAND-IN:"] * 2


def test_spellings_that_nobody_approved_stay_apart(made, library):
    path, done = made
    team, _ = load_profile(path, library).organizational_views
    assert "stay apart: Mktg (Marketing?);" in done.stderr
    assert {"Mktg", "Marketing"} <= {*team.approved_groups}


def test_answers_typed_at_a_terminal_write_the_same_kind_of_profile(tmp_path, library):
    ours, theirs = os.openpty()
    os.write(ours, "".join(f"{answer}\n" for answer in ANSWERS).encode())
    done = init(folder=tmp_path, stdin=theirs)
    os.close(ours), os.close(theirs)
    assert done.returncode == 0, done.stderr
    profile = load_profile(tmp_path / "dashboard.yaml", library)
    assert profile.organizational_views[0].label == "Cost unit"
    assert profile.organizational_views[0].aliases == {"CC-1000": "Nobody's"}
    assert (profile.time_zone, profile.display_currency) == ("Europe/Berlin", "EUR")


def test_answers_that_end_early_write_nothing_and_are_kept(tmp_path, library):
    first = init(folder=tmp_path, input="cost center\nuser.costCenter\nCost unit\n")
    assert first.returncode == 1
    assert "[no-answer] the answers ended before the questions did" in first.stderr
    assert "Your 3 answers are kept" in first.stderr
    assert list(tmp_path.iterdir()) == []
    second = init(folder=tmp_path, input="y\n" + "\n" * 5 + "y\n")
    assert second.returncode == 0, second.stderr
    (view,) = load_profile(tmp_path / "dashboard.yaml", library).organizational_views
    assert (view.label, view.field) == ("Cost unit", "costCenter")
    assert "Your" not in second.stderr.partition("Write this")[2]


def test_ctrl_c_keeps_the_answers_and_says_so(tmp_path):
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "promptkit", "init"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stderr=subprocess.PIPE) as asked:
        os.write(ours, b"cost center\nuser.costCenter\n")
        said = b""
        while b"What do people call" not in said:
            said += os.read(asked.stderr.fileno(), 4096)
        asked.send_signal(signal.SIGINT)
        said = asked.stderr.read()
    os.close(ours), os.close(theirs)
    assert asked.returncode == 130
    assert b"Your 2 answers are kept" in said
    assert b"Traceback" not in said


def test_the_next_command_is_named_only_once_the_file_is_written(tmp_path):
    (tmp_path / "dashboard.yaml").mkdir()
    done = init("--yes", folder=tmp_path)
    assert done.returncode == 2
    assert "Next:" not in done.stderr


def test_everything_given_is_checked_before_torii_is_read(tmp_path, library):
    given = Answers(
        fields=["usr.team"],
        aliases=["A:b"],
        time_zone="Berlin",
        display_currency="Euro",
        thresholds=["dayz=3"],
        agreed_by=" ",
        on=datetime.date(9999, 1, 1),
    )
    with pytest.raises(UsageError) as caught:
        run_init(library, given, server="http://127.0.0.1:1/mcp", path=tmp_path / "nope/x.yaml", as_json=False)
    assert [(problem.path, problem.fix) for problem in caught.value.problems if problem.path != "--on"] == [
        ("--agreed-by", "write something"),
        ("--alias", "write VALUE = GROUP"),
        ("--currency", "write EUR"),
        ("--field", "write user"),
        ("--out", "make it, or name a file elsewhere"),
        ("--threshold", "write days"),
        ("--time-zone", "write Europe/Berlin"),
    ]
    assert "[future-date] 9999-01-01 is still to come" in str(caught.value)


def run_there(library, url, path, given, *, as_json=False):
    """The wizard on a server of ours."""
    return run_init(library, given, server=url, path=path, as_json=as_json)


def rerun(library, path, capsys, url, **options):
    code = run_there(library, url, path, Answers(yes=True, **options), as_json=True)
    return code, {(one["view"], one["kind"]) for one in json.loads(capsys.readouterr().out)["changes"]}


def test_run_again_it_finds_the_same_and_leaves_the_file_alone(made, library, tenant, capsys):
    path, before = made[0], made[0].read_bytes()
    with http_torii(tenant) as url:
        assert rerun(library, path, capsys, f"{url}/mcp") == (0, set())
    assert path.read_bytes() == before


def test_run_again_with_an_agreement_it_says_that_the_file_is_left_as_it_was(made, library, tenant, capsys):
    with http_torii(tenant) as url:
        run_there(library, f"{url}/mcp", made[0], Answers(yes=True, agreed_by="Somebody Else"))
    assert "was not changed; --replace overwrites it." in " ".join(capsys.readouterr().err.split())


def test_an_agreement_that_nobody_was_asked_about_keeps_its_day(made, library, tenant, tmp_path):
    path = tmp_path / "dashboard.yaml"
    agreed = re.sub(r"on: \d{4}-\d\d-\d\d", "on: 2026-01-02", made[0].read_text("utf-8"))
    path.write_text(agreed, "utf-8")
    with http_torii(tenant) as url:
        run_there(library, f"{url}/mcp", path, Answers(yes=True, display_currency="EUR", replace=True))
    assert load_profile(path, library).read_only_agreement.on == datetime.date(2026, 1, 2)


def test_run_again_it_tells_what_has_changed_and_overwrites_only_when_told(made, library, tmp_path, capsys):
    path = tmp_path / "dashboard.yaml"
    before = made[0].read_text("utf-8")
    old = re.sub(r"approved_coverage: 8[\d.]+", "approved_coverage: 60", before).replace("- Acme Ltd", "")
    path.write_text(old, "utf-8")
    # The fault deletes the fields for good, so it gets a tenant of its own.
    with closing(build_tenant(None)) as tenant, http_torii(tenant, faults=frozenset({"deleted-field"})) as url:
        found = {("Team", "field gone"), ("Legal entity", "new values"), ("Legal entity", "coverage changed")}
        assert rerun(library, path, capsys, f"{url}/mcp") == (1, found)
        assert path.read_text("utf-8") == old
        assert rerun(library, path, capsys, f"{url}/mcp", replace=True) == (0, found)
    assert [view.field for view in load_profile(path, library).organizational_views] != ["department"]


@pytest.mark.parametrize(
    ("options", "report"),
    [
        ({"fields": ["user.contry"]}, "[unknown-field] no field to slice by is called user.contry"),
        ({"fields": [], "wanted": "kostenstelle"}, "[no-fields] no field has kostenstelle in its name"),
        ({"aliases": ["Nope:a=b"]}, "[unknown-label] no view is called Nope"),
        ({"aliases": ["Country:a"]}, "[wrong-pair] a is not a pair"),
        ({"time_zone": "Berlin"}, "[unknown-time-zone] Berlin is not a time zone"),
        ({"display_currency": "EURO"}, "[unknown-currency] EURO is not a currency"),
        ({"thresholds": ["days=soon"]}, "[wrong-number] days is soon"),
        ({"thresholds": ["dayz=9"]}, "[unknown-threshold] no prompt has an argument dayz"),
    ],
)
def test_a_wrong_word_is_explained_and_nothing_is_written(options, report, quick, library, tmp_path):
    path = tmp_path / "dashboard.yaml"
    given = Answers(**{"fields": ["user.country"], "yes": True} | options)
    with pytest.raises(PromptkitError) as caught:
        run_there(library, quick, path, given)
    assert report in str(caught.value)
    assert not path.exists()


@pytest.fixture(scope="module")
def quick(tenant):
    with http_torii(tenant) as url:
        yield f"{url}/mcp"


def test_fields_that_may_not_be_read_are_named_and_not_offered(tenant, library, tmp_path, capsys):
    path = tmp_path / "dashboard.yaml"
    with http_torii(tenant, faults=frozenset({"forbidden"})) as url:
        assert run_there(library, f"{url}/mcp", path, Answers(yes=True)) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "Not everything could be read: list_contracts could not be read: " in told
    assert {view.entity for view in load_profile(path, library).organizational_views} == {"user"}
