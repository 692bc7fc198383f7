"""The command line: typer wiring and exit codes, no logic. A command is imported when it is called, for speed."""

from __future__ import annotations

import sys
import traceback
from datetime import datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from promptkit.errors import PromptkitError, UsageError
from promptkit.library import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from promptkit.torii.fault_names import FAULTS

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Arguments = Annotated[list[str], typer.Option("--argument", "-a", metavar="KEY=VALUE", help="Fill in one argument.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
# Spelt out here, since their own modules are slow to import; tests/test_cli.py compares them.
Size = Literal["small", "medium", "large"]
Mode = Literal["npm-2025", "hosted-guess", "hosted-bare"]
Variant = Literal["full", "short"]
RoleKey = Literal["admin", "readOnly", "procurement", "itAdmin", "appOwner"]
ProfilePath = Annotated[Path | None, typer.Option("--profile", help="The tenant's dashboard.yaml.")]
Http = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Serve over streamable HTTP; port 0 is a free one.")
]
Dask = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Spread it over the Dask cluster of this scheduler.")]
Server = Annotated[str, typer.Option(help="`local`, or the URL of a Torii MCP server.")]


def _names(incomplete: str) -> list[str]:
    return [name for name in _library().prompt_names() if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(metavar="NAME", autocompletion=_names)]
Reference = Annotated[str, typer.Argument(metavar="NAME[@VERSION]", autocompletion=_names)]


def _call(module: str, function: str, *values: Any, **options: Any) -> None:  # noqa: ANN401
    command = getattr(import_module(f"promptkit.commands.{module}"), function)
    raise typer.Exit(command(*values, **options))


def _library() -> Library:
    return Library(default_root())


def _profile(path: Path | None) -> Any:  # noqa: ANN401
    if path is None:
        return DEFAULT_PROFILE
    return import_module("promptkit.profile").load_profile(path, _library())


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"promptkit {version('torii-promptkit')}")
        raise typer.Exit


