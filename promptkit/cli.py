"""The command line: typer wiring and exit codes, no logic. Commands with sub-commands are in commands/groups/.

Each command imports its code when it is called, because importing all of it would slow down every start. Annotations
are not postponed, here and in commands/groups/, because typer would then compile each of them at every start.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from promptkit.commands import opening, options
from promptkit.commands.groups import eval as eval_group
from promptkit.commands.groups import export as export_group
from promptkit.commands.groups import tools as tools_group
from promptkit.errors import PromptkitError, UsageError
from promptkit.known_secrets import RedactedOutput
from promptkit.reports.files import ReportFiles
from promptkit.torii.fault_names import FAULTS

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(tools_group.app, name="tools")
app.add_typer(export_group.app, name="export")
app.add_typer(eval_group.app, name="eval")


def _print_version(asked: bool) -> None:
    if asked:
        from promptkit.bugs import our_version

        typer.echo(f"promptkit {our_version()}")
        raise typer.Exit


@app.callback()
def promptkit(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Read-only prompts and instructions for Torii, and the evals that prove they stay read-only."""


@app.command("list")
def list_(
    as_json: options.AsJson = False,
    own: options.OwnLibrary = None,
) -> None:
    """List the prompts."""
    from promptkit.commands.show import list_prompts

    raise typer.Exit(list_prompts(opening.library(own), as_json=as_json))


@app.command()
def show(
    name: options.Name,
    as_json: options.AsJson = False,
    own: options.OwnLibrary = None,
) -> None:
    """Show what a prompt is for, its arguments and its answer."""
    from promptkit.commands.show import show_prompt

    raise typer.Exit(show_prompt(opening.library(own), name, as_json=as_json))


@app.command()
def render(
    name: options.Reference,
    argument: options.Arguments = [],  # noqa: B006
    profile: options.ProfilePath = None,
    own: options.OwnLibrary = None,
) -> None:
    """Print the text to paste."""
    from promptkit.commands.render import render_prompt

    library = opening.library(own)
    raise typer.Exit(render_prompt(library, name, argument, profile=opening.profile_at(profile, library)))


@app.command()
def check(
    paths: options.Paths = [],  # noqa: B006
    as_json: options.AsJson = False,
    own: options.OwnLibrary = None,
) -> None:
    """Find every problem in the library, or in the prompt files given."""
    from promptkit.commands.check import check as run_check

    raise typer.Exit(run_check(opening.library(own), paths, as_json=as_json))


@app.command()
def instructions(
    variant: options.InstructionsVariant = None,
    host: options.Host = None,
    language: options.InstructionsLanguage = None,
    profile: options.ProfilePath = None,
    own: options.OwnLibrary = None,
) -> None:
    """Print the instructions to paste into an assistant; their length goes to stderr."""
    from promptkit.commands.instruct import print_instructions

    library = opening.library(own)
    tenant = opening.profile_at(profile, library)
    code = print_instructions(library, variant=variant, host=host, language=language, profile=tenant)
    raise typer.Exit(code)


@app.command()
def bump(
    name: options.Name,
    part: options.Part,
    note: options.Note,
    own: options.OwnLibrary = None,
) -> None:
    """Release the current text of a prompt as its next version."""
    from promptkit.commands.versions import bump as run_bump

    raise typer.Exit(run_bump(opening.library(own), name, part, note))


@app.command()
def preview(own: options.OwnLibrary = None) -> None:
    """Serve the page with drafts on this machine, and reload it when a file of the library changes."""
    from promptkit.commands.preview import preview as run_preview

    raise typer.Exit(run_preview(opening.library(own)))


@app.command()
def rename(old: options.Name, new: options.NewName, own: options.OwnLibrary = None) -> None:
    """Give a prompt another name; its old name and old stamps are still found."""
    from promptkit.commands.versions import rename_prompt

    raise typer.Exit(rename_prompt(opening.library(own), old, new))


@app.command()
def diff(
    old: options.OldVersion,
    new: options.NewVersion,
    own: options.OwnLibrary = None,
) -> None:
    """Compare two versions of a prompt: their files, and the texts they render."""
    from promptkit.commands.versions import show_diff

    raise typer.Exit(show_diff(opening.library(own), old, new))


