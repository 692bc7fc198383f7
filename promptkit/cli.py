"""The command line: typer wiring and exit codes, no logic. A command is imported when it is called, for speed."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from promptkit.commands import options
from promptkit.errors import PromptkitError, UsageError
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from promptkit.reports.files import ReportFiles
from promptkit.torii.fault_names import FAULTS

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _call(module: str, function: str, *values: Any, **named: Any) -> None:  # noqa: ANN401
    command = getattr(import_module(f"promptkit.commands.{module}"), function)
    raise typer.Exit(command(*values, **named))


def _library() -> Library:
    return Library(default_root())


def _profile(path: Path | None) -> Any:  # noqa: ANN401
    if path is None:
        return DEFAULT_PROFILE
    return import_module("promptkit.library.profile").load_profile(path, _library())


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
def list_(as_json: options.AsJson = False) -> None:
    """List the prompts."""
    _call("show", "list_prompts", _library(), as_json=as_json)


@app.command()
def show(name: options.Name, as_json: options.AsJson = False) -> None:
    """Show what a prompt is for, its arguments and its answer."""
    _call("show", "show_prompt", _library(), name, as_json=as_json)


@app.command()
def render(
    name: options.Reference,
    argument: options.Arguments = [],  # noqa: B006
    profile: options.ProfilePath = None,
) -> None:
    """Print the text to paste."""
    _call("render", "render_prompt", _library(), name, argument, profile=_profile(profile))


@app.command()
def check(paths: options.Paths = [], as_json: options.AsJson = False) -> None:  # noqa: B006
    """Find every problem in the library, or in the prompt files given."""
    _call("check", "check", _library(), paths, as_json=as_json)


@app.command()
def instructions(variant: options.InstructionsVariant = None, host: options.Host = None) -> None:
    """Print the instructions to paste into an assistant; their length goes to stderr."""
    _call("instruct", "print_instructions", _library(), variant=variant, host=host)


@app.command()
def bump(name: options.Name, part: options.Part, note: options.Note) -> None:
    """Release what a prompt's file says now as its next version."""
    _call("versions", "bump", _library(), name, part, note)


@app.command()
def diff(old: options.Reference, new: options.Reference) -> None:
    """Compare two versions: what they say, and what they render."""
    _call("versions", "show_diff", _library(), old, new)


@app.command()
def identify(file: options.Pasted = None) -> None:
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
    action: options.ToolsAction = "diff",
    server: options.Server = "local",
    saved: options.SavedTools = None,
    as_json: options.AsJson = False,
) -> None:
    """Compare a server's tools with the reviewed list, accept them after review, or propose classes for them."""
    _call("tools", "run_tools", _library(), action, server=server, saved=saved, as_json=as_json)


@app.command()
def init(
    server: options.Server = "local",
    out: options.ProfileOut = Path("dashboard.yaml"),
    wanted: options.Wanted = None,
    field: options.Fields = [],  # noqa: B006
    alias: options.Aliases = [],  # noqa: B006
    time_zone: options.TimeZone = None,
    currency: options.Currency = None,
    threshold: options.Thresholds = [],  # noqa: B006
    agreed_by: options.AgreedBy = None,
    on: options.AgreedOn = None,
    yes: options.Yes = False,
    replace: options.Replace = False,
    as_json: options.AsJson = False,
) -> None:
    """Propose a mapping of your fields, ask what you decide, and write dashboard.yaml; later, say what has changed."""
    lists = {"fields": field, "aliases": alias, "thresholds": threshold}
    words = {"wanted": wanted, "time_zone": time_zone, "display_currency": currency, "agreed_by": agreed_by}
    flags = {"on": on.date() if on else None, "yes": yes, "replace": replace, "as_json": as_json}
    _call("init", "run_init", _library(), server=server, path=out, **lists, **words, **flags)


@app.command()
def doctor(
    server: options.Server = "local", profile: options.ProfilePath = None, as_json: options.AsJson = False
) -> None:
    """Walk the guide's checklist against a server; each finding says what to do next."""
    _call("doctor", "run_doctor", _library(), server=server, profile=_profile(profile), as_json=as_json)


# The first line keeps click from filling the list into one paragraph.
@app.command(epilog="\b\nFaults:\n" + "\n".join(f"  {name:17} {effect}" for name, effect in FAULTS.items()))
def torii(
    db: options.Tenant = None,
    http: options.Http = None,
    size: options.TenantSize = None,
    mode: options.SurfaceMode = "hosted-guess",
    fault: options.Faults = [],  # noqa: B006
    as_of: options.AsOf = None,
    hostile: options.Hostile = False,
    role: options.Role = "admin",
    sign_in: options.SignIn = False,
) -> None:
    """Run the local Torii: a stand-in for Torii's MCP server, on stdio unless --http is given."""
    day = as_of.date() if as_of else None
    tenant = {"db": db, "size": size, "as_of": day, "hostile": hostile}
    _call("torii", "run_torii", http=http, mode=mode, fault=fault, role=role, sign_in=sign_in, **tenant)


