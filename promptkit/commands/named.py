"""The words in which a person names a server -> the server, with its secrets known as such from then on."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence

from promptkit.connection.address import secrets_of
from promptkit.connection.client import checked_url
from promptkit.connection.named_server import NamedServer
from promptkit.errors import UsageError
from promptkit.known_secrets import remember_secret
from promptkit.text import sanitized


def named_server(
    server: str, variables: Sequence[str], allowed_hosts: Sequence[str] = (), *, is_own: bool
) -> NamedServer:
    """The server that somebody named.

    Args:
        server: a URL, or a command line.
        variables: names of environment variables that its process gets.
        allowed_hosts: hosts besides Torii's own that the URL may have.
        is_own: whether the URL may be another than Torii's, since nothing of a tenant's is read there.

    Raises:
        UsageError: the server may not be used, or a variable cannot be passed on.
    """
    address = split_server(server)
    if isinstance(address, str):
        if variables:
            message = f"a server at a URL gets no environment, so {sanitized(variables[0])} cannot be passed on"
            raise UsageError.of(
                "passed-variable", message, "leave out --env, or name the command that starts the server"
            )
        return NamedServer(checked_url(address, allowed_hosts, may_be_other=is_own), {}, is_own, allowed_hosts)
    environment = {name: _value(name) for name in variables}
    remember_secret(*secrets_of(address), *environment.values(), is_lasting=True)
    return NamedServer(address, environment, is_own)


def split_server(server: str) -> str | Sequence[str]:
    """The URL as it is, or the words of a command line."""
    if "://" in server.partition(" ")[0]:
        return server
    try:
        words = shlex.split(server)
    except ValueError:
        words = []
    if not words:
        message = "the server is neither a URL nor a command"
        raise UsageError.of("upstream", message, "give a URL, or a command line in quotes")
    return words


def _value(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        # What is no name may be the secret itself, so it is not shown.
        shown = name if name.isidentifier() else "what follows --env"
        message = f"{shown} is not a variable of this environment"
        raise UsageError.of("passed-variable", message, "set it, and name it alone, such as --env API_TOKEN")
    return value
