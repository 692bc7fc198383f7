"""The command `serve`: where it listens, and which server it may read."""

import pytest

from promptkit.commands.serve import serve
from promptkit.errors import UsageError
from promptkit.model import DEFAULT_PROFILE


@pytest.mark.parametrize("address", ["0.0.0.0:8000", ":8000", "192.168.1.5:0", "example.org:0", "[::]:0"])
def test_views_are_not_offered_to_other_machines(library, address):
    with pytest.raises(UsageError, match="open-address"):
        serve(library, server="local", http=address, profile=DEFAULT_PROFILE, cache=True)


@pytest.mark.parametrize("server", ["https://example.org/mcp", "http://127.0.0.1:1/mcp?token=x", "locale"])
def test_only_torii_or_a_server_on_this_machine_is_read(library, server):
    with pytest.raises(UsageError, match="server-url"):
        serve(library, server=server, http=None, profile=DEFAULT_PROFILE, cache=True)
