"""Each file of `export policy` is read back by its own parser or schema, and asked about every tool."""

import base64
import json
import re
import tomllib
from urllib.parse import parse_qs, unquote, urlsplit

import cedarpy
import jsonschema
import pytest
from openai.types.responses.tool_param import Mcp
from pydantic import TypeAdapter

from promptkit.commands.export import write_policy
from promptkit.errors import PromptkitError, UsageError
from promptkit.files import load_yaml
from promptkit.library.store import Library, default_root
from promptkit.policy.decision import decide_tool
from promptkit.policy.review import load_tool_lock, tool_policy
from tests.sources import ROOT

VENDOR = ROOT / "tests/hosts/vendor"
URL = "https://guard.example.com/mcp"
ALLOWED, REFUSED, ASKS, UNSAID = "allowed", "refused", "asks", "unsaid"

READ = {"class": "read", "capability": "reads", "source": "its page", "arguments": {}}
OTHER_TOOLS = {
    "list-items": READ,
    "run_job": READ | {"class": "action"},
    "get_secret": READ | {"sensitive": True},
    "never_listed": READ,
    "says_it_writes": READ,
    "get.item": READ,
    "same.name": READ,
    "same_name": READ,
}
HINTS = {"says_it_writes": {"destructiveHint": True}}
LOCKED = ["list-items", "run_job", "get_secret", "says_it_writes", "get.item", "same.name", "same_name", "no_class"]


def review_of(tools, locked, folder):
    (folder / "my.yaml").write_text(json.dumps(tools), "utf-8")
    listed = [{"name": name, "inputSchema": {"type": "object"}, "annotations": HINTS.get(name, {})} for name in locked]
    (folder / "my.lock.json").write_text(json.dumps({"server": "srv", "tools": listed}), "utf-8")
    return Library(default_root(), folder / "my.yaml", folder / "my.lock.json")


@pytest.fixture(scope="module")
def torii(tmp_path_factory):
    folder = tmp_path_factory.mktemp("torii") / "rules"
    assert write_policy(Library(default_root()), folder, None, URL) == 0
    return folder


@pytest.fixture
def other(tmp_path):
    folder = tmp_path / "rules"
    assert write_policy(review_of(OTHER_TOOLS, LOCKED, tmp_path), folder, "my-server", URL) == 0
    return folder


def data(path, schema=None):
    found = json.loads(path.read_text("utf-8"))
    if schema:
        jsonschema.validate(found, json.loads((VENDOR / schema).read_text("utf-8")))
    return found


def claude_desktop(folder, server, tool):
    (entry,) = data(folder / "claude-desktop/managedMcpServers.json")
    assert (entry["name"], entry["url"], set(entry["toolPolicy"].values())) == (server, URL, {"allow", "blocked"})
    return {"allow": ALLOWED, "blocked": REFUSED, None: UNSAID}[entry["toolPolicy"].get(tool)]


def claude_code(folder, server, tool):
    assert data(folder / "claude-code/managed-mcp.json") == {"mcpServers": {server: {"type": "http", "url": URL}}}
    settings = data(folder / "claude-code/managed-settings.json", "claude-code.json")
    rules, name = settings["permissions"], f"mcp__{server}__{tool}"
    if name in rules["deny"]:
        return REFUSED
    return ALLOWED if name in rules["allow"] else {"dontAsk": REFUSED}[rules["defaultMode"]]


def openai(folder, server, tool):
    entry = data(folder / "openai/mcp-tool.json")
    assert TypeAdapter(Mcp).validate_python(entry, strict=True) == entry
    assert (entry["server_label"], entry["server_url"]) == (server, URL)
    return ALLOWED if tool in entry["allowed_tools"] else REFUSED


def vscode(folder, server, tool):
    servers = data(folder / "vscode/mcp.json", "vscode.json")["servers"]
    assert servers == {server: {"type": "http", "url": URL}}
    _, front, _ = (folder / f"vscode/{server}.agent.md").read_text("utf-8").split("---\n", 2)
    (folder / "front.yaml").write_text(front, "utf-8")
    return ALLOWED if f"{server}/{tool}" in load_yaml(folder / "front.yaml").data["tools"] else REFUSED


