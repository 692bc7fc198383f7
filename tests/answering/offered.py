"""What a server offers, as an `Offer` is made from it."""

from typing import NamedTuple

from promptkit.library.store import Library, default_root
from promptkit.policy.decision import decide
from promptkit.policy.review import tool_policy

LIBRARY = Library(default_root())


class Offered(NamedTuple):
    """A session as far as an offer needs it."""

    tools: list
    server: str = "torii 1.0"

    def decide(self, call):
        return decide(call, tool_policy(LIBRARY, self.tools))


def reviewed(name, **changes):
    return {**tool_policy(LIBRARY, ()).locked[name], **changes}


def taking(**properties):
    return {"name": "list_apps", "inputSchema": {"properties": properties}}
