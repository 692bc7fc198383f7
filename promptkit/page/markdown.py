"""A line of Markdown from outside -> harmless HTML: HTML, links and images are not let through."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MARKDOWN.disable(["link", "image", "autolink", "reference", "html_block", "html_inline", "entity"])


def line_html(text: str) -> Markup:
    """One line with emphasis and code."""
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704