class _AuditCommand(TyperCommand):
    """A command whose help ends with the formats it reads."""

    def format_epilog(self, _: Any, formatter: Any) -> None:  # noqa: ANN401
        with formatter.section("Formats"):
            formatter.write_dl(import_module("promptkit.audit.detect").summaries())


@app.command(cls=_AuditCommand)
def audit(
    paths: options.Transcripts,
    format_: options.Format = None,
    tools: options.ToolsFile = None,
    jobs: options.Jobs = None,
    dask: options.Dask = None,
    as_json: options.AsJson = False,
    sarif: options.Sarif = None,
    junit: options.Junit = None,
    markdown: options.Markdown = None,
    show_text: options.ShowText = False,
    show_people: options.ShowPeople = False,
) -> None:
    """Say what conversations of any host called, and whether any of it was more than reading."""
    files = ReportFiles(junit=junit, sarif=sarif, markdown=markdown)
    shown = {"show_text": show_text, "show_people": show_people}
    how = {"format": format_, "tools": tools, "jobs": jobs, "dask": dask, "as_json_": as_json}
    _call("audit", "run_audit", _library(), paths, files=files, **how, **shown)


@app.command()
def answer(
    name: options.Name,
    argument: options.Arguments = [],  # noqa: B006
    server: options.Server = "local",
    profile: options.ProfilePath = None,
) -> None:
    """Compute a view from read tools, without a model: the reference answer."""
    _call("answer", "print_answer", _library(), name, argument, server=server, profile=_profile(profile))


@app.command()
def export(
    kind: options.ExportKind, folder: Path, profile: options.ProfilePath = None, run: options.Evidence = None
) -> None:
    """Write a ready folder; `page` is one offline HTML file."""
    if kind == "page":
        _call("export_page", "export_page", _library(), folder, profile=_profile(profile), run=run)
    _call("export", "export", _library(), kind, folder, profile=_profile(profile))


@app.command()
def serve(http: options.Http = None, profile: options.ProfilePath = None) -> None:
    """Offer the prompts and instructions over MCP, on stdio unless --http is given."""
    _call("serve", "serve", _library(), http=http, profile=_profile(profile))


@app.command()
def guard(
    upstream: options.Upstream,
    http: options.Http = None,
    log: options.AuditLog = None,
    show_all: options.ShowAll = False,
) -> None:
    """Stand before a Torii server as an MCP proxy that forwards nothing but reviewed reads."""
    _call("guard", "run_guard", _library(), upstream, http=http, log=log, show_all=show_all)


@app.command("eval")
def eval_(
    names: options.Names = [],  # noqa: B006
    server: options.Server = "local",
    model: options.Models = ["reference"],  # noqa: B006
    base_url: options.BaseUrl = None,
    repeats: options.Repeats = 1,
    shard: options.Shard = "1/1",
    dask: options.Dask = None,
    ablate: options.Ablate = False,
    plan: options.PlannedRate = None,
    concurrency: options.Concurrency = 1,
    max_rate: options.MaxRate = None,
    max_cost: options.MaxCost = None,
    max_tokens: options.MaxTokens = None,
    out: options.RecordOut = None,
    resume: options.Resume = None,
    record: options.Record = None,
    replay: options.Replay = None,
    as_json: options.AsJson = False,
    junit: options.Junit = None,
    sarif: options.Sarif = None,
    markdown: options.Markdown = None,
    html: options.Html = None,
    baseline: options.Baseline = None,
) -> None:
    """Replay prompts against Torii's MCP and prove that nothing was written. With no name: all of them.

    A language model, and the rogue model, is given every attack of evals/attacks as well. `eval merge DIR...` puts the
    shards of one run together.
    """
    files = ReportFiles(junit=junit, sarif=sarif, markdown=markdown, html=html)
    reports: dict[str, Any] = {"as_json": as_json, "baseline": baseline, "files": files}
    if names[:1] == ["merge"]:
        _call("evaluate", "run_merge", names[1:], **reports)
    setup: dict[str, Any] = {"names": names, "models": model, "server": server, "base_url": base_url}
    setup |= {"repeats": repeats, "ablate": ablate, "shard": shard}
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