def cursor(folder, server, tool):
    assert data(folder / "cursor/mcp.json") == {"mcpServers": {server: {"url": URL}}}
    return ALLOWED if f"{server}:{tool}" in data(folder / "cursor/permissions.json")["mcpAllowlist"] else ASKS


def cursor_command_line(folder, server, tool):
    rules, name = data(folder / "cursor/cli.json")["permissions"], f"Mcp({server}:{tool})"
    return REFUSED if name in rules["deny"] else ALLOWED if name in rules["allow"] else ASKS


def codex(folder, server, tool):
    settings = tomllib.loads((folder / "codex/config.toml").read_text("utf-8"))
    jsonschema.validate(settings, json.loads((VENDOR / "codex.json").read_text("utf-8")))
    entry = settings["mcp_servers"][server]
    assert entry["url"] == URL
    return ALLOWED if tool in entry["enabled_tools"] and tool not in entry["disabled_tools"] else REFUSED


def gemini(folder, server, tool):
    entry = data(folder / "gemini-cli/settings.json", "gemini-cli.json")["mcpServers"][server]
    assert entry["httpUrl"] == URL
    return ALLOWED if tool in entry["includeTools"] and tool not in entry["excludeTools"] else REFUSED


def authorized(policies, action, resource, entities):
    request = {"principal": 'Client::"someone"', "action": action, "resource": resource, "context": {}}
    result = cedarpy.is_authorized(request, policies, entities)
    assert result.diagnostics.errors == []
    return ALLOWED if result.allowed else REFUSED


def toolhive(folder, server, tool):
    settings = data(folder / "cedar/toolhive.json")
    assert (settings["version"], settings["type"]) == ("1.0", "cedarv1")
    entities = json.loads(settings["cedar"]["entities_json"])
    policies = "\n".join(settings["cedar"]["policies"])
    return authorized(policies, 'Action::"call_tool"', f'Tool::"{tool}"', entities)


def docker(folder, server, tool):
    parent = {"type": "MCP::Server", "id": server}
    called = {"uid": {"type": "MCP::Tool", "id": tool}, "attrs": {"name": tool}, "parents": [parent]}
    entities = [called, {"uid": parent, "attrs": {}, "parents": []}]
    policies = (folder / "cedar/docker.cedar").read_text("utf-8")
    return authorized(policies, 'MCP::Action::"invokeTool"', f'MCP::Tool::"{tool}"', entities)


# What each says of a tool that is refused by name, and of one that nobody knows.
FORMATS = {
    claude_desktop: (REFUSED, UNSAID),
    claude_code: (REFUSED, REFUSED),
    openai: (REFUSED, REFUSED),
    vscode: (REFUSED, REFUSED),
    cursor: (ASKS, ASKS),
    cursor_command_line: (REFUSED, ASKS),
    codex: (REFUSED, REFUSED),
    gemini: (REFUSED, REFUSED),
    toolhive: (REFUSED, REFUSED),
    docker: (REFUSED, REFUSED),
}
each_format = pytest.mark.parametrize("verdict", FORMATS, ids=lambda verdict: verdict.__name__)


@each_format
def test_each_reviewed_tool_of_torii_is_judged_as_the_gate_judges_it(torii, library, verdict):
    policy = tool_policy(library, load_tool_lock(library).values())
    by_name, _ = FORMATS[verdict]
    expected = {
        name: ALLOWED if decide_tool(name, policy).allowed else by_name for name in sorted(library.reviewed_tools)
    }
    assert {ALLOWED, by_name} == set(expected.values())
    assert {name: verdict(torii, "torii", name) for name in expected} == expected


@each_format
def test_of_another_server_only_what_surely_reads_under_one_spelling_is_allowed(other, verdict):
    by_name, _ = FORMATS[verdict]
    found = {name: verdict(other, "my-server", name) for name in sorted({*OTHER_TOOLS, *LOCKED})}
    assert found == dict.fromkeys(found, by_name) | {"list-items": ALLOWED}


@each_format
@pytest.mark.parametrize("name", ["wipe_tenant", "LIST_APPS", "list_apps_", "list", "*", "list_apps,run_workflow"])
def test_a_tool_that_nobody_knows_is_refused_wherever_the_format_can_say_so(torii, verdict, name):
    assert verdict(torii, "torii", name) == FORMATS[verdict][1]


