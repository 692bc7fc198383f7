"""A server as somebody named it: where it is, and what its process is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GUARD = "promptkit-guard"
"""What our guard calls itself, whichever server is behind it."""

NOT_REACHED = "The server cannot be reached: "
"""How a guard's answer begins where it does not reach the server behind it."""


@dataclass(frozen=True)
class NamedServer:
    """Where a server is, what its process is given, and which addresses it may have.

    Args:
        address: the URL of a server over streamable HTTP, or the command line of one over stdio.
        environment: what its process gets of our environment, besides the few variables that every process gets.
        may_be_other: whether it may be another server than Torii's, since somebody named it on purpose.
        allowed_hosts: hosts besides Torii's own at which an admin allows its data to be read.
    """

    address: str | Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_be_other: bool = False
    allowed_hosts: Sequence[str] = ()
