"""Who calls the local Torii, and what their role lets them see and do. We know Torii's own rules only in outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from promptkit.torii.api_error import forbidden

RoleKey = Literal["admin", "readOnly", "procurement", "itAdmin", "appOwner"]


@dataclass(frozen=True)
class Identity:
    """The person who is signed in: a row of `users`, and the key of their role."""

    user_id: int
    role: RoleKey


ADMIN = Identity(1, "admin")
"""The identity that is used without signing in."""

ROLE_KEYS: tuple[RoleKey, ...] = get_args(RoleKey)
"""In the order of the tenant's members: user 1 is the admin, user 5 the app owner."""

IDENTITIES = {role: Identity(number, role) for number, role in enumerate(ROLE_KEYS, 1)}

_PERSONAL = frozenset(
    {"list_users", "get_user", "list_application_users", "list_user_applications", "get_user_application"}
) | {"get_audit_logs", "get_action_execution_logs"}
_CONTRACT_ACTIONS = frozenset(
    {"create_contract", "update_contract", "delete_contract", "parse_contract", "upload_file"}
)
_SPEND_ACTIONS = _CONTRACT_ACTIONS | {"update_transaction", "create_contract_field"}


@dataclass(frozen=True)
class Role:
    """What a role may do: the reads that are `denied`, the kinds of fields it `hides`, the `actions` it has.

    If `actions` is None, it has all except those it `lacks`. With `owned_only` it covers only the person's own apps.
    """

    denied: frozenset[str] = frozenset()
    actions: frozenset[str] | None = frozenset()
    lacks: frozenset[str] = frozenset()
    hides: frozenset[str] = frozenset()
    owned_only: bool = False


ROLES: dict[RoleKey, Role] = {
    "admin": Role(actions=None),
    "readOnly": Role(),
    "procurement": Role(denied=_PERSONAL, actions=_SPEND_ACTIONS, hides=frozenset({"person"})),
    "itAdmin": Role(
        denied=frozenset({"list_transactions", "list_transaction_metadata"}),
        actions=None,
        lacks=_SPEND_ACTIONS,
        hides=frozenset({"money"}),
    ),
    "appOwner": Role(
        denied=_PERSONAL - {"list_application_users", "get_user_application"} | {"list_workflows", "get_workflow"},
        actions=frozenset({"update_app", "request_access_to_app"}),
        owned_only=True,
    ),
}


def require_allowed(identity: Identity, tool: str, *, is_action: bool) -> None:
    """Let the call through.

    Raises:
        ToriiError: 403, the role does not have the tool.
    """
    role = ROLES[identity.role]
    if is_action:
        is_allowed = (role.actions is None or tool in role.actions) and tool not in role.lacks
    else:
        is_allowed = tool not in role.denied
    if not is_allowed:
        raise forbidden(f"The role {identity.role} may not use {tool}")
