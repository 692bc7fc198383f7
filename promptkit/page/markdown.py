"""Markdown from outside -> harmless HTML: HTML, links and images are not let through."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

MAX_ROWS = 8
MAX_UNBROKEN = 16  # Shorter cells, such as dates and amounts, stay on one line.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.disable(["link", "image", "autolink", "reference", "html_block", "html_inline", "entity"])
_OPEN = '<div class="scroll" role="group" tabindex="0" aria-label="Table"><table>'


def answer_html(text: str) -> Markup:
    """An answer as HTML: headings one level lower, tables of at most `MAX_ROWS` rows in boxes that scroll."""
    tokens = _cut(_MARKDOWN.parse(text))
    for token, following in pairwise(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
        token.attrs.pop("style", None)  # The page's policy allows no inline styles.
        if token.type == "td_open" and len(following.content) <= MAX_UNBROKEN:
            token.attrs["class"] = "short"
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(html.replace("<table>", _OPEN).replace("</table>", "</table></div>"))  # noqa: S704


def line_html(text: str) -> Markup:
    """One line with emphasis and code."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704


def _cut(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the further rows of long tables; below each such table stands their number."""
    kept: list[Token] = []
    rows = 0
    for token in tokens:
        if token.type == "tbody_open":
            rows = 0
        rows += token.type == "tr_open"
        if rows <= MAX_ROWS or token.type in {"tbody_close", "table_close"}:
            kept.append(token)
        if token.type == "table_close" and rows > MAX_ROWS:
            kept += _MARKDOWN.parse(f"{rows - MAX_ROWS} more rows")
            rows = 0
    return kept
