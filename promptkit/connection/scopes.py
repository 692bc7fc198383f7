"""Which scopes a sign-in asks for: those for reading, where the server offers such. And what servers say of scopes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, validate_each
from promptkit.text import sanitized

_MAX_CHARS = 1000
_WORDS = validate_each(load_yaml(Path(__file__).with_name("scopes.yaml")), frozenset[str])
_READS = _WORDS["reads"]
_ACTS = _WORDS["acts"]
_IDENTITY = _WORDS["identity"]
# Scopes as RFC 6749 writes them; what is written otherwise is none.
_SCOPE = re.compile(r"[!#-\[\]-~]+")
_CHALLENGE, _SERVER, _ISSUER = "the server's challenge", "the server's metadata", "the issuer's metadata"
_CHALLENGED = re.compile(r'\bscope="([^"]*)"|\bscope=([^\s,"]+)', re.IGNORECASE)
_INSUFFICIENT = re.compile(r'\berror="?insufficient_scope\b', re.IGNORECASE)


@dataclass(frozen=True)
class ScopeChoice:
    """What a sign-in asks for.

    `source` is what names these scopes, such as "the server's challenge"; empty where nothing does, and then none is
    asked for. `left_out` are the others that the server offers. `only_reads` says whether all that is asked for is
    clearly for reading, apart from what keeps the sign-in renewable.
    """

    asked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    source: str = ""
    only_reads: bool = False


def choose_scopes(challenged: Iterable[str], of_server: Iterable[str], of_issuer: Iterable[str]) -> ScopeChoice:
    """The scopes to ask for.

    Scopes for reading are looked for in the challenge, then in what the server's metadata list, then in what the
    issuer's do. Where there is none, what the challenge requires is asked for, else what the server's metadata list
    without what is for acting; the issuer may be one of many servers, so its list requires nothing.

    Args:
        challenged: what the server's answer 401 names.
        of_server: `scopes_supported` of the protected resource.
        of_issuer: `scopes_supported` of the authorization server.
    """
    challenge, listed, elsewhere = _scopes(challenged), _scopes(of_server), _scopes(of_issuer)
    own = [*challenge, *listed]
    # Without offline_access some issuers give nothing to renew a sign-in with; OpenID Connect ties it to openid.
    renewing = [one for one in ("offline_access", "openid") if {one, "offline_access"} <= {*own, *elsewhere}]

    def choice(asked: Sequence[str], source: str, *, only_reads: bool = False) -> ScopeChoice:
        whole = tuple(dict.fromkeys([*asked, *renewing]))
        left_out = dict.fromkeys(one for one in own or elsewhere if one not in whole)
        return ScopeChoice(whole, tuple(left_out), source, only_reads)

    for scopes, source in ((challenge, _CHALLENGE), (listed, _SERVER), (elsewhere, _ISSUER)):
        if reads := [scope for scope in scopes if is_read(scope)]:
            return choice(reads, source, only_reads=True)
    if challenge:
        return choice(challenge, _CHALLENGE)
    plain = [scope for scope in listed if scope not in _IDENTITY and not _ACTS.intersection(_words(scope))]
    return choice(plain or listed, _SERVER) if listed else ScopeChoice()


def is_read(scope: str) -> bool:
    """Whether a scope is clearly for reading: one of its words says so, and none speaks of anything else."""
    words = set(_words(scope))
    return bool(words & _READS) and not words & _ACTS


def _words(scope: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", scope).lower())


def _scopes(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if _SCOPE.fullmatch(text)))


def challenged_scopes(challenge: str) -> list[str]:
    """The scopes that a WWW-Authenticate header names."""
    found = _CHALLENGED.search(challenge)
    return _scopes((found[1] or found[2] or "").split()) if found else []


def missing_scopes(status: int, challenge: str) -> str | None:
    """The scopes that an answer says a sign-in lacks, empty where it does not name them; None of other answers."""
    if status not in {401, 403} or not _INSUFFICIENT.search(challenge):
        return None
    return " ".join(challenged_scopes(challenge))


def insufficient_scope(missing: str) -> PromptkitError:
    """The error of an answer that a sign-in lacks scopes. No sign-in is widened for it."""
    return PromptkitError.of(
        "insufficient-scope",
        f"the server wants {_named(missing)} for this, which the sign-in was not given",
        "ask the server's admin to let a scope for reading be enough; a sign-in is never widened by itself, and "
        "another one would ask for the same scopes",
    )


def _named(missing: str) -> str:
    return f"the scope {sanitized(missing, 100)}" if missing else "a scope that it does not name"


def wider_grant(asked: Sequence[str], granted: str | None) -> list[str]:
    """The scopes that were granted and not asked for; where none was asked for, those not clearly for reading."""
    beyond = [scope for scope in (granted or "").split() if scope not in asked]
    return beyond if asked else [scope for scope in beyond if not (is_read(scope) or scope in _IDENTITY)]


def announced(choice: ScopeChoice) -> Iterator[str]:
    """What a person reads before the browser opens, line by line."""
    if not choice.asked:
        yield "WARNING: the server names no scopes, so none is asked for, and it alone decides what to grant."
    elif choice.only_reads:
        yield f"Asks for these scopes, all for reading, out of {choice.source}: {shown(choice.asked)}"
    else:
        yield f"WARNING: no scope that the server offers is clearly for reading, so what {choice.source} requires"
        yield f"is asked for, and it may allow changes: {shown(choice.asked)}"
    if choice.left_out:
        yield f"Not asked for: {shown(choice.left_out)}"


def shown(scopes: Iterable[str]) -> str:
    """Scopes as a text for people."""
    return sanitized(", ".join(scopes), _MAX_CHARS)
