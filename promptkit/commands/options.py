"""The arguments and options of the command line: the type of each, and its help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from typer.core import TyperGroup

from promptkit.commands.opening import OWN_LIBRARY, library, profile_at
from promptkit.errors import PromptkitError, UsageError

T = TypeVar("T")
# Spelt out here, because their own modules are slow to import; tests/commands/test_cli.py compares them.
Size = Literal["small", "medium", "large"]
Mode = Literal["npm-2025", "hosted-guess", "hosted-bare"]
Variant = Literal["full", "short", "views"]
Toolset = Literal["torii", "views"]
RoleKey = Literal["admin", "readOnly", "procurement", "itAdmin", "appOwner"]


def _there(fix: str = "check the path") -> Callable[[typer.Context, typer.CallbackParam, T], T]:
    """What makes sure that a path, or each of several, is there before the command begins."""

    def checked(context: typer.Context, option: typer.CallbackParam, value: T) -> T:
        paths = value if isinstance(value, list) else [value]
        missing = next((path for path in paths if isinstance(path, Path) and not path.exists()), None)
        if missing is None or context.resilient_parsing:
            return value
        name = option.opts[0] if option.param_type_name == "option" else ""
        raise UsageError.of("no-such-file", f"there is no {missing}", fix, path=name)

    return checked


def _names(context: typer.Context, incomplete: str) -> list[str]:
    try:
        names = library(context.params.get("own")).prompt_names()
    except PromptkitError:  # The command itself says what is wrong with the library.
        return []
    return [name for name in names if name.startswith(incomplete)]


def _names_or_commands(context: typer.Context, incomplete: str) -> list[str]:
    """Names of prompts; for the first word, also the sub-commands."""
    if context.params.get("names") or not isinstance(context.command, TyperGroup):
        return _names(context, incomplete)
    return [name for name in context.command.commands if name.startswith(incomplete)] + _names(context, incomplete)


def _arguments(context: typer.Context, incomplete: str) -> list[str]:
    """What may follow `-a`: the names of the prompt's arguments; after one of them, what can be chosen for it."""
    from promptkit.argument_type import type_of

    name, equals, typed = incomplete.partition("=")
    # An option without its value ends the parsing, and then what stands before it is still to be assigned.
    words = [context.params.get("name"), *context.args]
    try:
        own = library(context.params.get("own"))
        arguments = own.load_prompt(next((word for word in words if word), "")).arguments
        profile = profile_at(context.params.get("profile"), own)
    except PromptkitError:
        return []
    if not equals:
        return [f"{one}=" for one in arguments if one.startswith(name)]
    choices = type_of(arguments[name]).options(arguments[name], profile) if name in arguments else ()
    return [f"{name}={choice}" for choice in choices if choice.startswith(typed)]


_INIT = "check the path, or have promptkit init write it"
_LOCK = "check the path, or have promptkit tools lock write it"

# Used by several commands.
Name = Annotated[str, typer.Argument(metavar="NAME", help="A prompt from `promptkit list`.", autocompletion=_names)]
Reference = Annotated[
    str,
    typer.Argument(metavar="NAME[@VERSION]", help="A prompt, or one version of it.", autocompletion=_names),
]
Arguments = Annotated[
    list[str],
    typer.Option("--argument", "-a", metavar="KEY=VALUE", help="Fill in one argument.", autocompletion=_arguments),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ProfilePath = Annotated[
    Path | None, typer.Option("--profile", callback=_there(_INIT), help="The tenant's dashboard.yaml.")
]
AllowingProfile = Annotated[
    Path | None,
    typer.Option(
        "--profile",
        callback=_there(_INIT),
        help="The tenant's dashboard.yaml, for the hosts that it allows and nothing else.",
    ),
]
OwnLibrary = Annotated[
    Path | None,
    typer.Option("--library", metavar="DIR", envvar=OWN_LIBRARY, help="Your own library, over ours."),
]
Http = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Serve over streamable HTTP; port 0 picks a free one.")
]
Dask = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Use the Dask cluster with this scheduler.")]
Server = Annotated[str, typer.Option(help="`local`, or the URL of a Torii MCP server.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Make every read anew, and keep none for ten minutes.")]
ViewsOf = Annotated[
    str | None,
    typer.Option("--server", help="Answer views too, from `local` or the URL of a Torii MCP server."),
]
Sarif = Annotated[Path | None, typer.Option(help="Write SARIF here.")]
Junit = Annotated[Path | None, typer.Option(help="Write JUnit XML here.")]
Markdown = Annotated[Path | None, typer.Option(help="Write Markdown here.")]
Html = Annotated[Path | None, typer.Option(help="Write a self-contained HTML page here.")]

