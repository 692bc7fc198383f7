"""Takes people out of a result: e-mail addresses, and the names that the addresses give away."""

from __future__ import annotations

from dataclasses import replace

from promptkit.audit.audit import Call, Result
from promptkit.audit.people import Hider, hider_of
from promptkit.transcript import Text


def redact(result: Result) -> Result:
    """`result` without addresses and known names, and without arguments in its reason.

    A name is known if an address of the conversation is made of it (`ada.lovelace@…`) or stands beside it
    (`Ada Lovelace <…>`); a name that only stands in prose cannot be found. The path stays, so that it can be opened.
    """
    hide = hider_of([text.text for text in result.texts] + [result.reason, result.conversation])
    return replace(
        result,
        conversation=hide(result.conversation),
        reason=_ARGUMENTS_REASON if result.ground == "arguments" else hide(result.reason),
        calls=[_without_people(call, hide) for call in result.calls],
        texts=[Text(text.role, hide(text.text)) for text in result.texts],
    )


def _without_people(call: Call, hide: Hider) -> Call:
    time = hide(call.time) if call.time else None
    said = [Text(text.role, hide(text.text)) for text in call.said]
    return replace(call, name=hide(call.name), location=hide(call.location), time=time, said=said)


_ARGUMENTS_REASON = "The arguments of a read tool are not in the record, or do not fit what was reviewed."
