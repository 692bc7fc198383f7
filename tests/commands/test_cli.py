"""The command line as a person meets it: a process of its own, its output and its exit code."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import version
from typing import get_args

import pytest
from typer.main import get_command

from promptkit import cli
from promptkit.agents.eval_spec import Toolset
from promptkit.audit.detect import readers
from promptkit.commands import options
from promptkit.library.instructions import Variant, build_instructions, load_hosts
from promptkit.library.render import render
from promptkit.torii.generate.size import Size
from promptkit.torii.roles import RoleKey
from promptkit.torii.surface import Mode
from tests.sources import ROOT, subcommands


def run(*words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "promptkit", *words], input=text, capture_output=True, encoding="utf-8", timeout=60
    )


@pytest.fixture
def run_here(monkeypatch, capsys):
    """What a command prints and its exit code, in this process: for what a process of its own would only repeat."""

    def run_(*words: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["promptkit", *words])
        # Else usage lines would name `python -m pytest` where that began the tests.
        monkeypatch.setattr(sys.modules["__main__"], "__package__", None)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return subprocess.CompletedProcess(words, ended.value.code or 0, *capsys.readouterr())

    return run_


def test_render_prints_exactly_the_text_to_paste(library):
    done = run("render", "renewal_calendar", "-a", "days=30")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == render(library.load_prompt("renewal_calendar"), {"days": 30})


@pytest.mark.parametrize(
    "words",
    [["list"], ["show", "renewal_calendar"], ["render", "renewal_calendar"], ["instructions"], ["check"]],
    ids=str,
)
def test_output_is_utf8_with_bare_line_ends_whatever_the_machine_would_write(words, run_here):
    there = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = subprocess.run([sys.executable, "-m", "promptkit", *words], capture_output=True, env=there, timeout=60)
    assert (done.returncode, done.stdout.decode("utf-8")) == (0, run_here(*words).stdout)


def test_a_list_has_one_line_for_each_prompt_and_pack_however_wide_the_terminal_is(library, run_here):
    named = [line.split()[:2] for line in run_here("list").stdout.splitlines()]
    prompts = [name.partition("@")[0] for group, name in named if group != "pack"]
    assert (sorted(prompts), named[len(prompts) :]) == (
        library.prompt_names(),
        [["pack", name] for name in library.load_packs()],
    )


@pytest.mark.parametrize(
    ("words", "code", "report"),
    [
        (["render", "renewals"], 2, "[unknown-prompt] there is no prompt renewals"),
        (["render", "renewal_calender"], 2, "fix: write renewal_calendar"),
        (["render", "renewal_calendar", "-a", "days"], 2, "[wrong-pair]"),
        (["render", "renewal_calendar", "-a", "days=0"], 2, "the least is 1"),
        (["render", "renewal_calendar@9.9.9"], 2, "[unknown-version]"),
        (
            ["answer", "notice_deadlines@1.0.0"],
            2,
            "notice_deadlines@1.0.0 is an earlier version, which can only be rendered",
        ),
        (["eval", "notice_deadlines@1.0.0"], 2, "[earlier-version]"),
        (["answer", "notice_deadlines@9.9.9"], 2, "[unknown-version]"),
        (["answer", "connection_apps", "--json", "--csv"], 2, "[json-or-csv]"),
        (["answer", "--all", "dashboards", "--csv"], 2, "[all-views]"),
        (["answer", "--all"], 2, "Missing argument 'NAME|DIR'"),
        (["render"], 2, "Missing argument"),
        (["nothing"], 2, "No such command"),
        (["check", "no-such-file.yaml"], 2, "[no-such-file]"),
        (["eval", "--server", "https://evil.example/mcp"], 2, "[server-url]"),
        (["eval", "--plan", "2"], 2, "[wrong-rate]"),
        (["eval", "--mutate", "--model", "rogue"], 2, "so --model has no meaning beside it"),
        (["eval", "--dask", "tcp://127.0.0.1:1", "--cassette", "cassette"], 2, "[record-or-replay]"),
        (["eval", "merge"], 2, "Missing argument 'DIR'"),
        (["eval", "merge", "no-such-run"], 2, "[no-such-file]"),
        (["tools", "--server", "local", "lock"], 2, "'lock' must be the first word after 'tools'"),
        (["tools", "diff", "--list", "no-such-file.json"], 2, "--list: [no-such-file]"),
        (["export", "plugin"], 2, "Missing argument 'DIR'"),
        (["torii", "--http", "nowhere"], 2, "[address]"),
        (["bump", "renewal_calendar", "huge", "--note", "x"], 2, "[wrong-part]"),
        (["render", "renewal_calendar", "--profile", "nowhere.yaml"], 2, "or have promptkit init write it"),
        (["instructions", "--for", "nowhere"], 2, "[unknown-host]"),
        (["export", "chatgpt-project", "README.md"], 2, "[folder-in-use]"),
        (["export", "page", "README.md"], 2, "[not-a-folder]"),
        (["answer", "--all", "README.md"], 2, "[not-a-folder]"),
        (["new", "BadName"], 2, "[wrong-name]"),
        (["new", "--library", "new", "--language", "de"], 2, "[nothing-to-write] no draft is named"),
        (["doctor", "--html", "no-such-folder/doctor.html"], 2, "--html: [no-folder]"),
        (["connect", "api.toriihq.com/mcp"], 2, "does not begin with https:// or http://"),
        (["render", "renewal_calendar", "--profile", "README.md"], 1, "README.md:"),
        (["tools", "--list", "README.md"], 1, "[not-a-tool-list]"),
    ],
)
def test_what_is_wrong_on_the_command_line_ends_with_2_and_what_is_wrong_in_a_file_with_1(
    words, code, report, run_here
):
    done = run_here(*words)
    assert done.returncode == code
    assert report in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["tool"], "'tools'"),
        (["tools", "dif"], "'diff'"),
        (["tools", "--server", "local", "dif"], "'diff'"),
        (["export", "pag"], "'page'"),
        (["export", "chatgpt-projct", "folder"], "'chatgpt-project'"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest_one(words, near, run_here):
    done = run_here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Did you mean {near}" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"), [(["tools", "--list", "README.md"], 1), (["render", "renewals"], 2), (["nothing"], 2)]
)
def test_a_process_ends_with_the_code_of_its_mistake(words, code):
    done = run(*words)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (code, "", False)


def test_a_bug_ends_with_its_own_code_and_what_to_report(run_here, monkeypatch):
    class Broken(io.TextIOWrapper):
        def write(self, text):
            raise RuntimeError("no paper")

    monkeypatch.setattr(sys, "stdout", Broken(io.BytesIO()))
    done = run_here("show", "renewal_calendar")
    assert done.returncode == 3
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert "\nThis is a bug in promptkit: RuntimeError at promptkit/known_secrets.py:" in done.stderr


def test_a_package_inside_a_zip_file_says_that_it_must_be_unpacked(tmp_path):
    archive = shutil.make_archive(str(tmp_path / "promptkit"), "zip", ROOT, "promptkit")
    started = (
        f"import sys; sys.path.insert(0, {archive!r}); from promptkit.cli import main; sys.argv[1:] = ['list']; main()"
    )
    done = subprocess.run([sys.executable, "-P", "-c", started], capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "[no-library]" in done.stderr


def every_command(command, *words):
    """Each command of the command line with the words that call it."""
    yield words, command
    for name, below in subcommands(command).items():
        yield from every_command(below, *words, name)


COMMANDS = dict(every_command(get_command(cli.app)))


def test_each_host_and_each_deed_is_a_command_of_its_own(library):
    exports = {words[1] for words in COMMANDS if words[:1] == ("export",) and len(words) > 1}
    assert exports == {"page", "plugin", "policy", *load_hosts(library)}
    assert {("tools", "diff"), ("tools", "lock"), ("tools", "suggest"), ("eval", "merge")} <= COMMANDS.keys()


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "promptkit")
def test_the_help_of_a_command_says_what_each_parameter_is(words, run_here):
    done = run_here(*words, "--help")
    assert (done.returncode, done.stdout.startswith(f"Usage: promptkit {' '.join(words)}".rstrip())) == (0, True)
    for parameter in COMMANDS[words].params:
        name = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
        assert parameter.help, name
        assert re.search(rf"^  (-\w, )?{re.escape(name)} ", done.stdout, re.MULTILINE), name
        assert parameter.help in " ".join(done.stdout.split())


def test_the_eval_is_run_by_its_own_name_and_lists_what_else_it_can_do(run_here):
    told = run_here("eval", "--help").stdout
    assert re.match(r"Usage: promptkit eval \[OPTIONS\] \S*NAME\S* \| COMMAND \[ARGS\]\.\.\.\n", told)
    assert "\nCommands:\n  merge  " in told


@pytest.mark.parametrize("words", [[], ["diff"]], ids=str)
def test_tools_alone_compares_as_diff_does(words, run_here, tmp_path):
    (tmp_path / "list.json").write_text('{"tools": []}', "utf-8")
    done = run_here("tools", *words, "--list", str(tmp_path / "list.json"), "--json")
    assert done.returncode == 1
    assert {one["kind"] for one in json.loads(done.stdout)} == {"removed"}


def test_a_name_that_is_no_subcommand_is_a_prompt_to_run_with_options_on_either_side(run_here, tmp_path):
    out = str(tmp_path / "run")
    report = json.loads(run_here("eval", "--out", out, "connection_apps", "--json").stdout)
    assert {result["prompt"].partition("@")[0] for result in report["results"]} == {"connection_apps"}
    merged = run_here("eval", "merge", out, "--json")
    assert (merged.returncode, json.loads(merged.stdout)) == (0, report)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("show conn", ["connection_apps", "connection_contracts", "connection_workflows"]),
        ("eval me", ["merge"]),
        ("eval connection_a", ["connection_apps"]),
        ("eval connection_apps me", []),
        ("eval merge --ma", ["--markdown"]),
        ("tools ", ["diff", "lock", "suggest"]),
        ("tools lock --s", ["--server"]),
        ("export c", ["chatgpt-project", "custom-instructions", "custom-gpt", "claude-project"]),
    ],
)
def test_the_shell_completes_names_and_commands(typed, completed):
    assert completions(typed) == completed


def completions(typed):
    words = f"promptkit {typed}"
    asked = {"_PROMPTKIT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = [sys.executable, "-c", "from promptkit.cli import app; app(prog_name='promptkit')"]
    done = subprocess.run(program, capture_output=True, encoding="utf-8", env=os.environ | asked, check=True)
    return done.stdout.strip().splitlines()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("-a va", ["value="]),
        ('-a "value=Cus', ["value=Customer Success"]),
        ("-a days=30 -a slice=D", ["slice=Department"]),
        ("-a other=C", []),
        ("--profile /nope.yaml -a va", []),
    ],
)
def test_the_shell_completes_arguments_with_the_groups_of_the_profile(typed, completed, tmp_path):
    profile = tmp_path / "dashboard.yaml"
    view = "{label: Department, entity: user, field: department, approved_groups: [Customer Success, Sales]}"
    profile.write_text(f"organizational_views: [{view}]\n", "utf-8")
    assert completions(f"render organizational_drilldown --profile {profile} {typed}") == completed


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout == f"promptkit {version('torii-promptkit')}\n"


def test_list_as_json_names_every_prompt(library, run_here):
    listed = json.loads(run_here("list", "--json").stdout)
    assert sorted(prompt["name"] for prompt in listed) == library.prompt_names()


def test_render_turns_words_into_dates(run_here):
    question = run_here("render", "renewal_calendar", "-a", "days=Q1 2028").stdout.splitlines()[0]
    assert question.startswith("Which contracts renew from 2028-01-01 to 2028-03-31, who owns them")


def test_show_names_the_arguments_and_the_answer(run_here):
    told = run_here("show", "renewal_calendar").stdout
    assert "-a days=next 90 days   Which days to look at. (from 1 to 730 days)" in told
    assert "Answers with Renewal calendar: end_date, days_left, id, contract" in told
    assert "in a larger company, have code read: promptkit answer renewal_calendar" in told


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("renewal_calendar", "bars of amount by month of end_date, per currency"),
        ("connection_contracts", "bars of rows by month of end_date"),
        ("ownership_gaps", "bars of apps, contracts"),
        ("digest", "a table alone. What comes up is read best in the order of its days;"),
    ],
)
def test_show_says_how_a_view_is_drawn(name, drawn, run_here):
    assert f"\nDrawn as {drawn}" in run_here("show", name).stdout


def test_list_says_up_to_which_tenant_each_view_fits(run_here, library):
    lines = run_here("list").stdout.splitlines()
    assert all(
        any(f"(up to {prompt.fits})" in line for line in lines if f" {prompt.name}@" in line)
        for prompt in library.load_prompts()
    )


def test_check_says_that_there_is_no_problem(run_here):
    done = run_here("check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No problems found.\n")


def test_instructions_tell_their_length_apart_from_the_text(library, run_here):
    done = run_here("instructions", "--for", "chatgpt-project")
    assert done.stdout == build_instructions(library)
    assert "of 8000 UTF-16 units" in done.stderr


def test_the_local_torii_is_found_where_the_interpreter_has_only_been_told_a_path(tmp_path):
    venv.create(tmp_path / "bare")
    python = next(path for name in ("bin/python", "Scripts/python.exe") if (path := tmp_path / "bare" / name).exists())
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [python, "-m", "promptkit", "answer", "connection_apps"]
    done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout.startswith("## Widely used apps")) == (0, True), done.stderr


def test_identify_reads_a_paste_from_stdin(library):
    prompt = library.load_prompt("renewal_calendar")
    text = render(prompt)
    assert run("identify", text=text).stdout == f"renewal_calendar@{prompt.version}, unedited\n"
    assert run("identify", text=text.replace("Never", "Always")).returncode == 1


def test_the_help_of_the_audit_lists_every_format(run_here):
    told = run_here("audit", "--help").stdout
    assert [name for name in readers() if f"\n  {name} " not in told] == []


def test_commands_that_read_files_do_not_import_the_sdk():
    script = (
        "import sys, runpy; sys.argv = ['promptkit', *{words!r}];\n"
        "try: runpy.run_module('promptkit', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print([name for name in ('mcp', 'mcp_types', 'httpx2', 'jsonschema') if name in sys.modules], file=sys.stderr)"
    )
    for words in (["list"], ["show", "renewal_calendar"], ["render", "renewal_calendar"], ["--help"]):
        done = subprocess.run(
            [sys.executable, "-c", script.format(words=words)], capture_output=True, encoding="utf-8", timeout=60
        )
        assert done.stderr.splitlines()[-1] == "[]", words


def test_the_choices_are_those_of_their_modules():
    assert set(get_args(options.Variant)) == set(Variant)
    assert set(get_args(options.Toolset)) == set(Toolset)
    assert set(get_args(options.Size)) == set(get_args(Size))
    assert set(get_args(options.Mode)) == set(get_args(Mode))
    assert set(get_args(options.RoleKey)) == set(get_args(RoleKey))
