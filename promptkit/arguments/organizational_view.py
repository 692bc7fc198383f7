"""The label of one of the tenant's Organizational Views. The prompt says which field it is and how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from promptkit.argument_type import ArgumentType, Control, quoted, type_of
from promptkit.language import Language
from promptkit.model import Argument, Entity, OrganizationalView, Profile, Scalar


class OrganizationalViewType(ArgumentType):
    """One of the profile's approved ways to slice the company."""

    # Named as in the SQL of recipes.
    names: ClassVar[Mapping[str, tuple[str, ...]]] = {"org_entity": tuple(Entity), "org_field": ()}

    def default(self, argument: Argument, profile: Profile) -> Scalar | None:
        """The profile's first."""
        return profile.organizational_views[0].label

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be a label in the profile."""
        labels = self.options(argument, profile)
        return None if value in labels else words.said("the profile has %(labels)s", labels=", ".join(labels))

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """The label in quotes, then the field, its empty group and its aliases."""
        view = profile.view(str(value)) or profile.organizational_views[0]
        aliases = [
            words.says.read_as.format(value=quoted(name), group=quoted(group)) for name, group in view.aliases.items()
        ]
        kind = {
            Entity.USER: words.says.user_field,
            Entity.APP: words.says.app_field,
            Entity.CONTRACT: words.says.contract_field,
            Entity.TRANSACTION: words.says.transaction_field,
        }[view.entity]
        empty = words.says.empty_is.format(group=quoted(view.unassigned))
        notes = [kind.format(field=view.field), empty, *aliases]
        return f"{quoted(view.label)} ({'; '.join(notes)})"

    def texts(
        self, name: str, argument: Argument, value: Scalar, profile: Profile, words: Language
    ) -> dict[str, str | bool]:
        """Besides the label, what its field belongs to and the field's key."""
        view = profile.view(str(value)) or profile.organizational_views[0]
        texts = super().texts(name, argument, value, profile, words)
        return texts | {"org_entity": view.entity.value, "org_field": view.field}

    def need(self, argument: Argument, words: Language) -> str:
        """One of the profile's ways to slice."""
        return words.said("one of your approved ways to slice the company")

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A list to select from."""
        texts = {label: self.shown(argument, label, profile, words) for label in self.options(argument, profile)}
        return Control("select", "option", {"shown": texts})

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """The labels, in the profile's order."""
        return tuple(view.label for view in profile.organizational_views)

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """Each label."""
        return self.options(argument, profile)


def chosen_view(
    arguments: Mapping[str, Argument], values: Mapping[str, Scalar], profile: Profile
) -> OrganizationalView | None:
    """The Organizational View that somebody chose; None if the prompt has no argument of this type."""
    for name, argument in arguments.items():
        if type_of(argument) is TYPE:
            return profile.view(str(values[name]))
    return None


TYPE = OrganizationalViewType()
