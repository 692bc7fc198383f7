"""People out of what is shown: e-mail addresses, and the names that the addresses give away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from promptkit.audit.audit import Call, Result
from promptkit.private import ADDRESS
from promptkit.transcript import Text

_NAMED = re.compile(r"((?:\b[^\W\d_][\w'-]{1,40} ){1,3}\b[^\W\d_][\w'-]{1,40}) ?[<(]$")
_PART = re.compile(r"[^\W\d_]{2,}")
_MAX_NAMES = 2000


def redact(result: Result) -> Result:
    """`result` without addresses and known names, and without arguments in its reason.

    A name is known if an address of the conversation is made of it (`ada.lovelace@…`) or stands beside it
    (`Ada Lovelace <…>`); a name that only stands in prose cannot be found. The path stays, so that it can be opened.
    """
    hide = _hider([text.text for text in result.texts] + [result.reason, result.conversation])
    return replace(
        result,
        conversation=hide(result.conversation),
        reason=_ARGUMENTS_REASON if result.ground == "arguments" else hide(result.reason),
        calls=[_without_people(call, hide) for call in result.calls],
        texts=[Text(text.role, hide(text.text)) for text in result.texts],
    )


def _without_people(call: Call, hide: _Hider) -> Call:
    time = hide(call.time) if call.time else None
    return replace(call, name=hide(call.name), location=hide(call.location), time=time)


_ARGUMENTS_REASON = "The arguments of a read tool are not in the record, or do not fit what was reviewed."


class _Hider:
    def __init__(self, names: Sequence[str]) -> None:
        spelled = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
        self._names = re.compile(rf"\b(?:{spelled})\b", re.IGNORECASE) if names else None

    def __call__(self, text: str) -> str:
        text = ADDRESS.sub("[e-mail]", text)
        return self._names.sub("[name]", text) if self._names else text


def _hider(texts: Iterable[str]) -> _Hider:
    names: set[str] = set()
    for text in texts:
        for address in ADDRESS.finditer(text):
            parts = _PART.findall(address[1])
            if len(parts) > 1:
                names |= {" ".join(parts), " ".join(reversed(parts))}
            if beside := _NAMED.search(text, max(0, address.start() - 130), address.start()):
                # The first of the words may be none of the name, as in "Ask Ada Lovelace <…>".
                names |= {beside[1], " ".join(beside[1].split()[-2:])}
        if len(names) > _MAX_NAMES:
            break
    return _Hider(sorted(names, key=len, reverse=True)[:_MAX_NAMES])
