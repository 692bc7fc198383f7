"""Puts the public servers and clients of the table into a folder, with npm and pip, and gives the servers data."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
_IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
_DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060600000000500"
    "01a5f645400000000049454e44ae426082"
)


def install(packages, folder):
    """Install what is not there yet."""
    if not (folder / "node_modules").exists():
        (folder / "package.json").write_text('{"private": true}')
        run("npm", "install", "--no-audit", "--no-fund", *packages["npm"], cwd=folder)
    for name, wanted in packages["pip"].items():
        if not (folder / name).exists():
            run(sys.executable, "-m", "venv", folder / name)
            run(folder / name / "bin/pip", "install", "--quiet", *wanted)
    if not (folder / "sdk").exists():
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", packages["sdk"],
            "--dest", folder)  # fmt: skip
        with tarfile.open(next(folder.glob("mcp-*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        next(path for path in folder.glob("mcp-*") if path.is_dir()).rename(folder / "sdk")
    for script in (*HERE.glob("clients/*"), HERE / "loopback.cjs"):
        if script.is_file():
            shutil.copy(script, folder)
    if not (folder / "data").exists():
        fill(folder / "data", folder / "mcp1/bin/python", folder / "mcp2/bin/python")


def fill(data, duckdb, openpyxl):
    """Write what the servers read."""
    repository = data / "repository"
    repository.mkdir(parents=True)
    for folder in (data, repository):
        (folder / "notes.md").write_text("# Notes\n\nZoë \U0001f600 \u2028 <&>\r\nlast\n", "utf-8")
    (data / "dot.png").write_bytes(_DOT)
    entity = {"type": "entity", "name": "Ada", "entityType": "person", "observations": ["Zoë \U0001f600"]}
    (data / "memory.jsonl").write_text(json.dumps(entity), "utf-8")
    with sqlite3.connect(data / "apps.db") as apps:
        apps.execute("create table apps (id integer, name text)")
        apps.execute("insert into apps values (9007199254740993, 'Zoë')")
    run(
        duckdb,
        "-c",
        "import duckdb; duckdb.connect('apps.duckdb').execute(\"create table apps as select 1, 'Zoë'\")",
        cwd=data,
    )
    run(
        openpyxl,
        "-c",
        "import openpyxl as x; b = x.Workbook(); b.active.append([1.5, 'Zoë']); b.save('apps.xlsx')",
        cwd=data,
    )
    run("git", "init", "--quiet", cwd=repository)
    run("git", "add", ".", cwd=repository)
    run("git", *_IDENTITY, "commit", "--quiet", "--message", "first: Zoë", cwd=repository)


def run(*command, cwd=None):
    subprocess.run([str(word) for word in command], cwd=cwd, check=True, stdin=subprocess.DEVNULL)
