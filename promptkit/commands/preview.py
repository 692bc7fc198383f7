"""`preview`: the page with drafts, for whoever writes them."""

from __future__ import annotations

from dataclasses import replace

import anyio

from promptkit.checking.library import check_library
from promptkit.commands.export_page import sample_answers
from promptkit.errors import Collector, extra
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE
from promptkit.page.build import Preview, build_page, build_problem_page
from promptkit.page.views import SampleAnswer


def preview(library: Library) -> int:
    """Serve the page, with drafts, until stopped.

    Raises:
        UsageError: the extra `preview` is not installed.
    """
    extra("promptkit.page.preview", "preview").serve_preview(library.root, lambda edition: _page(library, edition))
    return 0


def _page(library: Library, edition: int) -> str:
    """The page as the files are now, with what is wrong; that alone where there can be no page."""
    now = replace(library)  # What this one has read stays as it was.
    found, tried = check_library(now), Collector()
    samples: dict[str, list[SampleAnswer]] = {}
    with tried.collect():
        samples = anyio.run(sample_answers, now, DEFAULT_PROFILE)
    with tried.collect():
        # What check finds is all that is wrong, and at its place; what was tried only fails by it.
        return build_page(now, DEFAULT_PROFILE, samples=samples, preview=Preview(edition, found or tried.problems))
    return build_problem_page(Preview(edition, found or tried.problems))