# Used by one or two of the other commands.
Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH", help="Prompt files, or folders that hold prompts/; our own library by default."),
]
InstructionsVariant = Annotated[Variant | None, typer.Option(help="By default the one for the host, or full.")]
InstructionsLanguage = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="CODE", help="A folder of instructions/, such as de; else the profile's, or en."
    ),
]
DraftLanguage = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="The language to write it in, such as de; else en.")
]
Host = Annotated[str | None, typer.Option("--for", metavar="HOST", help="A host from instructions/hosts.yaml.")]
Hosts = Annotated[
    list[str],
    typer.Option(
        "--for", metavar="ASSISTANT", help="An assistant that is to use it, such as chatgpt; repeat for more."
    ),
]
Part = Annotated[str, typer.Argument(metavar="PART", help="How much has changed: major, minor or patch.")]
Note = Annotated[str, typer.Option(help="What changed for the user, in one sentence.")]
OldVersion = Annotated[
    str, typer.Argument(metavar="OLD[@VERSION]", help="The version to compare.", autocompletion=_names)
]
NewVersion = Annotated[
    str, typer.Argument(metavar="NEW[@VERSION]", help="The version to compare it with.", autocompletion=_names)
]
Pasted = Annotated[
    Path | None, typer.Argument(metavar="FILE", callback=_there(), help="The pasted text; stdin by default.")
]
NewName = Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]
Draft = Annotated[str | None, typer.Argument(metavar="NAME", help="The prompt's name, such as unused_apps.")]
Stored = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", callback=_there(), help="The text of a prompt stored elsewhere, to begin with."
    ),
]
Url = Annotated[
    str, typer.Argument(metavar="URL", help="The server's MCP address, such as https://api.toriihq.com/mcp.")
]
ClientId = Annotated[
    str | None,
    typer.Option("--client-id", metavar="ID", help="Your own public client, where the server registers no program."),
]
ClientMetadata = Annotated[
    str | None,
    typer.Option("--client-metadata", metavar="URL", help="Your client metadata document, in place of an id."),
]
AnyServer = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="URL|CMD",
        help="`local`, a URL, or the command that starts a server.",
    ),
]
SavedTools = Annotated[
    Path | None, typer.Option("--list", callback=_there(), help="A saved tools/list result instead of a server.")
]

Everybody = Annotated[
    bool, typer.Option("--everybody", help="End the sign-ins of all who came through guard or serve at a public URL.")
]

# Used by `answer`.
NameOrFolder = Annotated[
    str,
    typer.Argument(
        metavar="NAME|DIR",
        help="A prompt from `promptkit list`, or a pack of them; with --all, the folder to refresh.",
        autocompletion=_names,
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet instead of text.")]
Dashboard = Annotated[
    Path | None,
    typer.Option(help="Write the dashboard here, one self-contained HTML file; of a pack, a folder of them."),
]
Every = Annotated[bool, typer.Option("--all", help="Write the dashboard of every view, and an index of them.")]

# Used by `init`.
ProfileOut = Annotated[Path, typer.Option(help="The file to write, or to compare with Torii.")]
Wanted = Annotated[str | None, typer.Option(help="What to slice by: part of a field's name.")]
Fields = Annotated[list[str], typer.Option(metavar="ENTITY.FIELD[=LABEL]", help="Map this field; repeat for more.")]
Aliases = Annotated[
    list[str], typer.Option(metavar="LABEL:VALUE=GROUP", help="Read one value as another; repeat for more.")
]
TimeZone = Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")]
Currency = Annotated[str | None, typer.Option(help="Three letters, such as EUR.")]
Thresholds = Annotated[
    list[str], typer.Option(metavar="NAME=NUMBER", help="Your default for an argument; repeat for more.")
]
AgreedBy = Annotated[str | None, typer.Option(help="Who agrees to read-only use and approves the mapping.")]
AgreedOn = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When they did; today by default.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing: take the usual answers, and merge no values.")]
AllowHost = Annotated[
    list[str],
    typer.Option(
        "--allow-host", metavar="HOST", help="Allow a host besides Torii's own, such as your company's guard; repeat."
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")]

# Used by `torii`.
Tenant = Annotated[Path | None, typer.Option(help="The tenant's file, created if missing; in memory by default.")]
TenantSize = Annotated[Size | None, typer.Option(help="How large a new tenant is.")]
SurfaceMode = Annotated[Mode, typer.Option(help="Which of the known servers to look like.")]
Faults = Annotated[list[str], typer.Option(metavar="NAME", help="Fail in this way (see below); repeat for more.")]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The tenant's today.")]
Hostile = Annotated[bool, typer.Option("--hostile", help="Put injected texts into the tenant.")]
Role = Annotated[
    RoleKey | None,
    typer.Option(help="The role whose view to give: admin by default; with --sign-in, the one chosen at first."),
]
SignIn = Annotated[
    bool, typer.Option("--sign-in", help="Only for clients that sign in (OAuth) or send PROMPTKIT_TOKEN.")
]

# Used by `audit`, and `--tools` by `tools`, `guard` and `export` too.
Transcripts = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, folders and zip files.")]
Format = Annotated[str | None, typer.Option("--format", help="One of the formats below; recognised by default.")]
ToolsFile = Annotated[
    Path | None, typer.Option(callback=_there(_LOCK), help="Other reviewed tools, written like tools.yaml.")
]
NewToolsFile = Annotated[Path | None, typer.Option("--tools", help="Other reviewed tools, written like tools.yaml.")]
Jobs = Annotated[int | None, typer.Option(help="Processes to use; one per core by default.")]
ShowText = Annotated[bool, typer.Option("--show-text", help="Put the messages into JSON and Markdown.")]
ShowPeople = Annotated[bool, typer.Option("--show-people", help="Do not hide names and e-mail addresses.")]

# Used by `tools` and `guard`, and `--lock` by `export` too.
LockFile = Annotated[
    Path | None, typer.Option("--lock", callback=_there(_LOCK), help="The lock that goes with --tools.")
]
NewLockFile = Annotated[Path | None, typer.Option("--lock", help="The lock that goes with --tools.")]
Variables = Annotated[
    list[str], typer.Option("--env", metavar="NAME", help="Pass this variable on to the command; repeat for more.")
]

# Used by `export` and `guard`.
PageFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write index.html into.")]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write, new or empty.")]
GuardUrl = Annotated[str, typer.Option("--url", metavar="URL", help="The address at which hosts reach the guard.")]
TenantUrl = Annotated[
    str, typer.Option("--url", metavar="URL", help="Where hosts reach Torii's server, or your guard before it.")
]
ServerName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="The server's name in the hosts; torii for Torii's tools.")
]
Evidence = Annotated[Path | None, typer.Option(callback=_there(), help="A run record to show as evidence.")]
Upstream = Annotated[str, typer.Option(metavar="URL|CMD", help="The server, or the command that starts it.")]
AuditLog = Annotated[Path | None, typer.Option(help="The audit log, one JSON object per line.")]
ShowAll = Annotated[bool, typer.Option("--show-all", help="List refused tools too.")]

