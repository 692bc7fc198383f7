"""`promptkit tools`: what a server offers, compared with the list that was reviewed."""

import typer

from promptkit.commands import opening, options
from promptkit.commands.groups.runnable import RunnableGroup

app = typer.Typer(cls=RunnableGroup, subcommand_metavar="| COMMAND [ARGS]...")


@app.callback(invoke_without_command=True, help="Compare a server's tools with the reviewed list, or accept them.")
@app.command()
def diff(
    server: options.AnyServer = "local",
    saved: options.SavedTools = None,
    variables: options.Variables = [],  # noqa: B006
    profile: options.AllowingProfile = None,
    tools: options.ToolsFile = None,
    lock: options.LockFile = None,
    as_json: options.AsJson = False,
    own: options.OwnLibrary = None,
) -> None:
    """Print how a server's tools differ from the reviewed list; `promptkit tools` alone does the same."""
    from promptkit.commands.tools import OfferedList, diff_tools

    library = opening.library_with(tools, lock, own)
    offer = OfferedList(server, saved, variables, opening.hosts_of(profile, library, server))
    raise typer.Exit(diff_tools(library, offer, as_json=as_json))


@app.command()
def lock(
    server: options.AnyServer = "local",
    saved: options.SavedTools = None,
    variables: options.Variables = [],  # noqa: B006
    profile: options.AllowingProfile = None,
    tools: options.NewToolsFile = None,
    lock: options.NewLockFile = None,
    own: options.OwnLibrary = None,
) -> None:
    """Accept a server's tools as reviewed, after looking at each change and giving each new tool its class."""
    from promptkit.commands.tools import OfferedList, lock_tools

    library = opening.library_with(tools, lock, own)
    offer = OfferedList(server, saved, variables, opening.hosts_of(profile, library, server))
    raise typer.Exit(lock_tools(library, offer))


@app.command()
def suggest(
    server: options.AnyServer = "local",
    saved: options.SavedTools = None,
    variables: options.Variables = [],  # noqa: B006
    as_json: options.AsJson = False,
) -> None:
    """Propose a class for each of a server's tools, with the reason."""
    from promptkit.commands.tools import OfferedList, suggest_classes

    raise typer.Exit(suggest_classes(OfferedList(server, saved, variables), as_json=as_json))