def test_the_rules_of_a_gateway_hold_for_the_server_they_name_only(torii):
    assert docker(torii, "other", "list_apps") == REFUSED


def rows(folder):
    """The rows of the README's table: what each file says of a tool that is not listed, by file."""
    text = (folder / "README.md").read_text("utf-8")
    return dict(re.findall(r"^\| `([^`]+)` \|.*\| ?(.*?) ?\|$", text, re.MULTILINE))


def test_the_steps_name_each_file_and_no_other(torii, other):
    for folder in (torii, other):
        files = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
        assert rows(folder).keys() == files
        assert URL in (folder / "README.md").read_text("utf-8")


def test_the_steps_say_loudly_which_files_do_not_refuse_what_they_do_not_list(torii):
    said = rows(torii)
    open_files = {"claude-desktop/managedMcpServers.json", "cursor/permissions.json", "cursor/cli.json"}
    assert {name for name, rest in said.items() if "**" in rest} == {*open_files, "vscode/torii.agent.md"}
    assert {name for name, rest in said.items() if rest.startswith("refused")} == {
        "cedar/docker.cedar",
        "cedar/toolhive.json",
        "claude-code/managed-settings.json",
        "codex/config.toml",
        "gemini-cli/settings.json",
        "openai/mcp-tool.json",
        "vscode/torii.agent.md",
    }


def test_the_links_hold_the_server_and_its_address(other):
    text = (other / "README.md").read_text("utf-8")
    cursor_link, vscode_link = re.search(r"^Cursor: (\S+)\nVS Code: (\S+)$", text, re.MULTILINE).groups()
    asked = parse_qs(urlsplit(cursor_link).query, strict_parsing=True)
    assert asked["name"] == ["my-server"]
    assert json.loads(base64.b64decode(asked["config"][0], validate=True)) == {"url": URL}
    assert json.loads(unquote(vscode_link.partition("?")[2])) == {"name": "my-server", "type": "http", "url": URL}


@pytest.mark.parametrize(
    ("file", "schema", "wrong"),
    [
        ("claude-code/managed-settings.json", "claude-code.json", {"permissions": {"allow": ["torii:list_apps"]}}),
        ("gemini-cli/settings.json", "gemini-cli.json", {"mcpServers": {"torii": {"allowedTools": []}}}),
        ("vscode/mcp.json", "vscode.json", {"mcpServers": {}}),
    ],
)
def test_the_schemas_can_refuse_a_file(torii, file, schema, wrong):
    (torii / "wrong.json").write_text(json.dumps(data(torii / file) | wrong), "utf-8")
    with pytest.raises(jsonschema.ValidationError):
        data(torii / "wrong.json", schema)


def test_reads_that_hosts_would_write_in_another_way_are_named(tmp_path, capsys):
    write_policy(review_of(OTHER_TOOLS, LOCKED, tmp_path), tmp_path / "rules", "srv", URL)
    told = capsys.readouterr().err
    assert "hosts would write their names in another way: get.item, same.name, same_name.\n" in told


@pytest.mark.parametrize(
    ("server", "url", "code"),
    [
        (None, URL, "server-name"),
        ("my_server", URL, "server-name"),
        ('x" || true', URL, "server-name"),
        ("x" * 33, URL, "server-name"),
        ("srv", "https://guard.example.com/mcp?token=CANARY", "server-url"),
        ("srv", "http://guard.example.com/mcp", "server-url"),
    ],
)
def test_a_name_or_address_that_a_host_would_misread_is_refused(tmp_path, server, url, code):
    with pytest.raises(UsageError, match=code) as error:
        write_policy(review_of(OTHER_TOOLS, LOCKED, tmp_path), tmp_path / "rules", server, url)
    assert "CANARY" not in str(error.value)
    assert not (tmp_path / "rules").exists()


def test_a_review_that_allows_nothing_is_no_file_with_an_empty_list(tmp_path):
    with pytest.raises(PromptkitError, match="no-reads"):
        write_policy(review_of({"run_job": OTHER_TOOLS["run_job"]}, ["run_job"], tmp_path), tmp_path / "x", "srv", URL)
    assert not (tmp_path / "x").exists()
