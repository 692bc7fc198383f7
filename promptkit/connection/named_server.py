"""A server as somebody named it: where it is, and what its process is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NamedServer:
    """A server that is not a local Torii of ours.

    Args:
        address: the URL of a server over streamable HTTP, or the command line of one over stdio.
        environment: what its process gets of our environment, besides the few variables that every process gets.
        has_own_review: whether it has a review of its own, and so may be another server than Torii's.
        allowed_hosts: hosts besides Torii's own at which an admin allows its data to be read.
    """

    address: str | Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    has_own_review: bool = False
    allowed_hosts: Sequence[str] = ()