@app.command()
def identify(
    file: options.Pasted = None,
    own: options.OwnLibrary = None,
) -> None:
    """Recognise a pasted prompt or instructions, and show what was edited."""
    from promptkit.commands.versions import identify_text

    raise typer.Exit(identify_text(opening.library(own), file))


@app.command()
def new(
    name: options.Draft = None,
    stored: options.Stored = None,
    language: options.DraftLanguage = None,
    own: options.OwnLibrary = None,
) -> None:
    """Write a draft prompt and its case, ready to edit; without a NAME, begin the library that --library names."""
    from promptkit.commands.versions import new as write_draft
    from promptkit.commands.versions import start

    if name is None:
        raise typer.Exit(start(own, stored, language))
    raise typer.Exit(write_draft(opening.library(own), name, stored, language))


@app.command()
def connect(
    url: options.Url,
    client_id: options.ClientId = None,
    client_metadata: options.ClientMetadata = None,
) -> None:
    """Sign in to a server with the browser; the commands that read it then use that sign-in."""
    from promptkit.commands.connect import connect_server

    raise typer.Exit(connect_server(url, client_id=client_id, client_metadata=client_metadata))


@app.command()
def disconnect(url: options.Url, everybody: options.Everybody = False, state: options.State = None) -> None:
    """End a sign-in at the server, and delete it here; with --everybody, those of a server for many people."""
    from promptkit.commands.connect import disconnect_everybody, disconnect_server

    raise typer.Exit(disconnect_everybody(url, state) if everybody else disconnect_server(url))


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
    allow_host: options.AllowHost = [],  # noqa: B006
    yes: options.Yes = False,
    replace: options.Replace = False,
    as_json: options.AsJson = False,
    own: options.OwnLibrary = None,
) -> None:
    """Propose a mapping of your fields, ask what you decide, and write dashboard.yaml; later, show what has changed."""
    from promptkit.commands.init import run_init
    from promptkit.onboarding.given import Answers

    given = Answers(
        wanted=wanted,
        fields=field,
        aliases=alias,
        time_zone=time_zone,
        display_currency=currency,
        thresholds=threshold,
        agreed_by=agreed_by,
        on=on.date() if on else None,
        allowed_hosts=allow_host,
        yes=yes,
        replace=replace,
    )
    raise typer.Exit(run_init(opening.library(own), given, server=server, path=out, as_json=as_json))


@app.command()
def doctor(
    server: options.Server = "local",
    profile: options.ProfilePath = None,
    hosts: options.Hosts = [],  # noqa: B006
    as_json: options.AsJson = False,
    html: options.Html = None,
    own: options.OwnLibrary = None,
) -> None:
    """Go through the guide's checklist against a server; each finding says what to do next."""
    from promptkit.commands.doctor import run_doctor

    library = opening.library(own)
    tenant = opening.profile_at(profile, library, server)
    code = run_doctor(library, server=server, profile=tenant, as_json=as_json, html=html, hosts=hosts)
    raise typer.Exit(code)


# \b keeps click from joining the list into one paragraph.
@app.command(epilog="\b\nFaults:\n" + "\n".join(f"  {name:17} {effect}" for name, effect in FAULTS.items()))
def torii(
    db: options.Tenant = None,
    http: options.Http = None,
    size: options.TenantSize = None,
    mode: options.SurfaceMode = "hosted-guess",
    fault: options.Faults = [],  # noqa: B006
    as_of: options.AsOf = None,
    hostile: options.Hostile = False,
    role: options.Role = None,
    sign_in: options.SignIn = False,
) -> None:
    """Run the local Torii: a stand-in for Torii's MCP server, on stdio unless --http is given."""
    from promptkit.commands.torii import run_torii

    code = run_torii(
        db=db,
        http=http,
        size=size,
        mode=mode,
        fault=fault,
        as_of=as_of.date() if as_of else None,
        hostile=hostile,
        role=role,
        sign_in=sign_in,
    )
    raise typer.Exit(code)


