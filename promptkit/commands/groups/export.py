"""`promptkit export`: folders ready to use, a sub-command for each kind and each host in instructions/hosts.yaml."""

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from promptkit.commands import opening, options


def _named_library(args: list[str]) -> Path | None:
    """The library that an option names, looked for before there is a command that has this option."""
    for word, following in zip(args, [*args, ""][1:], strict=True):
        name, _, value = word.partition("=")
        if name == "--library" and (value or following):
            return Path(value or following)
    return None


class _HostsGroup(TyperGroup):
    """A group with a further sub-command for each host, named after it. The hosts are read when the group is used."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401
        from promptkit.library.instructions import load_hosts

        hosts = typer.Typer(rich_markup_mode=None)
        for name, host in load_hosts(opening.library(_named_library(args))).items():
            hosts.command(name, help=f"{host.title}: steps to follow, instructions and prompts.")(_host)
        self.commands.update(typer.main.get_group(hosts).commands)
        return super().make_context(info_name, args, parent, **extra)


app = typer.Typer(
    cls=_HostsGroup, no_args_is_help=True, help="Write prompts and instructions, or rules for hosts, into a folder."
)


@app.command()
def page(
    folder: options.PageFolder,
    profile: options.ProfilePath = None,
    run: options.Evidence = None,
    own: options.OwnLibrary = None,
) -> None:
    """Write the page: one HTML file that needs no network."""
    from promptkit.commands.export_page import export_page

    library = opening.library(own)
    raise typer.Exit(export_page(library, folder, profile=opening.profile_at(profile, library), run=run))


@app.command()
def plugin(
    folder: options.NewFolder,
    url: options.TenantUrl = "https://api.toriihq.com/mcp",
    profile: options.ProfilePath = None,
    own: options.OwnLibrary = None,
) -> None:
    """Write a plugin for ChatGPT, Codex and Claude: a skill for each group of views, and the server."""
    from promptkit.commands.export import write_plugin

    library = opening.library(own)
    raise typer.Exit(write_plugin(library, folder, opening.profile_at(profile, library), url))


@app.command()
def policy(
    folder: options.NewFolder,
    url: options.GuardUrl = "http://127.0.0.1:8750/mcp",
    name: options.ServerName = None,
    tools: options.ToolsFile = None,
    lock: options.LockFile = None,
    own: options.OwnLibrary = None,
) -> None:
    """Write the reviewed list as rules of hosts and gateways: reads allowed, all else refused where they can."""
    from promptkit.commands.export import write_policy

    raise typer.Exit(write_policy(opening.library_with(tools, lock, own), folder, name, url))


def _host(
    context: typer.Context,
    folder: options.NewFolder,
    url: options.TenantUrl = "https://api.toriihq.com/mcp",
    profile: options.ProfilePath = None,
    own: options.OwnLibrary = None,
) -> None:
    from promptkit.commands.export import write_project

    library = opening.library(own)
    host = str(context.info_name)
    raise typer.Exit(write_project(library, host, folder, opening.profile_at(profile, library), url))
