"""Keeps sign-ins: in the platform's keyring where there is one, else in a file that only its owner can read."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Protocol

import typer
from filelock import AsyncFileLock
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, OAuthToken
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from promptkit.connection.scopes import wider_grant
from promptkit.errors import UsageError, extra
from promptkit.files import make_folder, write_text
from promptkit.known_secrets import remember_secret

TOKEN_VARIABLE = "PROMPTKIT_TOKEN"  # noqa: S105  (its name)
"""The environment variable with a bearer token, for CI."""

RENEWAL_SECONDS = 60
_SERVICE = "promptkit"


def new_identity() -> str:
    """What tells a sign-in from every other one."""
    return os.urandom(16).hex()


class KeptSignIn(BaseModel):
    """What is kept of one sign-in. It is good for one server and one issuer.

    `expires_at` is the access token's end, in seconds since the epoch; None is unknown. `metadata` are the issuer's
    addresses; None where it publishes none. `asked` are the scopes that were asked for, `tokens.scope` those that were
    granted. `identity` tells this sign-in from every other one, and stays when its tokens are renewed. Neither tokens
    nor the client's secret show in a repr.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    server: str
    issuer: str
    resource: str | None = None
    expires_at: float | None = None
    client: OAuthClientInformationFull = Field(repr=False)
    tokens: OAuthToken = Field(repr=False)
    metadata: OAuthMetadata | None = Field(None, repr=False)
    asked: tuple[str, ...] = ()
    identity: str = Field(default_factory=new_identity)

    @property
    def wider_scopes(self) -> list[str]:
        """The scopes that were granted and not asked for."""
        return wider_grant(self.asked, self.tokens.scope)


class SignInStore(Protocol):
    """Where a sign-in is kept."""

    def load(self, server: str) -> KeptSignIn | None:
        """The sign-in at a server; None if there is none."""

    def save(self, kept: KeptSignIn) -> None:
        """Keep a sign-in in place of the server's last one."""

    def renewing(self, server: str) -> AbstractAsyncContextManager[object]:
        """Held while a sign-in is renewed: issuers end one whose refresh token two programs use at once."""


class HeldSignIn:
    """One sign-in, in memory. `is_over` says whether the server or its issuer has ended it."""

    def __init__(self) -> None:
        self.kept: KeptSignIn | None = None
        self.is_over = False

    def load(self, server: str) -> KeptSignIn | None:
        """The sign-in, if it is one at that server."""
        return self.kept if self.kept and self.kept.server == server else None

    def save(self, kept: KeptSignIn) -> None:
        """Hold this sign-in from now on."""
        _remember(kept)
        self.kept = kept

    @asynccontextmanager
    async def renewing(self, _: str) -> AsyncIterator[None]:
        """Nobody else has it."""
        yield


class TokenStore:
    """The sign-ins of one person.

    Args:
        folder: of the files, one for each server; made when first needed.
        keyring: the library of that name; None where it is not installed or finds no keyring.
    """

    def __init__(self, folder: Path, keyring: ModuleType | None = None) -> None:
        self._folder = folder
        self._keyring = keyring

    def load(self, server: str) -> KeptSignIn | None:
        """The sign-in at a server; None if there is none, or what was kept cannot be read."""
        try:
            kept = KeptSignIn.model_validate_json(self._from_keyring(server) or self._from_file(server) or "")
        except ValidationError:
            return None
        _remember(kept)
        return kept if kept.server == server else None

    def save(self, kept: KeptSignIn) -> None:
        """Keep a sign-in in place of the server's last one."""
        _remember(kept)
        text = kept.model_dump_json(exclude_none=True)
        if self._keyring:
            with contextlib.suppress(self._keyring.errors.KeyringError):
                self._keyring.set_password(_SERVICE, kept.server, text)
                self._path(kept.server).unlink(missing_ok=True)
                return
        make_folder(self._folder, 0o700)
        write_text(self._path(kept.server), text, is_private=True)

    def delete(self, server: str) -> None:
        """Forget a server's sign-in, wherever it is kept."""
        if self._keyring:
            with contextlib.suppress(self._keyring.errors.KeyringError):
                self._keyring.delete_password(_SERVICE, server)
        self._path(server).unlink(missing_ok=True)
        self._path(server, ".lock").unlink(missing_ok=True)

    def renewing(self, server: str) -> AsyncFileLock:
        """Held while a sign-in is renewed: issuers end one whose refresh token two programs use at once."""
        make_folder(self._folder, 0o700)
        return AsyncFileLock(self._path(server, ".lock"), timeout=RENEWAL_SECONDS)

    def _from_keyring(self, server: str) -> str | None:
        if self._keyring:
            with contextlib.suppress(self._keyring.errors.KeyringError):
                text: str | None = self._keyring.get_password(_SERVICE, server)
                return text
        return None

    def _from_file(self, server: str) -> str | None:
        path = self._path(server)
        return path.read_text("utf-8", "replace") if path.is_file() else None

    def _path(self, server: str, suffix: str = ".json") -> Path:
        return self._folder / f"{hashlib.sha256(server.encode()).hexdigest()[:32]}{suffix}"


def _remember(kept: KeptSignIn) -> None:
    remember_secret(kept.client.client_secret, kept.tokens.refresh_token, kept.tokens.access_token)


def open_store() -> TokenStore:
    """The store of the person who runs the program."""
    folder = Path(typer.get_app_dir("promptkit"), "tokens")
    try:
        keyring = extra("keyring", "keyring")
    except UsageError:
        return TokenStore(folder)
    # A keyring that cannot keep anything has no priority.
    return TokenStore(folder, keyring if keyring.get_keyring().priority > 0 else None)
