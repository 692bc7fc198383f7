"""What all our HTML pages are built with: escaping templates, inline styles and scripts, and a policy for both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from promptkit.files import read_text
from promptkit.reports.visible import visible

FOLDER = Path(__file__).parent
BASE_STYLE = FOLDER / "base.css"


def environment(*folders: Path) -> Environment:
    """The templates in some folders, searched in this order; they escape every value they are given."""
    jinja = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["visible"] = visible
    return jinja


def inline(*files: Path) -> Markup:
    """Our own files, one after the other, for use in the page."""
    return Markup("\n").join(Markup(read_text(file)) for file in files)  # noqa: S704


def security_policy(style: str, scripts: Sequence[str], *, asks_server: bool = False) -> str:
    """A policy by which nothing runs except these scripts, and nothing is loaded, unless from the page's own server."""
    allowed = " ".join(map(_source_hash, scripts)) or "'none'"
    asked = "connect-src 'self'; " if asks_server else ""
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_source_hash(style)}; {asked}"
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _source_hash(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
