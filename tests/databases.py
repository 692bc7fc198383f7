"""A PostgreSQL of the tests' own: in a folder that is deleted afterwards, run by a user without privileges."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


def _folder_of_programs():
    """Where Debian keeps them, newest first, or where the path finds them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]), reverse=True)
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve()] if on_path else []
    return found[0].parent if found else None


PROGRAMS = _folder_of_programs()


@contextmanager
def postgresql():
    """The folder with the socket of a new server, which listens nowhere else."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user = {}
    # PostgreSQL refuses to run as root.
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def run(program, *arguments):
        command = [PROGRAMS / program, "-D", folder / "data", *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, env={"LC_ALL": "C"}, **as_user)

    try:
        run("initdb", "--no-sync", "--auth=trust", "--username=promptkit", "--encoding=UTF8")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c shared_buffers=16MB"
        run("pg_ctl", "start", "-w", "-s", "-l", folder / "log", "-o", options)
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "-s", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def new_database(folder, name):
    """The URL of a new, empty database of that server."""
    subprocess.run([PROGRAMS / "createdb", "-h", folder, "-U", "promptkit", name], check=True)
    return f"postgresql://promptkit@/{name}?host={folder}"
