"""The answer that a dashboard carries, read back from its file."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from jsonschema import Draft202012Validator

from promptkit.answering.view_tools import ANSWER_VIEW, VIEW_TOOLS
from promptkit.json_strict import UnreadableError, strict_json

MAX_CHARACTERS = 64 * 2**20
_PLACE = {"type": "application/json", "id": "answer"}
_ANSWER = Draft202012Validator(VIEW_TOOLS[ANSWER_VIEW]["outputSchema"])


class _Scripts(HTMLParser):
    """Gathers the text of each script that stands where a dashboard keeps its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[list[str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new text at the script, which has exactly these attributes."""
        self._is_inside = tag == "script" and dict(attrs) == _PLACE
        if self._is_inside:
            self.texts.append([])

    def handle_endtag(self, tag: str) -> None:
        """End the text."""
        self._is_inside = False

    def handle_data(self, data: str) -> None:
        """Add to the text; a long one comes in parts."""
        if self._is_inside:
            self.texts[-1].append(data)


def is_dashboard(html: str) -> bool:
    """Whether a page has the place where a dashboard keeps its answer, whatever stands there."""
    return len(_places(html)) == 1


def answer_in(html: str) -> dict[str, Any] | None:
    """The answer in a dashboard; None if the page is not a dashboard, or its answer is not one as we write them."""
    texts = _places(html)
    if len(texts) != 1:
        return None
    try:
        answer = strict_json(texts[0])
    except UnreadableError:
        return None
    return answer if _ANSWER.is_valid(answer) else None


def _places(html: str) -> list[str]:
    if len(html) > MAX_CHARACTERS:
        return []
    scripts = _Scripts()
    scripts.feed(html)
    scripts.close()
    return ["".join(parts) for parts in scripts.texts]