# Used by `guard` and `serve`.
PublicUrl = Annotated[
    str | None,
    typer.Option("--public-url", metavar="URL", help="Where others reach it; each person then signs in at Torii."),
]
State = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where sign-ins are kept: sqlite:///PATH or postgresql://USER@HOST/NAME."),
]
TrustedHosts = Annotated[
    list[str], typer.Option("--trusted-host", metavar="NAME", help="Another name it is called by; repeat for more.")
]
TrustedOrigins = Annotated[
    list[str],
    typer.Option("--trusted-origin", metavar="URL", help="The origin of a page that may call it; repeat for more."),
]
Metrics = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Where a scraper finds figures; keep it from others.")
]

# Used by `eval`.
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME", help="Prompts, or families of attacks; all by default.", autocompletion=_names_or_commands
    ),
]
ShardFolders = Annotated[
    list[Path], typer.Argument(metavar="DIR", callback=_there(), help="The folder of each shard's run record.")
]
Records = Annotated[
    list[Path], typer.Argument(metavar="RECORD", callback=_there(), help="Folders of runs, or their run.jsonl.")
]
ExpectedAnswers = Annotated[
    Path | None,
    typer.Option(
        "--expected", metavar="FILE", callback=_there(), help="Right answers, JSON Lines of `id` and `answer`."
    ),
]
Models = Annotated[
    list[str], typer.Option(metavar="NAME", help="`reference`, `rogue` or PROVIDER:MODEL; repeat for more.")
]
BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="The endpoint of the language models.")]
OfferedTools = Annotated[
    Toolset, typer.Option("--tools", help="What models are offered: Torii's own tools, or our view tools.")
]
Repeats = Annotated[int, typer.Option(help="How often to run each sample.")]
Shard = Annotated[str, typer.Option(metavar="I/N", help="Run shard I of N; combine them with `eval merge`.")]
Ablate = Annotated[bool, typer.Option("--ablate", help="Only attacks, with all rules and without each.")]
Control = Annotated[bool, typer.Option("--control", help="Only attacks, with the instructions and without any.")]
PlannedRate = Annotated[
    float | None, typer.Option(metavar="RATE", help="Run nothing; print the repeats a claim needs.")
]
Mutate = Annotated[bool, typer.Option("--mutate", help="Run no model; find conditions that a case does not test.")]
Concurrency = Annotated[int, typer.Option(min=1, max=1000, help="How many samples run at once.")]
MaxRate = Annotated[float | None, typer.Option(min=0.01, help="Turns of language models per minute.")]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Stop before this many US dollars are spent.")]
MaxTokens = Annotated[int | None, typer.Option(min=0, help="Stop before this many tokens are spent.")]
RecordOut = Annotated[Path | None, typer.Option(help="The folder for the run record; runs/TIME by default.")]
Resume = Annotated[Path | None, typer.Option(metavar="DIR", callback=_there(), help="Continue a run that was cut off.")]
Cassette = Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the models' turns in a cassette.")]
Replay = Annotated[
    Path | None, typer.Option(metavar="DIR", callback=_there(), help="Use a cassette's turns instead of a model.")
]
Baseline = Annotated[
    Path | None,
    typer.Option(metavar="DIR", callback=_there(), help="An earlier run; failed checks pass if they got no worse."),
]