@app.callback()
def promptkit(
    _: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Read-only prompts and instructions for Torii, and the evals that prove they stay read-only."""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the prompts."""
    _call("show", "list_prompts", _library(), as_json=as_json)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what a prompt is for, its arguments and its answer."""
    _call("show", "show_prompt", _library(), name, as_json=as_json)


@app.command()
def render(
    name: Reference,
    argument: Arguments = [],  # noqa: B006
    profile: ProfilePath = None,
) -> None:
    """Print the text to paste."""
    _call("render", "render_prompt", _library(), name, argument, profile=_profile(profile))


@app.command()
def check(paths: Annotated[list[Path], typer.Argument()] = [], as_json: AsJson = False) -> None:  # noqa: B006
    """Find every problem in the library, or in the prompt files given."""
    _call("check", "check", _library(), paths, as_json=as_json)


@app.command()
def instructions(
    variant: Annotated[Variant | None, typer.Option(help="By default the one that fits the host, else full.")] = None,
    host: Annotated[
        str | None, typer.Option("--for", metavar="HOST", help="A name of instructions/hosts.yaml.")
    ] = None,
) -> None:
    """Print the instructions to paste into an assistant; their length goes to stderr."""
    _call("instruct", "print_instructions", _library(), variant=variant, host=host)


@app.command()
def bump(
    name: Name,
    part: Annotated[str, typer.Argument(metavar="major|minor|patch")],
    note: Annotated[str, typer.Option(help="What changed for the user, in one sentence.")],
) -> None:
    """Release what a prompt's file says now as its next version."""
    _call("versions", "bump", _library(), name, part, note)


@app.command()
def diff(old: Reference, new: Reference) -> None:
    """Compare two versions: what they say, and what they render."""
    _call("versions", "show_diff", _library(), old, new)


@app.command()
def identify(file: Annotated[Path | None, typer.Argument(help="The pasted text; stdin by default.")] = None) -> None:
    """Tell which prompt or instructions a pasted text is, and what was edited in it."""
    _call("versions", "identify_text", _library(), file)


@app.command()
def new(name: str) -> None:
    """Write a draft prompt and its case, ready to edit."""
    _call("versions", "new", _library(), name)


@app.command()
def connect(url: str) -> None:
    """Sign in to a Torii server with the browser; the other commands then use it."""
    _call("connect", "connect_server", url)


@app.command()
def disconnect(url: str) -> None:
    """End a sign-in at the server, and forget it here."""
    _call("connect", "disconnect_server", url)


@app.command()
def tools(
    action: Annotated[str, typer.Argument(metavar="diff|lock|suggest")] = "diff",
    server: Server = "local",
    saved: Annotated[
        Path | None, typer.Option("--list", help="A saved tools/list result in place of a server.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a server's tools with the reviewed list, accept them after review, or propose classes for them."""
    _call("tools", "run_tools", _library(), action, server=server, saved=saved, as_json=as_json)


@app.command()
def init(
    server: Server = "local",
    out: Annotated[Path, typer.Option(help="The file to write, or to compare with Torii.")] = Path("dashboard.yaml"),
    wanted: Annotated[str | None, typer.Option(help="What to slice by: a part of a field's name.")] = None,
    field: Annotated[
        list[str], typer.Option(metavar="ENTITY.FIELD[=LABEL]", help="Map this field; repeat for more.")
    ] = [],  # noqa: B006
    alias: Annotated[
        list[str], typer.Option(metavar="LABEL:VALUE=GROUP", help="Read one value as another; repeat for more.")
    ] = [],  # noqa: B006
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")] = None,
    currency: Annotated[str | None, typer.Option(help="Three letters, such as EUR.")] = None,
    threshold: Annotated[
        list[str], typer.Option(metavar="NAME=NUMBER", help="Usual value of an argument; repeat for more.")
    ] = [],  # noqa: B006
    agreed_by: Annotated[str | None, typer.Option(help="Who agrees to read-only use and approves the mapping.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When they did; today by default.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is proposed.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose a mapping of your fields, ask what you decide, and write dashboard.yaml; later, say what has changed."""
    lists = {"fields": field, "aliases": alias, "thresholds": threshold}
    options = {"wanted": wanted, "time_zone": time_zone, "display_currency": currency, "agreed_by": agreed_by}
    flags = {"on": on.date() if on else None, "yes": yes, "replace": replace, "as_json": as_json}
    _call("init", "run_init", _library(), server=server, path=out, **lists, **options, **flags)


@app.command()
def doctor(server: Server = "local", profile: ProfilePath = None, as_json: AsJson = False) -> None:
    """Walk the guide's checklist against a server; each finding says what to do next."""
    _call("doctor", "run_doctor", _library(), server=server, profile=_profile(profile), as_json=as_json)


# The first line keeps click from filling the list into one paragraph.
@app.command(epilog="\b\nFaults:\n" + "\n".join(f"  {name:17} {effect}" for name, effect in FAULTS.items()))
def torii(
    db: Annotated[Path | None, typer.Option(help="The tenant's file, made if missing; in memory by default.")] = None,
    http: Http = None,
    size: Annotated[Size | None, typer.Option(help="How large a new tenant is.")] = None,
    mode: Annotated[Mode, typer.Option(help="Which of the known servers to look like.")] = "hosted-guess",
    fault: Annotated[
        list[str], typer.Option(metavar="NAME", help="Go wrong in this way (see below); repeat for more.")
    ] = [],  # noqa: B006
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The tenant's today.")] = None,
    hostile: Annotated[bool, typer.Option("--hostile", help="Put injected texts into the tenant.")] = False,
    role: Annotated[RoleKey, typer.Option(help="Whose eyes to see with.")] = "admin",
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="Only for those who signed in (OAuth), or bring PROMPTKIT_TOKEN.")
    ] = False,
) -> None:
    """Run the local Torii: a stand-in for Torii's MCP server, on stdio unless --http is given."""
    day = as_of.date() if as_of else None
    options = {"size": size, "mode": mode, "fault": fault, "as_of": day, "hostile": hostile, "role": role}
    options["sign_in"] = sign_in
    _call("torii", "run_torii", db=db, http=http, **options)


class _AuditCommand(TyperCommand):
    """A command whose help ends with the formats it reads."""

    def format_epilog(self, _: Any, formatter: Any) -> None:  # noqa: ANN401
        with formatter.section("Formats"):
            formatter.write_dl(import_module("promptkit.audit.detect").summaries())


@app.command(cls=_AuditCommand)
def audit(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders and zip files.")],
    format_: Annotated[str | None, typer.Option("--format", help="One of those below; found by content.")] = None,
    tools: Annotated[Path | None, typer.Option(help="Another catalogue, in the shape of tools.yaml.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes to use; one per core.")] = None,
    dask: Dask = None,
    as_json: AsJson = False,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write Markdown here.")] = None,
    show_text: Annotated[bool, typer.Option("--show-text", help="Put the messages into JSON and Markdown.")] = False,
    show_people: Annotated[bool, typer.Option("--show-people", help="Leave names and addresses as they are.")] = False,
) -> None:
    """Say what conversations of any host called, and whether any of it was more than reading."""
    files = {"sarif": sarif, "junit": junit, "markdown": markdown}
    shown = {"show_text": show_text, "show_people": show_people}
    options = {"format": format_, "tools": tools, "jobs": jobs, "dask": dask, "as_json_": as_json}
    _call("audit", "run_audit", _library(), paths, **options, **files, **shown)


@app.command()
def answer(
    name: Name,
    argument: Arguments = [],  # noqa: B006
    server: Server = "local",
    profile: ProfilePath = None,
) -> None:
    """Compute a view from read tools, without a model: the reference answer."""
    _call("answer", "print_answer", _library(), name, argument, server=server, profile=_profile(profile))


@app.command()
def export(
    kind: Annotated[str, typer.Argument(metavar="page|skill|chatgpt-project|custom-gpt|claude-project")],
    folder: Path,
    profile: ProfilePath = None,
    run: Annotated[Path | None, typer.Option(help="A run record that the page shows as evidence.")] = None,
) -> None:
    """Write a ready folder; `page` is one offline HTML file."""
    if kind == "page":
        _call("export_page", "export_page", _library(), folder, profile=_profile(profile), run=run)
    _call("export", "export", _library(), kind, folder, profile=_profile(profile))


@app.command()
def serve(http: Http = None, profile: ProfilePath = None) -> None:
    """Offer the prompts and instructions over MCP, on stdio unless --http is given."""
    _call("serve", "serve", _library(), http=http, profile=_profile(profile))


@app.command()
def guard(
    upstream: Annotated[str, typer.Option(metavar="URL|CMD", help="The Torii server, or the command that starts it.")],
    http: Http = None,
    log: Annotated[Path | None, typer.Option(help="The audit log, one JSON object a line.")] = None,
    show_all: Annotated[bool, typer.Option("--show-all", help="List the refused tools too.")] = False,
) -> None:
    """Stand before a Torii server as an MCP proxy that forwards nothing but reviewed reads."""
    _call("guard", "run_guard", _library(), upstream, http=http, log=log, show_all=show_all)


@app.command("eval")
def eval_(
    names: Annotated[list[str], typer.Argument(metavar="[NAME]...", autocompletion=_names)] = [],  # noqa: B006
    server: Server = "local",
    model: Annotated[
        list[str], typer.Option(metavar="NAME", help="`reference`, `rogue` or PROVIDER:MODEL; repeat for more.")
    ] = ["reference"],  # noqa: B006
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="The endpoint of the language models.")] = None,
    repeats: Annotated[int, typer.Option(help="How often to run each sample.")] = 1,
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="Run one part of N; put together with `eval merge`.")
    ] = "1/1",
    dask: Dask = None,
    ablate: Annotated[bool, typer.Option("--ablate", help="Only attacks, without each rule in turn.")] = False,
    plan: Annotated[
        float | None, typer.Option(metavar="RATE", help="Run nothing; print the repeats that a claim needs.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=1000, help="How many samples run at once.")] = 1,
    max_rate: Annotated[float | None, typer.Option(min=0.01, help="Turns of language models in a minute.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="Stop before this many US dollars are spent.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=0, help="Stop before this many tokens are spent.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for the run record; runs/TIME by default.")] = None,
    resume: Annotated[Path | None, typer.Option(metavar="DIR", help="Go on with a run that was cut off.")] = None,
    record: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the models' turns in a cassette.")] = None,
    replay: Annotated[Path | None, typer.Option(metavar="DIR", help="Ask no model; take a cassette's turns.")] = None,
    as_json: AsJson = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write Markdown here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write one HTML page here that needs nothing else.")] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="An earlier run; forgives failed checks of answers that got no worse."),
    ] = None,
) -> None:
    """Replay prompts against Torii's MCP and prove that nothing was written. With no name: all of them.

    A language model, and the rogue model, is given every attack of evals/attacks as well. `eval merge DIR...` puts the
    shards of one run together.
    """
    files = {"junit": junit, "sarif": sarif, "markdown": markdown, "html": html}
    reports = {"as_json": as_json, "baseline": baseline, **files}
    if names[:1] == ["merge"]:
        _call("evaluate", "run_merge", names[1:], **reports)
    setup = {
        "names": names,
        "models": model,
        "server": server,
        "base_url": base_url,
        "repeats": repeats,
        "ablate": ablate,
        "shard": shard,
    }
    if plan is not None:
        _call("evaluate", "run_plan", _library(), setup, plan)
    folders = {"out": out, "resume": resume, "record": record, "replay": replay}
    limits = {"concurrency": concurrency, "max_rate": max_rate, "max_cost_usd": max_cost, "max_tokens": max_tokens}
    _call("evaluate", "run_eval", _library(), setup, limits, **folders, dask=dask, **reports)


def main() -> None:
    """Run the command line. Exit codes: 0 clean, 1 problems, 2 wrong usage, 3 a bug of ours."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        # The same bytes on any machine: Windows would write its code page, and could not write all of what there is.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    try:
        app()
    except PromptkitError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        print("This is a bug of promptkit. Please report it with the lines above.", file=sys.stderr)
        sys.exit(3)
