"""Says where the guard changes what a client sees of a public MCP server: `python -m tests.compatibility [SERVER...]`.

Each client of clients/ asks each server of servers.yaml for its tools and makes the calls that are named there, first
directly, then through the guard, whose server is started anew in between. What is allowed must be equal as JSON; what
is refused must not reach the server. Prints the table in tests/README.md with the differences below it, and ends with
1 if anything differs. It needs npm, pip and their registries; --folder keeps what is installed.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from promptkit.policy.entry import entry_of
from tests.compatibility.installing import install
from tests.compatibility.running import Run

HERE = Path(__file__).parent
CLIENTS = {
    "Python SDK": (sys.executable, "python_sdk.py"),
    "TypeScript SDK": ("node", "typescript_sdk.mjs"),
    "AI SDK": ("node", "ai_sdk.mjs"),
    "raw": (sys.executable, "raw.py"),
}
AT_ONCE = 4
ALONE = "without the guard"
MISSING = "(nothing)"
# Where revision 2026-07-28 says who answered: the guard, or the server.
ANSWERED_BY = "io.modelcontextprotocol/serverInfo"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.compatibility")
    parser.add_argument("servers", nargs="*", metavar="SERVER")
    parser.add_argument("--folder", type=Path, help="where to install, kept for the next time")
    given = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(exist_ok=True)
        plan = YAML(typ="safe").load(HERE / "servers.yaml")
        install(plan, folder)
        servers = placed(plan["servers"], folder)
        if unknown := set(given.servers) - set(servers):
            parser.error(f"{', '.join(unknown)}: not in servers.yaml")
        return asyncio.run(matrix(folder, {name: servers[name] for name in given.servers or servers}))


def placed(value, folder):
    """The plan with the folders in it."""
    if isinstance(value, str):
        places = {"npm": "node_modules/.bin", "mcp1": "mcp1/bin", "mcp2": "mcp2/bin", "data": "data", "folder": "."}
        for name, place in places.items():
            value = value.replace(f"{{{name}}}", str(folder / place))
        return value
    if isinstance(value, dict):
        return {key: placed(item, folder) for key, item in value.items()}
    return [placed(item, folder) for item in value] if isinstance(value, list) else value


async def matrix(folder, servers):
    """Print the table, then the differences; 1 if there are any."""
    at_once = asyncio.Semaphore(AT_ONCE)
    rows = [
        (name, transport) for name, server in servers.items() for transport in ("stdio", "http") if transport in server
    ]
    tasks = [asyncio.create_task(row(folder, name, servers[name], transport, at_once)) for name, transport in rows]
    print(f"| server | transport | {' | '.join(CLIENTS)} |\n| --- |{' --- |' * (len(CLIENTS) + 1)}")
    notes = []
    for (name, transport), task in zip(rows, tasks, strict=True):
        found = await task
        print(f"| {name} | {transport} | {' | '.join(cell(each) for each in found)} |", flush=True)
        for client, each in zip(CLIENTS, found, strict=True):
            notes += [f"{name}, {transport}, {client}: {difference}" for difference in each]
    print("", *notes, sep="\n")
    return int(bool(notes))


def cell(found):
    if found and found[0].startswith(ALONE):
        return "fails alone"
    return "differs" if found else "equal"


async def row(folder, name, server, transport, at_once):
    """What each client found."""
    async with at_once:
        with TemporaryDirectory(dir=folder) as work:
            try:
                options = await review(Path(work), server, transport)
            except (EOFError, TimeoutError) as error:
                return [[f"cannot be reviewed: {error!r}"]] * len(CLIENTS)
            return [await differences(Path(work), server, transport, client, options) for client in CLIENTS]


async def differences(work, server, transport, client, options):
    """What the guard changes for one client, in words."""
    command, script = CLIENTS[client]
    calls = (server["reads"], server["refused"])
    run = Run((command, str(work.parent / script)), work / client)
    try:
        direct = await run.direct(transport, server[transport], calls[0])
    except (EOFError, TimeoutError) as error:
        return [f"{ALONE}: {error!r}"]
    mode = "legacy" if direct.get("revision", "") < "2026" else "auto"
    try:
        rounds = await run.guarded(transport, server[transport], [*calls[0], *calls[1]], mode, options)
    except (EOFError, TimeoutError, OSError) as error:
        return [f"through the guard: {error!r}"]
    found = [words for number, seen in enumerate(rounds, 1) for words in compared(direct, seen, calls, number)]
    return found + list(wrongly_sent(run.record.read_text("utf-8"), calls))


def compared(direct, seen, calls, number):
    """What is unequal in one round, in words."""
    reads, refused = calls
    names = {name for name, _ in reads}
    allowed = [tool for tool in direct["tools"] if tool["name"] in names]
    yield from (f"round {number}: tools/list{words}" for words in unequal(allowed, seen["tools"]))
    for (name, _), *results in zip(reads, direct["results"], seen["results"], strict=False):
        before, after = map(without_hop, results)
        yield from (f"round {number}: {name}{words}" for words in unequal(before, after))
    for (name, _), after in zip(refused, seen["results"][len(reads) :], strict=True):
        if not after.get("isError") or "Nothing was sent" not in json.dumps(after):
            yield f"round {number}: {name} is not refused: {shortened(after)}"


def without_hop(result):
    """A result without what only the two ends of one hop tell each other: the revision's own key, and who answered."""
    meta = {key: value for key, value in result.get("_meta", {}).items() if key != ANSWERED_BY}
    return {**{key: value for key, value in result.items() if key != "resultType"}, "_meta": meta}


def unequal(before, after, place=""):
    """Each place at which two values of JSON differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from unequal(before.get(key, MISSING), after.get(key, MISSING), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from unequal(*pair, f"{place}[{index}]")
    elif json.dumps(before) != json.dumps(after):
        yield f"{place}: {shortened(before)} becomes {shortened(after)}"


def wrongly_sent(sent, calls):
    """What the record of the server's input says against the guard, or against the record itself."""
    reads, refused = calls
    named = sent.replace('": "', '":"')
    yield from (f"{name} was sent" for name, _ in refused if f'"name":"{name}"' in named)
    yield from (f"{name} is not in the record" for name, _ in reads if f'"name":"{name}"' not in named)


def shortened(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else f"{text[:100]} ... {text[-80:]}"


async def review(work, server, transport):
    """Have the server's tools locked for a guard, exactly those that are read as reads; the guard's options."""
    raw = Run((sys.executable, str(work.parent / "raw.py")), work / "listed")
    tools = (await raw.direct(transport, server[transport], []))["tools"]
    names = {name for name, _ in server["reads"]}
    entries = [entry_of(tool, "read" if tool["name"] in names else "action", "the table") for tool in tools]
    reviewed = work / "tools.yaml"
    reviewed.write_text("".join(entries), "utf-8")
    options = ["--tools", str(reviewed), "--lock", str(work / "tools.lock.json")]
    await raw.lock(transport, server[transport], options)
    return options


if __name__ == "__main__":
    sys.exit(main())
