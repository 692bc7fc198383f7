import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptkit.audit.spelling import expand_carrier, resolve

TOOLS = frozenset({"run_workflow", "update_user", "search_apps", "list_apps"})


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("run_workflow", None),
        ("run_workflow", "torii"),
        ("/Torii/link_65f/run_workflow", None),
        ("/asdk_app_9/link_1/run_workflow", None),
        ("/Our Research/implicit_link::connector_openai_research/run_workflow", None),
        ("Torii.run_workflow", None),
        ("mcp__torii__run_workflow", None),
        ("mcp__claude_ai_Torii__run_workflow", None),
        ("mcp__plugin_saas_torii__run_workflow", None),
        ("mcp__Our-Apps__run_workflow", None),
        ("mcp--torii--run_workflow", None),
        ("cXu4Oz0mcp0run_workflow", None),
        ("Torii:run_workflow", None),
        ("Torii:run_workflow", "Torii"),
        ("mcp__codex_apps__torii_run_workflow", None),
        ("mcp__codex_apps__torii__run_workflow", None),
        ("mcp__codex_apps__torii._run_workflow", None),
        ("codex_apps.torii_run_workflow", None),
        ("torii_run_workflow", "codex_apps"),
        ("torii.run_workflow", "codex_apps"),
        ("torii_run_workflow", None),
        ("Torii__run_workflow", None),
        ("mcp_torii_run_workflow", None),
        ("torii-run_workflow", None),
        ("functions.run_workflow", None),
        ("functions.mcp__torii__run_workflow", None),
        ("api_toriihq_com__jit_plugin.runWorkflow", None),
        ("api_toriihq_com__jit_plugin.run_workflow", None),
    ],
)
def test_every_known_spelling_stands_for_the_tool(name, server):
    assert resolve(name, TOOLS, server) == "run_workflow"


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("bulk_update_user", None),
        ("bulk__update_user", None),
        ("mcp__torii__bulk_update_user", None),
        ("mcp--torii--bulk_update_user", None),
        ("cXu4Oz0mcp0bulk_update_user", None),
        ("bulk0mcp0update_user", None),
        ("mcp__torii__bulk__update_user", None),
        ("update_user_all", None),
        ("update_users", None),
        ("pdate_user", None),
        ("Update_User", None),
        ("updateUser", None),
        ("update-user", None),
        ("mcp_bulk_update_user", None),
        ("bulk-update_user", None),
        ("update_user ", None),
        ("update_user\n", None),
        ("update_user\u200b", None),
        ("upd\u0430te_user", None),
        ("\uff55pdate_user", None),
        ("", None),
        ("mcp__torii__", None),
        ("/Torii/update_user", None),
        ("/Torii/link_1/x/update_user", None),
        ("/Torii/implicit_link::/update_user", None),
        ("/Torii/implicit_link::a::b/update_user", None),
        ("Torii/link_1/update_user", None),
        ("t2uay3k.sj1i4kz", None),
        ("github.update_user", "torii"),
        ("Torii:update_user", "GitHub"),
        ("delete_list_apps", "delete"),
    ],
)
def test_what_is_no_exact_spelling_stands_for_nothing(name, server):
    assert resolve(name, TOOLS, server) is None


def test_a_spelling_of_two_tools_stands_for_neither():
    assert resolve("x__jit_plugin.listApps", {"listApps", "list_apps"}) is None


@given(st.text(max_size=60))
def test_a_name_made_longer_in_front_never_becomes_the_tool_without_a_separator(prefix):
    name = f"{prefix}update_user"
    if resolve(name, TOOLS) is not None:
        assert prefix == "" or prefix[-1] in "_.:/"


@pytest.mark.parametrize("name", ["multi_tool_use.parallel", "parallel", "functions.parallel"])
def test_a_parallel_carrier_stands_for_the_calls_in_it(name):
    uses = [
        {"recipient_name": "functions.list_apps", "parameters": {"size": 1}},
        {"recipient_name": "functions.run_workflow", "parameters": '{"id": 7}'},
    ]
    assert expand_carrier(name, {"tool_uses": uses}) == [
        ("functions.list_apps", {"size": 1}),
        ("functions.run_workflow", {"id": 7}),
    ]


@pytest.mark.parametrize("arguments", [{"id": 7}, '{"id": 7}'])
def test_a_carrier_of_cline_stands_for_the_call_in_it(arguments):
    given = {"server_name": "torii", "tool_name": "run_workflow", "arguments": arguments}
    assert expand_carrier("use_mcp_tool", given) == [("run_workflow", {"id": 7})]


def test_carriers_inside_carriers_are_opened():
    inner = {"path": "/Torii/link_1/run_workflow", "args": {"id": 7}}
    outer = {"tool_uses": [{"recipient_name": "api_tool.call_tool", "parameters": inner}]}
    assert expand_carrier("multi_tool_use.parallel", outer) == [("/Torii/link_1/run_workflow", {"id": 7})]


@pytest.mark.parametrize("recipient", ["api_tool.call_tool", "api_tool_torii"])
def test_a_chatgpt_path_names_the_call(recipient):
    text = '{"path":"/Torii/link_1/run_workflow","args":{"id":7}}'
    assert expand_carrier(recipient, text) == [("/Torii/link_1/run_workflow", {"id": 7})]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("api_tool.call_tool", '{"path":"/Torii/link_1/list_apps","args":{}'),
        ("api_tool.call_tool", '{"path":"/Torii/link_1/list_apps","path":"/Torii/link_1/run_workflow"}'),
        ("api_tool.call_tool", {"path": "/Torii/link_1/list_apps", "args": {}, "then": "run_workflow"}),
        ("multi_tool_use.parallel", {"tool_uses": []}),
        ("use_mcp_tool", {"server_name": "torii", "arguments": {}}),
        ("use_mcp_tool", {"tool_name": ["run_workflow"]}),
        ("use_mcp_tool", {"tool_name": "list_apps", "more": "run_workflow"}),
        ("use_mcp_tool", "x"),
        ("multi_tool_use.parallel", None),
        ("multi_tool_use.parallel", "x"),
    ],
)
def test_a_carrier_that_cannot_be_read_is_a_call_of_no_known_tool(name, arguments):
    calls = expand_carrier(name, arguments)
    assert [resolve(call.name, TOOLS) for call in calls] == [None]


def test_what_cannot_be_read_of_a_carrier_is_not_dropped():
    uses = [{"recipient_name": "functions.list_apps", "parameters": {}}, {"parameters": {}}]
    calls = expand_carrier("multi_tool_use.parallel", {"tool_uses": uses})
    assert [resolve(call.name, TOOLS) for call in calls] == ["list_apps", None]


def test_a_listing_of_tools_is_no_call():
    assert expand_carrier("api_tool.list_resources", "{}") == []


def test_a_bomb_of_carriers_is_bounded():
    call = {"recipient_name": "list_apps", "parameters": {}}
    for _ in range(4):
        call = {"recipient_name": "multi_tool_use.parallel", "parameters": {"tool_uses": [call] * 20}}
    assert len(expand_carrier(call["recipient_name"], call["parameters"])) <= 1100
