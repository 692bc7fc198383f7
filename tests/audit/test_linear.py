"""Whatever sees text from a file takes time in proportion to it, so that no file of a few kilobytes stops an audit.

Nothing is compared with a clock: sixteen times the text may take about sixteen times as long, and no more than 32.
"""

import ast
import gc
import pkgutil
import re
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

import promptkit.audit
from promptkit.audit.audit import Auditor, Result
from promptkit.audit.redact import redact
from promptkit.audit.sources import find_sources, missing_parts
from promptkit.audit.spelling import expand_carrier, resolve
from promptkit.audit.stamps import find_stamps
from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from promptkit.transcript import Text
from tests.audit.formats_with_places import FORMATS
from tests.audit.transcripts import lines, write, zipped

MODULES = [
    import_module(module.name)
    for module in pkgutil.walk_packages(promptkit.audit.__path__, "promptkit.audit.")
    if not module.ispkg
]
PATTERNS = {
    f"{module.__name__}.{name}": (module, name, value)
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
UNITS = [
    *("\n", "\r\n", " ", "\t", "[", "]", "{", "}", "(", ")", "<", '"', "'", "\\", "/", "-", "--", "_", "__"),
    *(".", ":", "@"),
    *("a", "A", "aA", "1", "é", "\0", "-eyJ", "a ", "Ab ", "a@", "a.", "a.b@c.", "[a@1.1.1 ", "mcp__", "mcp__a__"),
    *("/a/link_", "torii_", "!_journal/", "a__jit_plugin.", "line 1", "\\u007", "\\u0020", "conversations-", ".png"),
    *("agent-", "._", "sk-", "token=", "bearer ", "a@b", "(byte 1", "trailing characters "),
]  # fmt: skip
ENDS = ["", "x", "\n", '"', " <"]
# Below it, what the machine does beside the work tells more than the work.
RESOLUTION_SECONDS = 0.00002
ENOUGH_SECONDS = 0.003
# What takes less for so many characters takes no squares of them.
MANY, NOTHING_SECONDS = 16_000, 0.008
GROWN = 16
LIMIT = 2 * GROWN
TRIES = 4


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Of this process, the least of several times."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return max(min(taken), RESOLUTION_SECONDS)


def is_linear(work_of: Callable[[int], Callable[[], object]], *, first: int, last: int, enough: float) -> bool:
    """Whether sixteen times as much takes about sixteen times as long, once there is enough of it to tell."""
    size = first
    small = work_of(size)
    while seconds(small) < enough and size < last:
        size *= 2
        small = work_of(size)
    large = work_of(GROWN * size)
    return any(seconds(large, times) < LIMIT * seconds(small, times) for times in range(1, TRIES))


def test_work_that_grows_with_the_square_is_found():
    def work(size: int) -> Callable[[], object]:
        return lambda: [list(range(number)) for number in range(size)]

    assert not is_linear(work, first=10, last=100, enough=ENOUGH_SECONDS)


@pytest.fixture(autouse=True)
def no_collection():
    """Collecting what others left behind is no work of ours."""
    gc.disable()
    yield
    gc.enable()


def used(module, name: str) -> set[str]:
    """The methods of a pattern that its module calls or hands on."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    return {node.attr for node in nodes if node.value.id == name and node.attr != "pattern"}


def test_every_pattern_has_a_name_so_that_it_is_tried_here():
    inline = {
        f"{module.__name__}: re.{node.func.attr}"
        for module in MODULES
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr != "compile"
    }
    # The one text that this splits is our own.
    assert inline <= {"promptkit.audit.detect: re.split", "promptkit.audit.redact: re.escape"}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_linear(name):
    module, attribute, pattern = PATTERNS[name]
    methods = used(module, attribute)
    assert methods
    for method in methods:
        for unit in UNITS:
            for end in ENDS:
                work = partial(matching, pattern, method, unit, end)
                assert seconds(work(MANY // len(unit))) < NOTHING_SECONDS or is_linear(
                    work, first=500, last=4000, enough=ENOUGH_SECONDS / 5
                ), (method, unit, end)


def matching(pattern: re.Pattern, method: str, unit: str, end: str, size: int) -> Callable[[], object]:
    text = '"' * pattern.pattern.startswith('"' if isinstance(pattern.pattern, str) else b'"') + unit * size + end
    text = text.encode() if isinstance(pattern.pattern, bytes) else text
    call = getattr(pattern, method)
    if method == "sub":
        return lambda: call(text[:0], text)
    return lambda: sum(1 for _ in call(text)) if method == "finditer" else call(text)


IDS = re.compile(r"id|uuid|.*(_id|Id|ID|Uuid|_uuid)")


def numbered(value: object, number: int) -> object:
    """The value with other ids and keys of nodes, the same wherever they stand."""
    if isinstance(value, dict):
        return {
            key: f"{inner}-{number}" if isinstance(inner, str) and IDS.fullmatch(key) else numbered(inner, number)
            for key, inner in value.items()
        }
    return [numbered(inner, number) for inner in value] if isinstance(value, list) else value


def lengthened(value: object, size: int) -> object:
    """The value with every innermost list of objects so many times as long."""
    if isinstance(value, dict):
        return {key: lengthened(inner, size) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if any(holds_list(inner) for inner in value):
        return [lengthened(inner, size) for inner in value]
    return [numbered(inner, number) for number in range(size) for inner in value]


def holds_list(value: object) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any((isinstance(one, list) and one and isinstance(one[0], dict)) or holds_list(one) for one in inner)


def stretched(value: object, size: int) -> object:
    """The value with every text that is no name of a kind so many times as long."""
    if isinstance(value, dict):
        return {
            key: inner * size if isinstance(inner, str) and key not in KINDS else stretched(inner, size)
            for key, inner in value.items()
        }
    return [stretched(inner, size) for inner in value] if isinstance(value, list) else value


KINDS = {"type", "kind", "role", "part_kind", "event", "object", "jsonrpc", "method", "sender", "event_type", "key"}


def widened(value: object, size: int) -> object:
    """The value with so many more members in every object."""
    if isinstance(value, dict):
        return {key: widened(inner, size) for key, inner in value.items()} | {f"x{n}": "" for n in range(size)}
    return [widened(inner, size) for inner in value] if isinstance(value, list) else value


GROWTH = {
    "the same records again": lambda records, size: records * size,
    "records with other ids": lambda records, size: [numbered(one, n) for n in range(size) for one in records],
    "longer lists": lambda records, size: [lengthened(one, size) for one in records],
    "longer texts": lambda records, size: [stretched(one, size) for one in records],
    "more members": lambda records, size: [widened(one, size) for one in records],
    "calls at the end": lambda records, size: [*records[:-1] * size, *records],
}


def records_of(name: str) -> list[object]:
    """Records of a format with calls in all of their places; those of an array in one array."""
    module = FORMATS[name]
    files = [*([module.CLEAN] if module.CLEAN else []), *module.PLACES.values()][:12]
    records = [record for file in files for record in file]
    return [[one for record in records for one in record]] if isinstance(records[0], list) else records


@pytest.mark.parametrize("growth", GROWTH)
@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_is_linear(name, growth, tmp_path, policy):
    auditor = Auditor(policy, format=name, keep_texts=growth == "longer texts")

    def work(size: int) -> Callable[[], object]:
        records = records_of(name)
        grown = GROWTH[growth](records[0] if isinstance(records[0], list) else records, size)
        path = write(tmp_path / f"{size}.jsonl", lines(*([grown] if isinstance(records[0], list) else grown)))
        return lambda: audited(auditor, path)

    assert is_linear(work, first=2, last=2000, enough=ENOUGH_SECONDS)


def audited(auditor: Auditor, path: Path) -> list[Result]:
    results = auditor.audit_file(find_sources([path])[0])
    assert results
    return [redact(result) for result in results] if auditor.keep_texts else results


def span(number: int) -> dict[str, object]:
    named = [{"key": "gen_ai.tool.name", "value": {"stringValue": "list_apps"}}]
    parent = str(number - 1) if number else ""
    return {"traceId": "1", "spanId": str(number), "parentSpanId": parent, "attributes": named}


def chat_chunk(**delta: object) -> dict[str, object]:
    choices = [{"index": 0, "delta": delta}]
    return {"id": "x", "object": "chat.completion.chunk", "choices": choices}


def node(number: int, size: int) -> dict[str, object]:
    message = {"author": {"role": "tool", "name": "x.y"}, "recipient": "x.y", "content": {"parts": [""]}}
    children = [f"n{number + 1}"] if number + 1 < size else []
    return {"parent": f"n{number - 1}" if number else None, "children": children, "message": message}


def chat_tree(size: int, order: int = 1) -> list[object]:
    nodes = {f"n{number}": node(number, size) for number in range(size)}
    return [[{"conversation_id": "c", "current_node": "n0", "mapping": dict([*nodes.items()][::order])}]]


def wire(number: int, id_: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": {"name": f"t{number}"}}


def asks(number: int) -> dict[str, object]:
    call = {"id": f"c{number}", "function": {"name": "list_apps", "arguments": "{}"}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


DELTA = {"type": "content_block_delta", "index": 0, "delta": {"partial_json": "[1,"}}
ATTACHED = {"role": "assistant", "tool_calls": [{"id": "c", "function": "x", "arguments": {"q": "attachment://a"}}]}
# Numbers that all fall into one slot of a dict of Python.
SLOT = 2**61 - 1
FILES = {
    "a chain of messages": lambda size: chat_tree(size),
    "a chain of messages, the last first": lambda size: chat_tree(size, -1),
    "a node with many missing children": lambda size: [
        [{"conversation_id": "c", "mapping": {"n" * size: {"children": [f"x{n}" for n in range(size)]}}}]
    ],
    "spans inside each other": lambda size: [
        {"resourceSpans": [{"scopeSpans": [{"spans": [span(number) for number in range(size)]}]}]}
    ],
    "a call in many pieces": lambda size: [
        chat_chunk(tool_calls=[{"index": 0, "function": {"name": "x", "arguments": "[1,"}}]) for _ in range(size)
    ],
    "a block in many pieces": lambda size: [{"type": "message_start", "message": {}}, *[DELTA] * size],
    "calls that wait for each other": lambda size: [asks(number) for number in range(size)],
    "many calls under one id": lambda size: [wire(number, 1) for number in range(size)],
    "many ids of one slot": lambda size: [wire(number, number * SLOT) for number in range(size)],
    "many ids of messages": lambda size: [wire(number, str(number)) for number in range(size)],
    "many messages under one long key": lambda size: [{"a": wire(0, 0), "k" * size: [wire(1, 1)] * size}],
    "a message in each of many lists": lambda size: [[{"a": [wire(0, 0)]}, [[{}] * size, wire(1, 1)]] * 2],
    "many calls with one attachment": lambda size: [
        {"epoch": 1, "messages": [ATTACHED] * size, "attachments": {"a": "x" * size}}
    ],
    "many texts with one attachment": lambda size: [
        {
            "epoch": 1,
            "attachments": {"a": "[a@1.1.1 " * size},
            "messages": [{"role": "user", "content": "attachment://a"}] * size,
        }
    ],
    "many calls in a carrier": lambda size: [
        wire(0, 0) | {"params": {"name": "multi_tool_use.parallel", "arguments": carrier(size)}}
    ],
}


def carrier(size: int) -> dict[str, object]:
    return {"tool_uses": [{"recipient_name": "multi_tool_use.parallel", "parameters": {"tool_uses": []}}] * size}


@pytest.mark.parametrize("name", FILES)
def test_a_file_made_to_take_long_takes_none_longer(name, tmp_path, policy):
    def work(size: int) -> Callable[[], object]:
        path = write(tmp_path / f"{size}.jsonl", lines(*FILES[name](size)))
        return lambda: audited(Auditor(policy), path)

    assert is_linear(work, first=100, last=20_000, enough=ENOUGH_SECONDS)


CHAT = b'{"mapping": {}, "conversation_id": "c", "current_node": null}'
ARRAYS = {
    "numbers after a chat": lambda size: CHAT + b",1" * size,
    "empty objects after a chat": lambda size: CHAT + b",{}" * size,
    "objects that end otherwise": lambda size: CHAT + b"," + CHAT + b",{}" * size + b"," + CHAT,
    "texts after a chat": lambda size: CHAT + b',""' * size,
    "spaces after a chat": lambda size: CHAT + b"," + b" \n" * size + CHAT,
    "chats": lambda size: CHAT + b"," + b",".join([CHAT] * size),
    "one long chat": lambda size: CHAT + b',{"mapping": {}, "title": "' + b"x" * size * 20 + b'"}',
    "lists in lists": lambda size: CHAT + b"," + b"[" * size,
    "quotes": lambda size: CHAT + b',"' + b'\\"' * size,
    "a cut-off chat": lambda size: CHAT + b',{"mapping": {' + b'"a": {},' * size,
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_linear(name, tmp_path, policy):
    def work(size: int) -> Callable[[], object]:
        path = write(tmp_path / f"{size}.json", b"[" + ARRAYS[name](size) + b"]")
        return lambda: audited(Auditor(policy), path)

    assert is_linear(work, first=100, last=20_000, enough=ENOUGH_SECONDS)


LAYOUTS = [
    "\n",
    "{",
    "[",
    "{}\n",
    "[]\n",
    '"',
    '{"a":',
    '{"a":[',
    "[[",
    "1",
    "-",
    "1e",
    "\\",
    "\0",
    "{}",
    "{\n",
    '{"a":1,',
    " ",
]


@pytest.mark.parametrize("unit", LAYOUTS)
@pytest.mark.parametrize("start", ["", '{"jsonrpc":"2.0","id":1}\n', "[", "{\n"])
def test_a_file_of_any_layout_is_linear(start, unit, tmp_path, policy):
    def work(size: int) -> Callable[[], object]:
        path = write(tmp_path / f"{size}.txt", (start + unit * size).encode())
        return lambda: audited(Auditor(policy), path)

    assert is_linear(work, first=1000, last=64_000, enough=ENOUGH_SECONDS)


def people(size: int) -> str:
    return " ".join(f"Ada Name{number} <ada.name{number}@x.example>" for number in range(size))


STAMP = stamped("Which contracts end soon?\n", "renewal_calendar", "1.0.0")
TEXTS = {
    "many people": people,
    "one word of a name again and again": lambda size: "ada.lovelace@x.example " + "Ada " * size,
    "a name spaced wide": lambda size: "ada.lovelace@x.example Ada" + " " * size + "Lovelace",
    "many stamps": lambda size: STAMP * size,
    "many lines before a stamp": lambda size: "x\n" * size + STAMP,
    "a stamp that never ends": lambda size: "[renewal_calendar@1.0.0 0000000" * size,
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_made_of_a_text_is_linear(name):
    def work(size: int) -> Callable[[], object]:
        text = Text("user", TEXTS[name](size))
        result = Result("x", None, "", Verdict.CLEAN, "", text.text, texts=[text])
        return lambda: (redact(result), find_stamps([text]))

    assert is_linear(work, first=50, last=5000, enough=ENOUGH_SECONDS)


SPELLINGS = [
    "multi_tool_use.parallel",
    "a__",
    "mcp__",
    "/",
    "/a/link_",
    "functions.",
    "a.",
    "a:",
    "torii_",
    "codex_apps",
    "A",
]


@pytest.mark.parametrize("unit", SPELLINGS)
def test_a_spelling_is_resolved_in_linear_time(unit, policy):
    def work(size: int) -> Callable[[], object]:
        name = unit * size
        return lambda: [resolve(one.name, policy.reviewed) for one in expand_carrier(name, {"path": name})]

    assert is_linear(work, first=1000, last=100_000, enough=ENOUGH_SECONDS / 5)


NAMES = ["a.png/", "!_journal/", "conversations-", "agent-", "._", "x.", "a/", "conversations-001.json/"]


@pytest.mark.parametrize("unit", NAMES)
def test_the_names_in_a_zip_file_are_read_in_linear_time(unit, tmp_path):
    def work(size: int) -> Callable[[], object]:
        path = zipped(tmp_path / f"{size}.zip", {unit * size + "\n": b"", f"{unit * size}1.json": b""})
        sources = find_sources([path])
        return lambda: (missing_parts(sources), [source.is_other for source in sources])

    assert is_linear(work, first=10, last=80, enough=ENOUGH_SECONDS / 5)


def test_the_files_of_a_folder_are_found_in_linear_time(tmp_path):
    def work(size: int) -> Callable[[], object]:
        folder = tmp_path / str(size)
        for number in range(size):
            write(folder / f"conversations-{number * 3:03}.json", b"[]")
        return lambda: missing_parts(find_sources([folder]))

    assert is_linear(work, first=50, last=500, enough=ENOUGH_SECONDS)
