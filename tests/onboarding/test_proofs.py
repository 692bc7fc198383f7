"""What `promptkit doctor` proves by reading, against a local Torii with faults and with a guard in front."""

import datetime
import json
from contextlib import closing

import pytest

from promptkit.commands.doctor import run_doctor
from promptkit.connection.named_server import NamedServer
from promptkit.errors import PromptkitError
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.policy.review import is_read, load_tool_lock, write_tool_lock
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant
from tests.servers import running

MAPPED = Profile.model_validate({"read_only_agreement": {"by": "Ada", "on": datetime.date(2026, 11, 2)}})


@pytest.fixture
def tenant():
    """A tenant for each test, since some faults change it."""
    with closing(build_tenant(None)) as tenant:
        yield tenant


def faulty(tenant, *faults):
    return running(lambda _: build_server(tenant, faults=frozenset(faults)).streamable_http_app())


@pytest.fixture
def diagnosed(library, capsys):
    def diagnose(server, profile=MAPPED):
        code = run_doctor(library, server=server, profile=profile, as_json=True)
        printed = capsys.readouterr().out
        return code, {one["check"]: one for one in json.loads(printed[printed.index("{") :])["findings"]}

    return diagnose


def test_a_field_that_is_gone_a_hidden_limit_and_a_wrong_unit_are_found(diagnosed, tenant):
    with faulty(tenant, "deleted-field", "major-units") as url:
        code, found = diagnosed(f"{url}/mcp")
    assert code == 1
    assert found["field user.department"]["seen"].startswith("field gone")
    assert found["unit of amounts in list_contracts"]["seen"].startswith("not in cents")
    assert found["unit of amounts in list_transactions"]["status"] == "fail"


@pytest.mark.parametrize(("fault", "seen"), [("silent-cap", "a hidden limit"), ("first-page-only", "it ends after 25")])
def test_a_list_that_stops_early_is_found(diagnosed, tenant, fault, seen):
    with faulty(tenant, fault) as url:
        code, found = diagnosed(f"{url}/mcp")
    assert (code, found["whole list_users"]["status"]) == (1, "fail")
    assert found["whole list_users"]["seen"].startswith(seen)


def test_what_a_role_hides_is_never_ok(diagnosed, tenant):
    with faulty(tenant, "empty-by-role") as url:
        _, found = diagnosed(f"{url}/mcp")
    checks = ("whole list_contracts", "unit of amounts in list_contracts", "example of a contract")
    assert {found[check]["status"] for check in checks} == {"unknown"}


def test_an_example_is_shown_as_a_question_for_somebody_who_sees_torii(diagnosed):
    found = diagnosed("local")[1]["example of a contract"]
    assert found["question"] == f"{found['seen']}: is that what Torii shows?"
    assert "USD" in found["seen"] or "EUR" in found["seen"]


def test_a_guard_is_recognised_by_its_list(diagnosed, tenant, library, tmp_path):
    def guard(url):
        server = NamedServer(f"{url}/mcp")
        return Guard(library, server, AuditLog(tmp_path / "log.jsonl"), show_all=False, tell=lambda text: None)

    with faulty(tenant) as url, running(lambda _: guard(url).build().streamable_http_app()) as own:
        code, found = diagnosed(f"{own}/mcp")
    assert {check: one["seen"] for check, one in found.items() if one["status"] == "fail"} == {}
    assert code == 0
    assert found["tools"]["seen"].startswith("a guard's list")


def test_a_guards_list_is_not_locked_in_place_of_the_whole_one(library):
    locked = load_tool_lock(library)
    before = library.lock_file.read_bytes()
    reads = [tool for name, tool in locked.items() if is_read(library.reviewed_tools[name])]
    with pytest.raises(PromptkitError, match="a guard's list"):
        write_tool_lock(library, "guard", reads)
    assert library.lock_file.read_bytes() == before


def test_the_host_is_named_first_and_another_host_of_torii_is_not_its_server(diagnosed):
    code, found = diagnosed("https://developers.toriihq.com/mcp", DEFAULT_PROFILE)
    assert (code, next(iter(found))) == (1, "address")
    assert "developers.toriihq.com" in found["address"]["seen"]


def test_an_agreement_that_is_still_to_come_is_none(diagnosed):
    future = Profile.model_validate({"read_only_agreement": {"by": "Ada", "on": datetime.date(9999, 1, 1)}})
    code, found = diagnosed("https://developers.toriihq.com/mcp", future)
    assert (code, found["read-only agreement"]["seen"]) == (1, "9999-01-01 is still to come")
