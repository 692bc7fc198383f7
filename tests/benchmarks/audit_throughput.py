"""How fast the audit reads and how much memory it needs: `python tests/benchmarks/audit_throughput.py [MIB]`.

Writes three invented files of that size (256 MiB unless said; 2048 is the size the limits are meant for), audits each
in a process of its own, and parses every line of the same file with the standard library in another, three times in
turns. Ends with 1 when a limit is missed. The limits on speed are for lines without tool calls.

2026-11-27, Python 3.11, 2 cores that others used as well, 64 MiB: 779 MB/s without calls, 4.4 times `json.loads`;
377 MB/s and 2.1 times with a call in 50 lines; 282 MB/s for an export; 50 MiB of memory at most. It was 923 MB/s and
5.2 times before lines that are passed over told which line they follow. Two exports of 2 GiB, before that: 12.2 s with
`--jobs 1`, 8.2 s with 2.
"""

import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from promptkit.audit.audit import Auditor, audit
from promptkit.audit.detect import readers
from promptkit.audit.sources import find_sources
from promptkit.library.store import Library, default_root
from promptkit.policy.review import tool_policy

LIMIT_MIB = 100
LIMIT_MB_PER_SECOND = 300
LIMIT_RATIO = 5
# One run in so many lines or chats calls a tool.
CALL_EVERY = 50
ROUNDS = 3
AUDITOR = Auditor(tool_policy(Library(default_root())))
# Loading them takes 0.04 seconds, once.
readers()
WORDS = ["apps", "contracts", "licences", "owner", "renewal", "é", "|", "120", "4,200.00", "“idle”", "finance\n", 'a"b']


def talk(random_: random.Random) -> str:
    return " ".join(random_.choices(WORDS, k=random_.randint(40, 400)))


