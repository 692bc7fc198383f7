"""Which views there are, which fit a question, and what each of them is told as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from promptkit.answering.view_answer import as_json
from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.language import Language
from promptkit.library.render import default_of
from promptkit.library.store import Library
from promptkit.model import Argument, Pack, Profile, Prompt, Status
from promptkit.text import legible
from promptkit.views.search import FoundView, packs_found, search
from promptkit.views.search_index import build_index

MAX_VIEWS = 5
_MAX_CHOICES = 60


def offered_views(library: Library, profile: Profile) -> list[Prompt]:
    """The views to offer: no drafts, and where the profile names some, only those."""
    prompts = [prompt for prompt in library.load_prompts() if prompt.status is not Status.DRAFT]
    return [prompt for prompt in prompts if not profile.views or prompt.name in profile.views]


def packs_of(library: Library, prompts: Sequence[Prompt]) -> dict[str, Pack]:
    """The packs whose views are all among these."""
    names = {prompt.name for prompt in prompts}
    return {name: pack for name, pack in library.load_packs().items() if names.issuperset(pack.views)}


class ViewFinder:
    """Finds views, and packs of them, by a question in words; their texts are read once, when it is created."""

    def __init__(
        self,
        prompts: Sequence[Prompt],
        profile: Profile,
        words: Language | None = None,
        packs: Mapping[str, Pack] | None = None,
    ) -> None:
        self._prompts = {prompt.name: prompt for prompt in prompts}
        self._packs = packs or {}
        self._index = build_index(prompts, profile, words, self._packs)

    @property
    def groups(self) -> list[str]:
        """What there are views on."""
        return sorted({prompt.group for prompt in self._prompts.values()})

    def named(self, name: str) -> Prompt:
        """The view of that name, or that once had it.

        Raises:
            PromptkitError: there is none; it names the near ones.
        """
        found = next((prompt for prompt in self._prompts.values() if name in (prompt.name, *prompt.formerly)), None)
        if found is None:
            near = [
                *get_close_matches(name, self._prompts),
                *(hit.view for hit in self._search(name.replace("_", " "))),
            ]
            message = f"there is no view {legible(name)}; near it: {', '.join(dict.fromkeys(near)) or 'none'}"
            known = ", ".join(self._prompts)
            raise PromptkitError.of("unknown-view", message, f"ask find_view, or take one of: {known}")
        return found

    def find(self, question: str) -> list[tuple[Prompt, Mapping[str, str]]]:
        """The views that fit and what the question fills in, best first; at most `MAX_VIEWS`, none if nothing fits."""
        return [(self._prompts[hit.view], hit.filled) for hit in self._search(question)]

    def packs(self, question: str) -> list[Pack]:
        """The packs that a question names."""
        return [self._packs[name] for name in packs_found(self._index, question)]

    def _search(self, question: str) -> list[FoundView]:
        return search(self._index, question)[:MAX_VIEWS]


def described(prompt: Prompt, profile: Profile, asked: Mapping[str, str]) -> dict[str, Any]:
    """A view as `find_view` gives it, with what may be filled in, and as `asked` what the question fills in already."""
    notice = prompt.deprecation_notice
    arguments = {name: _described(name, one, profile) for name, one in prompt.arguments.items()}
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": f"{prompt.description} {notice}".rstrip(),
        "arguments": {name: told | _asked(asked.get(name)) for name, told in arguments.items()},
    }


def _asked(value: str | None) -> dict[str, str]:
    return {} if value is None else {"asked": value}


def _described(name: str, argument: Argument, profile: Profile) -> dict[str, Any]:
    default = default_of(name, argument, profile)
    choices = list(type_of(argument).options(argument, profile))
    told = {
        "type": argument.type,
        "description": argument.description,
        "minimum": argument.minimum,
        "maximum": argument.maximum,
        "unit": argument.unit,
        # A wrong one of more is answered with those near it.
        "choices": choices if len(choices) <= _MAX_CHOICES else [],
        "examples": [as_json(one) for one in argument.examples],
    }
    told = {key: value for key, value in told.items() if value is not None and value != []}
    return told | ({"required": True} if default is None else {"default": as_json(default)})