class _AuditCommand(TyperCommand):
    """A command whose help ends with the formats it reads, what each can show, and what it cannot."""

    def format_epilog(self, _: Any, formatter: Any) -> None:  # noqa: ANN401
        from promptkit.audit.detect import abouts

        with formatter.section("Formats"):
            formatter.write_dl(abouts())


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
    html: options.Html = None,
    show_text: options.ShowText = False,
    show_people: options.ShowPeople = False,
    own: options.OwnLibrary = None,
) -> None:
    """Show what conversations of any host called, and whether any call did more than read."""
    from promptkit.commands.audit import run_audit

    code = run_audit(
        opening.library(own),
        paths,
        format=format_,
        tools=tools,
        jobs=jobs,
        as_json_=as_json,
        files=ReportFiles(junit, sarif, markdown, html),
        show_text=show_text,
        show_people=show_people,
        dask=dask,
    )
    raise typer.Exit(code)


@app.command()
def answer(
    name: options.NameOrFolder,
    argument: options.Arguments = [],  # noqa: B006
    server: options.Server = "local",
    profile: options.ProfilePath = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    as_csv: options.AsCsv = False,
    html: options.Dashboard = None,
    every: options.Every = False,
    own: options.OwnLibrary = None,
) -> None:
    """Compute a view from read tools, without a model, or the dashboards of a pack, or of all views."""
    from promptkit.commands.answer import AnswerOutputs, print_answer
    from promptkit.commands.refresh import TenantSource, answer_pack, is_pack, refresh

    library, outputs = opening.library(own), AnswerOutputs(as_json=as_json, as_csv=as_csv, html=html)
    tenant = opening.profile_at(profile, library, server)
    cache = not no_cache
    source = TenantSource(server, tenant, profile, cache=cache)
    if every:
        raise typer.Exit(refresh(library, name, argument, source, outputs))
    if is_pack(library, name):
        raise typer.Exit(answer_pack(library, name, argument, source, outputs))
    code = print_answer(library, name, argument, server=server, profile=tenant, outputs=outputs, cache=cache)
    raise typer.Exit(code)


@app.command()
def serve(
    server: options.ViewsOf = None,
    http: options.Http = None,
    profile: options.ProfilePath = None,
    no_cache: options.NoCache = False,
    public_url: options.PublicUrl = None,
    state: options.State = None,
    trusted_host: options.TrustedHosts = [],  # noqa: B006  (typer's own default)
    trusted_origin: options.TrustedOrigins = [],  # noqa: B006
    metrics: options.Metrics = None,
    own: options.OwnLibrary = None,
) -> None:
    """Offer the prompts and instructions over MCP, on stdio unless --http is given; with --server, the views too."""
    from promptkit.commands.public import public_address
    from promptkit.commands.serve import serve as run_serve

    library, public = opening.library(own), public_address(public_url, state, trusted_host, trusted_origin, metrics)
    tenant = opening.profile_at(profile, library, server)
    raise typer.Exit(run_serve(library, server=server, http=http, profile=tenant, cache=not no_cache, public=public))


@app.command()
def guard(
    upstream: options.Upstream,
    variables: options.Variables = [],  # noqa: B006  (typer's own default)
    tools: options.ToolsFile = None,
    lock: options.LockFile = None,
    http: options.Http = None,
    log: options.AuditLog = None,
    show_all: options.ShowAll = False,
    public_url: options.PublicUrl = None,
    state: options.State = None,
    trusted_host: options.TrustedHosts = [],  # noqa: B006  (typer's own default)
    trusted_origin: options.TrustedOrigins = [],  # noqa: B006
    metrics: options.Metrics = None,
    own: options.OwnLibrary = None,
) -> None:
    """Stand in front of a server as an MCP proxy that forwards nothing but reviewed reads."""
    from promptkit.commands.guard import run_guard
    from promptkit.commands.public import public_address

    library = opening.library_with(tools, lock, own)
    public = public_address(public_url, state, trusted_host, trusted_origin, metrics)
    raise typer.Exit(run_guard(library, upstream, variables, http=http, log=log, show_all=show_all, public=public))


def main() -> None:
    """Run the command line. Exit codes: 0 clean, 1 problems, 2 wrong usage, 3 a bug in promptkit."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for stream in (sys.stdout, sys.stderr):
        # The same bytes on every machine: Windows would use its code page, which lacks many characters.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    sys.stdout, sys.stderr = RedactedOutput(sys.stdout), RedactedOutput(sys.stderr)
    try:
        app()
    except PromptkitError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from promptkit.bugs import bug_report

        print(bug_report(error), file=sys.stderr)
        sys.exit(3)