def claude_line(kind: str, content: object, number: int) -> dict[str, object]:
    message = {"role": kind, "content": content}
    if kind == "assistant":
        usage = {
            "input_tokens": 3,
            "cache_creation_input_tokens": 421,
            "cache_read_input_tokens": 21_000,
            "cache_creation": {"ephemeral_5m_input_tokens": 421, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 250,
            "service_tier": "standard",
            "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
        }
        message |= {"model": "claude", "id": f"msg_{number}", "type": "message", "usage": usage}
        message |= {"stop_reason": None, "stop_sequence": None}
    return {
        "parentUuid": f"uuid-{number - 1}" if number else None,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/home/dana/renewals",
        "sessionId": f"session-{number // 5000}",
        "version": "2.1.80",
        "gitBranch": "main",
        "type": kind,
        "message": message,
        "uuid": f"uuid-{number}",
        "timestamp": "2026-11-02T10:00:00.000Z",
    }


def session_lines(*, with_calls: bool) -> Iterator[str]:
    random_ = random.Random(1)  # noqa: S311
    number = 0
    while True:
        if with_calls and number % CALL_EVERY == 0:
            use = {"type": "tool_use", "id": f"t{number}", "name": "mcp__torii__list_apps", "input": {"size": 100}}
            back = {"type": "tool_result", "tool_use_id": f"t{number}", "content": talk(random_) * 4}
            yield json.dumps(claude_line("assistant", [use], number)) + "\n"
            yield json.dumps(claude_line("user", [back], number)) + "\n"
        said = talk(random_)
        asked = number % 5 == 0
        content = said if asked else [{"type": "text", "text": said}]
        yield json.dumps(claude_line("user" if asked else "assistant", content, number), ensure_ascii=False) + "\n"
        number += 1


def chats() -> Iterator[str]:
    random_ = random.Random(1)  # noqa: S311
    number = 0
    while True:
        yield ("," if number else "[") + json.dumps(chat(random_, number))
        number += 1


def chat(random_: random.Random, number: int) -> dict[str, object]:
    messages = []
    for turn in range(random_.randint(2, 20)):
        messages.append(
            ("user" if turn % 2 == 0 else "assistant", "all", {"content_type": "text", "parts": [talk(random_)]})
        )
        if turn % 2 == 0 and number % CALL_EVERY == 0:
            code = json.dumps({"path": "/Torii/link_1/list_apps", "args": {"size": 100}})
            messages.append(("assistant", "api_tool.call_tool", {"content_type": "code", "text": code}))
            messages.append(("tool", "all", {"content_type": "text", "parts": [talk(random_) * 4]}))
    mapping = {"root": {"id": "root", "parent": None, "children": ["n0"], "message": None}}
    for index, (role, recipient, content) in enumerate(messages):
        author = {"role": role, "name": "api_tool.call_tool" if role == "tool" else None, "metadata": {}}
        message = {"id": f"n{index}", "author": author, "create_time": 1793527200.5, "content": content}
        message |= {
            "status": "finished_successfully",
            "weight": 1.0,
            "metadata": {"model_slug": "gpt"},
            "recipient": recipient,
        }
        children = [f"n{index + 1}"] if index + 1 < len(messages) else []
        parent = f"n{index - 1}" if index else "root"
        mapping[f"n{index}"] = {"id": f"n{index}", "parent": parent, "children": children, "message": message}
    return {
        "conversation_id": f"c{number}",
        "title": "Renewals",
        "current_node": f"n{len(messages) - 1}",
        "mapping": mapping,
    }


def write(path: Path, pieces: Iterator[str], size: int, end: str) -> None:
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        while file.tell() < size:
            file.writelines(next(pieces) for _ in range(100))
        file.write(end)


def audited(path: Path) -> None:
    assert AUDITOR.audit_file(find_sources([path])[0])


def parsed(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def measured(work: Callable[[Path], None], path: Path) -> tuple[float, int]:
    """Seconds of one core, and MiB of memory at most."""
    began = time.process_time()
    work(path)
    return time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def apart(work: Callable[[Path], None], path: Path) -> tuple[float, int]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, work, path).result()


def in_turns(path: Path, *works: Callable[[Path], None]) -> list[tuple[float, int]]:
    """The least seconds and the most memory of each, taken in turns so that a busy moment hits all of them alike."""
    rounds = [[apart(work, path) for work in works] for _ in range(ROUNDS)]
    return [
        (min(seconds), max(memory)) for seconds, memory in (zip(*one, strict=True) for one in zip(*rounds, strict=True))
    ]


def report(name: str, path: Path, *, has_speed_limit: bool, is_lines: bool) -> bool:
    size = path.stat().st_size / 1e6
    (seconds, memory), *baseline = in_turns(path, audited, *([parsed] if is_lines else []))
    told = f"{name}: {size:,.0f} MB audited at {size / seconds:,.0f} MB/s, {memory} MiB of memory at most"
    is_met = memory < LIMIT_MIB
    if is_lines:
        alone = baseline[0][0]
        told += f"; json.loads of every line at {size / alone:,.0f} MB/s, so {alone / seconds:.1f} times as fast"
        if has_speed_limit:
            is_met &= size / seconds >= LIMIT_MB_PER_SECOND and alone / seconds >= LIMIT_RATIO
    print(told if is_met else f"{told}  (a limit is missed)")
    return is_met


def report_jobs(export: Path) -> None:
    """What `--jobs` gains where a folder holds an export for each core, in seconds of the clock."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(dir=export.parent) as folder:
        for number in range(cores):
            os.link(export, Path(folder, f"{number}.json"))
        times = {jobs: min(clocked(Path(folder), jobs) for _ in range(ROUNDS)) for jobs in (1, cores)}
    print(f"{cores} such exports: {times[1]:.2f} s with --jobs 1, {times[cores]:.2f} s with --jobs {cores}")


def clocked(folder: Path, jobs: int) -> float:
    began = time.perf_counter()
    assert audit([folder], AUDITOR, jobs).results
    return time.perf_counter() - began


def main() -> int:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 256) << 20
    with tempfile.TemporaryDirectory() as folder:
        lines, mixed, export = (Path(folder, name) for name in ("lines.jsonl", "mixed.jsonl", "conversations.json"))
        write(lines, session_lines(with_calls=False), size, "")
        met = [report("a session without calls", lines, has_speed_limit=True, is_lines=True)]
        lines.unlink()
        write(mixed, session_lines(with_calls=True), size, "")
        met.append(report(f"a call in {CALL_EVERY} lines", mixed, has_speed_limit=False, is_lines=True))
        mixed.unlink()
        write(export, chats(), size, "]")
        met.append(report("a ChatGPT export", export, has_speed_limit=False, is_lines=False))
        report_jobs(export)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
