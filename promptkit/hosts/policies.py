"""The reviewed list as hosts' own rules: reads allowed, everything else refused as far as a format can say so.

They know names only. Arguments, changed definitions and all other methods of MCP are left to the guard, whose address
each of them names.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from promptkit.errors import PromptkitError, UsageError
from promptkit.hosts.export import Files, fill
from promptkit.library.store import Library
from promptkit.policy.decision import decide_tool
from promptkit.policy.review import load_tool_lock, tool_policy
from promptkit.text import sanitized

# Gemini CLI takes what follows the first underscore for the tool, so a server's name has none.
_SERVER = re.compile(r"(?=.{1,32}\Z)[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_TOOL = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REWRITTEN = re.compile(r"[^A-Za-z0-9_-]")
_WRITABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True)
class ToolRules:
    """What hosts are told of one server.

    Args:
        server: its name in the hosts.
        url: the address at which they reach it.
        reads: the tools to allow, sorted.
        refused: known tools to refuse by name, sorted.
        left_out: reads that are not allowed because a host would write their names in another way.
    """

    server: str
    url: str
    reads: tuple[str, ...]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]


def tool_rules(library: Library, server: str, url: str) -> ToolRules:
    """The rules for a server that lists its tools exactly as they were locked.

    Raises:
        UsageError: hosts would not take the name of the server.
        PromptkitError: the review cannot be read, or allows nothing.
    """
    if not _SERVER.fullmatch(server):
        message = f"{sanitized(server)} is not a name that every host takes for a server"
        raise UsageError.of("server-name", message, "write letters, digits and single hyphens, at most 32 in all")
    locked = load_tool_lock(library)
    policy = tool_policy(library, locked.values())
    names = sorted({*library.reviewed_tools, *locked})
    allowed = [name for name in names if decide_tool(name, policy).allowed]
    # Hosts rewrite what is not a letter, digit, hyphen or underscore, and then cannot tell two such names apart.
    spellings = Counter(_REWRITTEN.sub("_", name) for name in names)
    reads = tuple(name for name in allowed if _TOOL.fullmatch(name) and spellings[name] == 1)
    if not reads:
        path = library.relative(library.tools_file)
        message = "no tool of the review may be allowed, and to some hosts an empty list means every tool"
        raise PromptkitError.of(
            "no-reads", message, f"review a tool as a read in {path}, and run: promptkit tools lock"
        )
    refused = tuple(name for name in names if name not in reads and _WRITABLE.fullmatch(name))
    return ToolRules(server, url, reads, refused, tuple(name for name in allowed if name not in reads))


def export_policy(library: Library, rules: ToolRules) -> Files:
    """The rules in the format of each host and gateway, and a README that says what each can refuse."""
    links = install_links(rules.server, {"url": rules.url}, {"type": "http", "url": rules.url})
    return {
        "README.md": fill(library, "policy", rules=rules, links=links),
        "claude-desktop/managedMcpServers.json": _json([_claude_desktop(rules)]),
        "claude-code/managed-mcp.json": _json({"mcpServers": {rules.server: {"type": "http", "url": rules.url}}}),
        "claude-code/managed-settings.json": _json(_claude_code(rules)),
        "openai/mcp-tool.json": _json(_openai(rules)),
        "vscode/mcp.json": _json({"servers": {rules.server: {"type": "http", "url": rules.url}}}),
        f"vscode/{rules.server}.agent.md": _vscode_agent(rules),
        "cursor/mcp.json": _json({"mcpServers": {rules.server: {"url": rules.url}}}),
        "cursor/permissions.json": _json({"mcpAllowlist": [f"{rules.server}:{name}" for name in rules.reads]}),
        "cursor/cli.json": _json(_cursor_command_line(rules)),
        "codex/config.toml": _codex(rules),
        "gemini-cli/settings.json": _json(_gemini(rules)),
        "cedar/toolhive.json": _json(_toolhive(rules)),
        "cedar/docker.cedar": "\n".join(_docker(rules)) + "\n",
    }


def install_links(server: str, cursor: Mapping[str, object], vscode: Mapping[str, object]) -> Mapping[str, str]:
    """The links that add a server to Cursor and to VS Code, given its entry in the `mcp.json` of each."""
    config = quote(base64.b64encode(_compact(cursor).encode()), safe="")
    return {
        "Cursor": f"cursor://anysphere.cursor-deeplink/mcp/install?name={server}&config={config}",
        "VS Code": f"vscode:mcp/install?{quote(_compact({'name': server, **vscode}), safe='')}",
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _claude_desktop(rules: ToolRules) -> Mapping[str, object]:
    policy = dict.fromkeys(rules.reads, "allow") | dict.fromkeys(rules.refused, "blocked")
    return {"name": rules.server, "url": rules.url, "transport": "http", "toolPolicy": policy}


def _claude_code(rules: ToolRules) -> Mapping[str, object]:
    return {
        "permissions": {
            "allow": [f"mcp__{rules.server}__{name}" for name in rules.reads],
            "deny": [f"mcp__{rules.server}__{name}" for name in rules.refused],
            "defaultMode": "dontAsk",
            "disableBypassPermissionsMode": "disable",
            "disableAutoMode": "disable",
        },
        "allowManagedPermissionRulesOnly": True,
    }


def _openai(rules: ToolRules) -> Mapping[str, object]:
    return {
        "type": "mcp",
        "server_label": rules.server,
        "server_url": rules.url,
        "allowed_tools": rules.reads,
        "require_approval": "never",
    }


def _vscode_agent(rules: ToolRules) -> str:
    tools = "".join(f"\n  - {rules.server}/{name}" for name in rules.reads)
    front = f"description: Only the reviewed reads of {rules.server}.\ntools:{tools}"
    return f"---\n{front}\n---\nAnswer with these tools only. They read; nothing here can change anything.\n"


def _cursor_command_line(rules: ToolRules) -> Mapping[str, object]:
    return {
        "permissions": {
            "allow": [f"Mcp({rules.server}:{name})" for name in rules.reads],
            "deny": [f"Mcp({rules.server}:{name})" for name in rules.refused],
        }
    }


def _codex(rules: ToolRules) -> str:
    # A list or text in JSON is one in TOML as well.
    settings = {"url": rules.url, "enabled_tools": rules.reads, "disabled_tools": rules.refused}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    return "\n".join([f"[mcp_servers.{rules.server}]", *lines]) + "\n"


def _gemini(rules: ToolRules) -> Mapping[str, object]:
    entry = {"httpUrl": rules.url, "includeTools": rules.reads, "excludeTools": rules.refused, "trust": False}
    return {"mcpServers": {rules.server: entry}}


def _toolhive(rules: ToolRules) -> Mapping[str, object]:
    scope = 'principal, action == Action::"call_tool", resource == Tool::'
    permits = [f'permit({scope}"{name}");' for name in rules.reads]
    forbids = [f'forbid({scope}"{name}");' for name in rules.refused]
    return {"version": "1.0", "type": "cedarv1", "cedar": {"policies": permits + forbids, "entities_json": "[]"}}


def _docker(rules: ToolRules) -> Iterable[str]:
    scope = '(principal, action == MCP::Action::"invokeTool", resource)'
    for effect, names in {"permit": rules.reads, "forbid": rules.refused}.items():
        for name in names:
            yield f'{effect} {scope} when {{ resource in MCP::Server::"{rules.server}" && resource.name == "{name}" }};'
