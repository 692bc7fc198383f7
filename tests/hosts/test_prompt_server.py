import signal
import subprocess
import sys
from contextlib import contextmanager

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import PromptReference

from promptkit.hosts.prompt_server import PromptServer
from promptkit.library.instructions import Variant, build_instructions
from promptkit.library.render import render
from promptkit.model import DEFAULT_PROFILE


def ask(library, question):
    """The answer of the prompt server to one question of a real client in memory."""

    async def run():
        async with Client(PromptServer(library, DEFAULT_PROFILE).build()) as client:
            return await question(client)

    return anyio.run(run)


def test_every_prompt_is_listed_with_its_arguments(library):
    listed = ask(library, lambda client: client.list_prompts()).prompts
    assert [prompt.name for prompt in listed] == library.prompt_names()
    days, rows = next(prompt for prompt in listed if prompt.name == "renewal_calendar").arguments
    assert (days.name, days.description, days.required) == ("days", "Which days to look at.", False)
    assert rows.name == "rows"


def test_a_prompt_over_mcp_is_what_render_prints(library):
    got = ask(library, lambda client: client.get_prompt("renewal_calendar", {"days": "30"}))
    (message,) = got.messages
    assert message.role == "user"
    assert message.content.text == render(library.load_prompt("renewal_calendar"), {"days": 30})


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("renewals", {}, "Unknown prompt: renewals"),
        ("renewal_calendar", {"day": "30"}, 'renewal_calendar has no argument "day"; it has: days, rows'),
        ("connection_apps", {"min_users": "soon"}, 'min_users is "soon", but it must be a whole number'),
        ("renewal_calendar", {"days": "9999"}, 'days is "9999", but the most is 730 days'),
    ],
)
def test_a_wrong_request_says_what_is_wrong(library, name, arguments, message):
    with pytest.raises((MCPError, ExceptionGroup)) as caught:
        ask(library, lambda client: client.get_prompt(name, arguments))
    error = caught.value
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    assert (error.code, error.message) == (-32602, message)


def test_the_instructions_are_resources(library):
    async def read(client):
        listed = await client.list_resources()
        return {one.uri: (await client.read_resource(one.uri)).contents[0].text for one in listed.resources}

    texts = ask(library, read)
    assert set(map(str, texts)) == {f"instructions://{variant}" for variant in Variant}
    assert build_instructions(library) in texts.values()


def test_an_argument_without_choices_completes_to_nothing(library):
    reference = PromptReference(name="renewal_calendar")
    found = ask(library, lambda client: client.complete(reference, {"name": "days", "value": "3"}))
    assert found.completion.values == []


SERVE = [sys.executable, "-m", "promptkit", "serve"]


@contextmanager
def served(transport):
    """What a client connects to: a process that it starts itself, or the URL of one that listens."""
    if transport == "stdio":
        yield StdioServerParameters(command=SERVE[0], args=SERVE[1:])
        return
    command = [*SERVE, "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_client_in_another_process_gets_prompts_completions_and_resources(library, transport):
    async def use(address):
        async with Client(address) as client:
            names = [prompt.name for prompt in (await client.list_prompts()).prompts]
            text = (await client.get_prompt("digest", {"period": "daily"})).messages[0].content.text
            reference = PromptReference(name="digest")
            found = await client.complete(reference, {"name": "period", "value": "w"})
            return names, text, found.completion.values, (await client.read_resource("instructions://short")).contents

    with served(transport) as address:
        names, text, completed, (short,) = anyio.run(use, address)
    assert names == library.prompt_names()
    assert text == render(library.load_prompt("digest"), {"period": "daily"})
    assert completed == ["weekly"]
    assert short.text == build_instructions(library, Variant.SHORT)
