"""Transcripts as promptkit records them, in lines, and what no audit of a plain file may say."""

import json
import re
from pathlib import Path

from promptkit.audit.sources import zipfile

# How a result tells that the code failed, not the file: no plain file on a disk may come to it.
FAILED = re.compile(" failed at it \\(|cannot be read to its end")
HEADER = {"kind": "run", "model": "m", "server": "local"}


def call(name: str = "list_apps", state: str = "executed", **more: object) -> dict[str, object]:
    return {"type": "call", "id": "c1", "name": name, "arguments": {}, "state": state, **more}


def sample(*events: dict[str, object], case: str = "one", **more: object) -> dict[str, object]:
    return {"kind": "sample", "prompt": "renewal_calendar@1.0.0", "case": case, "events": list(events), **more}


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def write(path: Path, raw: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return path
