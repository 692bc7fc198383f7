"""Arguments that a header repeats, for what stands on the way: `x-mcp-header`, of revision 2026-07-28 of MCP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.shared.inbound import (
    MCP_PARAM_HEADER_PREFIX,
    find_invalid_x_mcp_header,
    mcp_param_headers,
    x_mcp_header_map,
)

from promptkit.policy.decision import Definition

_PREFIX = MCP_PARAM_HEADER_PREFIX.lower()


def repeated_arguments(definition: Definition) -> dict[tuple[str, ...], str]:
    """The end of a header's name for each argument of a tool that has one, by the argument's path.

    There are none where one of the annotations is not valid: no header may then be trusted.
    """
    schema = definition.get("inputSchema")
    return {} if find_invalid_x_mcp_header(schema) else x_mcp_header_map(schema)


def has_other_arguments(headers: Mapping[str, str], definition: Definition, arguments: object) -> bool:
    """Whether a header of the call repeats an argument in another way than the body gives it.

    Args:
        headers: by names in lower case.
        definition: the tool that is called; empty for a message that calls none.
        arguments: those of the body.
    """
    sent = {name: value for name, value in headers.items() if name.startswith(_PREFIX)}
    if not sent:
        return False
    given: Mapping[str, Any] = arguments if isinstance(arguments, dict) else {}
    right = mcp_param_headers(repeated_arguments(definition), given)
    return not sent.items() <= {name.lower(): value for name, value in right.items()}.items()
