"""The keys that encrypt the state: from a file that only its owner can read, or from the environment."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from filelock import FileLock

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import make_folder, read_text, write_text
from promptkit.known_secrets import remember_secret
from promptkit.text import sanitized


def keys_of_file(path: Path) -> list[bytes]:
    """The keys of a file, one a line, the newest first; a file that is missing is made, with a new key.

    Raises:
        PromptkitError: it cannot be read or made, or others can read it too.
    """
    make_folder(path.parent, 0o700)
    # Two processes that start at once would make two keys.
    with FileLock(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            write_text(path, f"{Fernet.generate_key().decode()}\n", is_private=True)
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        message = "other users of this machine can read the encryption key"
        raise PromptkitError.of("encryption-key", message, f"run: chmod 600 {path}", path=str(path))
    return _remembered(read_text(path))


def keys_of_variable(name: str) -> list[bytes]:
    """The keys of an environment variable, in lines or with spaces between them, the newest first.

    Raises:
        UsageError: it is not set.
    """
    text = os.environ.get(name, "")
    if not text.strip():
        message = f"the environment variable {sanitized(name)} holds no encryption key"
        raise UsageError.of("encryption-key", message, "set it, or leave it out to have a key made")
    return _remembered(text)


def _remembered(text: str) -> list[bytes]:
    keys = text.split()
    remember_secret(*keys, is_lasting=True)
    return [key.encode() for key in keys]
