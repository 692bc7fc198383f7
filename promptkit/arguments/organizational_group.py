"""One group of the Organizational View that the prompt's other argument chooses, such as one department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptkit.argument_type import Control
from promptkit.arguments.organizational_view import chosen_view
from promptkit.arguments.string import MAX_STRING, StringType
from promptkit.errors import nearest
from promptkit.language import Language
from promptkit.model import Argument, OrganizationalView, Profile, Scalar

_SHOWN = 20


class OrganizationalGroupType(StringType):
    """One line of text; where the profile records the approved groups of the chosen view, one of those."""

    # The profile limits it, and not the prompt.
    widens = ("string",)

    def why_not_beside(
        self,
        value: Scalar,
        arguments: Mapping[str, Argument],
        values: Mapping[str, Scalar],
        profile: Profile,
        words: Language,
    ) -> str | None:
        """It must be a group of the chosen view, if those are known."""
        view = chosen_view(arguments, values, profile)
        if view is None or not view.approved_groups or _folded(value) in map(_folded, groups_of(view)):
            return None
        others = [one.label for one in profile.organizational_views if _folded(value) in map(_folded, groups_of(one))]
        if others:
            of = ", ".join(others)
            return words.said("that is a group of %(others)s, and %(chosen)s is chosen", others=of, chosen=view.label)
        if group := next((new for old, new in view.aliases.items() if _folded(old) == _folded(value)), None):
            return words.said("%(chosen)s has it as part of %(group)s", chosen=view.label, group=group)
        folded = {_folded(group): group for group in groups_of(view)}
        near = nearest(_folded(value), folded, "").removeprefix("write ")
        known = folded[near] if near else ", ".join(groups_of(view)[:_SHOWN])
        told = (
            words.said("near it: %(groups)s", groups=known) if near else words.said("it has %(groups)s", groups=known)
        )
        return words.said(
            "%(chosen)s has no such approved group; %(known)s; promptkit init finds new ones",
            chosen=view.label,
            known=told,
        )

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A text field, with the groups of each view to choose from."""
        groups = {view.label: groups_of(view) for view in profile.organizational_views if view.approved_groups}
        return Control("text", "text", {"longest": MAX_STRING} | ({"groups": groups} if groups else {}))

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """The approved groups of all views, in the profile's order; empty if those of one are not known."""
        views = profile.organizational_views
        is_known = all(view.approved_groups for view in views)
        return tuple(dict.fromkeys(group for view in views for group in groups_of(view))) if is_known else ()

    def blank(self, argument: Argument, mark: str) -> Argument:
        """The mark in quotes; it stands for any group."""
        return argument.model_copy(update={"type": "string", "default": mark})

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """A group of the usual view."""
        return groups_of(profile.organizational_views[0])[:1] or super().trials(argument, profile)


def groups_of(view: OrganizationalView) -> list[str]:
    """The approved groups of a view, with the one of empty values; none where they are not known."""
    return list(dict.fromkeys([*view.approved_groups, view.unassigned])) if view.approved_groups else []


def _folded(value: object) -> str:
    return " ".join(str(value).split()).lower()


TYPE = OrganizationalGroupType()
