"""The configurations of instructions/VIEWS.md as they stand there, with the local Torii in place of Torii's server."""

import json
import re
import sys
import tomllib
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from promptkit.answering.view_tools import ANSWER_VIEW, VIEW_TOOLS
from promptkit.connection.client import TORII_URL
from tests.sources import ROOT

TEXT = (ROOT / "instructions/VIEWS.md").read_text("utf-8")
READERS = {"json": json.loads, "toml": tomllib.loads}
BLOCKS = re.findall(r"```(json|toml)\n(.*?)```", TEXT, re.DOTALL)
CONFIGURATIONS = [READERS[kind](text) for kind, text in BLOCKS]
SHAPES = [next(iter(configuration)) for configuration in CONFIGURATIONS]


def test_each_shape_of_configuration_stands_there_once():
    assert SHAPES == ["mcpServers", "servers", "mcp_servers"]


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=SHAPES)
def test_a_pasted_configuration_starts_a_server_that_answers_a_view(tmp_path, configuration):
    (servers,) = configuration.values()
    entry = servers["torii-views"]
    command = str(Path(sys.executable).with_name(entry["command"]))
    args = ["local" if word == TORII_URL else word for word in entry["args"]]
    assert args != entry["args"]

    async def ask():
        start = StdioServerParameters(command=command, args=args, env={"XDG_CONFIG_HOME": str(tmp_path)})
        async with Client(start) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            answered = await client.call_tool(ANSWER_VIEW, {"name": "connection_apps"})
            return names, answered.structured_content["status"]

    assert anyio.run(ask) == (list(VIEW_TOOLS), "complete")
