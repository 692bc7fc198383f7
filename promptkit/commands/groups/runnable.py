"""A command with sub-commands that can also run by itself, as `promptkit eval` does."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class RunnableGroup(TyperGroup):
    """Runs its sub-command if the first word names one, and its own function otherwise.

    Typer's own group would take the sub-command's name as its argument, and run its function before the sub-command.
    """

    allow_interspersed_args = True

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401
        """The context of the sub-command that the first word names, or else of the group's own function."""
        if not args or args[0] not in self.commands:
            return super().make_context(info_name, args, parent, **extra)
        name, *rest = args
        return self.commands[name].make_context(f"{info_name} {name}", rest, parent, **extra)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Refuse a word that is left over: a mistyped sub-command, or one that comes after an option."""
        resolved = super().resolve_command(ctx, args)
        if not ctx.resilient_parsing:
            ctx.fail(f"{args[0]!r} must be the first word after {ctx.info_name!r}.")
        return resolved
