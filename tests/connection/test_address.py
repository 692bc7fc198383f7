"""How a server is named where people read it, and what of its command line is a secret."""

import shlex

import pytest

from promptkit.connection.address import address_of, is_plain, secrets_of


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("https://api.toriihq.com/mcp", "https://api.toriihq.com/mcp"),
        ("http://127.0.0.1:9/mcp?key=CANARY", "http://127.0.0.1:9/mcp"),
        ("http://:CANARY@127.0.0.1:9/mcp", "http://127.0.0.1:9/mcp"),
        ("http://CANARY:CANARY@[::1]:9/mcp#CANARY", "http://[::1]:9/mcp"),
        ("http://localhost/mcp;key=CANARY", "http://localhost/mcp"),
        ("http://localhost:CANARY/mcp", "the address given"),
        ("http://[CANARY", "the address given"),
        ("npx server https://u:CANARY@h/x?k=CANARY", "the address given"),
        ("CANARY", "the address given"),
        ("", "the address given"),
        (["/opt/CANARY/server", "--key", "CANARY"], "server"),
        (["KEY=CANARY", "npx"], "KEY"),
        ([""], ""),
    ],
)
def test_a_server_is_named_by_where_it_is_and_by_nothing_else(server, told):
    assert address_of(server) == told
    assert not isinstance(server, str) or is_plain(server) == (server == told)


@pytest.mark.parametrize(
    ("command", "secrets"),
    [
        ("sh -c 'exit 3' --api-key=CANARY-SECRET", {"CANARY-SECRET"}),
        ("npx server --token correct-horse", {"correct-horse"}),
        ("npx server --password 'pa:ss/w0 rd=x!'", {"pa:ss/w0 rd=x!"}),
        ("API_KEY=correct-horse npx server", {"correct-horse"}),
        ("npx server s3cr3t4you99", {"s3cr3t4you99"}),
        ("npx remote https://me:correcthorse@h/mcp?x=qwertyuiop", {"correcthorse", "qwertyuiop"}),
        ("npx remote https://h/s/3f2b8c1e9a7d4e/mcp", {"3f2b8c1e9a7d4e"}),
        ("npx remote --header 'Authorization: Bearer abcdefghijkl'", {"abcdefghijkl"}),
        ("docker run -e TORII_API_KEY=s3cr3t-value image", {"s3cr3t-value"}),
        ("npx -y @torii/mcp-server@1.2.3 --readonly --port 8080 --since 2025-11-25", set()),
        ("/usr/local/bin/python3.11 -m torii_mcp.server --log-level WARNING", set()),
    ],
)
def test_what_sounds_or_looks_like_a_secret_is_one_and_a_name_is_none(command, secrets):
    assert {one for one in secrets_of(shlex.split(command)) if len(one) >= 8} == secrets
