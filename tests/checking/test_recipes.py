import shutil
from pathlib import Path

import pytest

from promptkit.checking.library import check_library
from promptkit.checking.recipes import check_recipe_file
from promptkit.commands.check import check
from promptkit.errors import Problem
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library
from tests.sources import ROOT

BAD = sorted((ROOT / "tests" / "bad" / "recipes").glob("*.yaml"))
FILTERS = '      filters: [{key: activeUsersCount, op: gt, value: ":min_users"}]\n'


@pytest.fixture
def drafted(tmp_path):
    """A library with one prompt of a name, as `promptkit new` writes it, and the path of its recipe."""

    def draft(name: str) -> tuple[Library, Path]:
        library = Library(tmp_path)
        shutil.copytree(ROOT / "instructions", tmp_path / "instructions")
        for folder in (library.recipes, library.evals / "cases"):
            folder.mkdir(parents=True)
        scaffold(library, name)
        return library, library.recipes / f"{name}.yaml"

    return draft


@pytest.fixture
def found(drafted):
    """The problems of the drafted recipe with a text in place of another, or several."""
    library, path = drafted("busy_apps")

    def check(*changes: tuple[str, str]) -> list[Problem]:
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return check_recipe_file(library, path)

    return check


def placed(problems: list[Problem]) -> list[str]:
    return [f"{problem.line}:{problem.column} {problem.code}: {problem.message}" for problem in problems]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_recipe_is_reported_as_its_first_comment_says(drafted, path):
    library, recipe = drafted(path.stem)
    shutil.copy(path, recipe)
    expected = [line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith("# ")]
    assert "\n".join(map(str, check_recipe_file(library, recipe))).splitlines() == expected


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_broken_recipe_shows_the_code_it_is_named_after(path):
    assert f"[{path.stem.replace('_', '-')}]" in path.read_text("utf-8")


READS_USERS = ("reads: [list_apps]", "reads: [list_apps, list_application_users]")


def test_a_problem_in_a_block_stands_at_its_own_line_and_column(found):
    block = """|
    SELECT 'FROM' AS app, activeUsersCount -- FROM here

    FROM apps
    WHERE name IN (SELECT name FROM)
"""
    problems = found(("SELECT name, activeUsersCount FROM apps ORDER BY activeUsersCount DESC\n", block))
    assert placed(problems) == ['14:36 wrong-sql: near ")": syntax error']


def test_a_word_in_a_string_is_not_taken_for_the_column_that_is_missing(found):
    problems = found(("SELECT name, activeUsersCount", "SELECT name || 'state' || state, activeUsersCount"))
    assert placed(problems) == ["10:31 wrong-sql: no such column: state"]


def test_a_text_that_the_file_spells_otherwise_is_placed_at_its_key(found):
    problems = found(("SELECT count(*) FROM apps", '"SELECT\\x20count(*) FROM app"'))
    assert placed(problems) == ["12:3 wrong-sql: no such table: app"]


def test_columns_are_those_that_exist_when_nothing_was_read(found):
    users = "  users: {tool: list_apps, entity: app, arguments: {fields: id}}\ntables:\n"
    problems = found(("tables:\n", users), ("count(*) FROM apps", "count(slice) FROM users"))
    assert placed(problems) == ["13:22 wrong-sql: no such column: slice"]


def test_a_read_knows_the_reads_before_it_and_no_later_one(found):
    earlier = "    each: SELECT id AS q FROM later\n  later: {tool: list_apps, arguments: {fields: id}}\ntables:\n"
    assert placed(found(("tables:\n", earlier))) == ["9:31 wrong-sql: no such table: later"]


@pytest.mark.parametrize("table", ["scoring", "classes"])
def test_the_scoring_model_is_always_there(found, table):
    assert found(("count(*) FROM apps", f"count(*) FROM {table}")) == []


def test_steps_are_tables_for_the_queries_after_them(found):
    steps = "steps:\n  named: SELECT name FROM apps\n  counted: SELECT count(*) AS n FROM named\ntables:\n"
    assert found(("tables:\n", steps), ("count(*) FROM apps", "n FROM counted")) == []


def test_a_step_with_a_problem_is_reported_once_and_not_again_where_it_is_used(found):
    steps = "steps:\n  named: SELECT nam FROM apps\n  again: SELECT * FROM named\ntables:\n"
    problems = found(("tables:\n", steps), ("count(*) FROM apps", "count(*) FROM again"))
    assert placed(problems) == ["10:17 wrong-sql: no such column: nam"]


@pytest.mark.parametrize(
    ("read", "problem"),
    [
        ("sqlite_apps: {tool: list_apps}", "object name reserved for internal use: sqlite_apps"),
        ("later: {tool: list_apps, columns: [id, ID]}", "duplicate column name: ID"),
    ],
)
def test_a_read_whose_table_cannot_be_made_is_reported_once(found, read, problem):
    name = read.partition(":")[0]
    (told,) = placed(found(("tables:\n", f"  {read}\ntables:\n"), ("count(*) FROM apps", f"count(*) FROM {name}")))
    assert told.startswith(f"9:3 wrong-sql: {problem} in: CREATE TABLE")


def test_fields_that_are_no_text_are_refused_as_an_argument(found):
    problems = found(
        ("    tool: list_apps", "    entity: app\n    columns: [name, activeUsersCount]\n    tool: list_apps"),
        ("fields: id,name,activeUsersCount", "fields: 3"),
    )
    assert placed(problems) == ["9:7 refused-argument: list_apps: 3 is not of type 'string'"]


def test_a_step_takes_no_name_of_a_table_that_is_there(found):
    problems = found(("tables:\n", "steps: {scoring: SELECT 1}\ntables:\n"))
    assert placed(problems) == ["9:9 wrong-sql: there already is a table scoring"]


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("date(:todya)", "10:16 unbound-parameter: nothing binds :todya"),
        ("date(:today", "10:11 wrong-sql: incomplete input"),
        ("1, 2", "10:3 wrong-columns: the expression gives 2 values"),
    ],
)
def test_a_bound_value_is_one_expression_over_what_is_bound_before(found, expression, problem):
    bind = f"bind:\n  since: '{expression}'\ntables:\n"
    assert placed(found(("tables:\n", bind), ("count(*) FROM apps", "count(*) + :since FROM apps"))) == [problem]


def test_remarks_are_one_column(found):
    assert placed(found(("totals:\n", "remarks: SELECT 1, 2\ntotals:\n"))) == [
        "11:1 wrong-columns: the query gives 2 columns instead of 1"
    ]


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("DELETE FROM apps", 9),
        ("WITH x AS (SELECT 1) DELETE FROM apps", 9),
        ("PRAGMA user_version", 9),
        ("EXPLAIN SELECT 1", 9),
        ("SELECT ';' FROM apps; SELECT 1", 29),
        ("-- nothing", 9),
    ],
)
def test_only_one_select_is_a_query(found, query, column):
    problems = found(("SELECT count(*) FROM apps", f"|-\n    {query}"))
    assert placed(problems) == [f"13:{column - 4} not-a-select: this is not a single SELECT"]


def test_a_query_touches_no_file_while_it_is_judged(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    problems = found(("SELECT count(*) FROM apps", "SELECT 1 FROM apps; ATTACH 'made.db' AS made"))
    assert [problem.code for problem in problems] == ["not-a-select"]
    assert not (tmp_path / "made.db").exists()


def test_a_query_that_never_ends_is_stopped(found):
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    assert placed(found(("SELECT count(*) FROM apps", endless))) == [
        "12:9 wrong-sql: it does not end, even over tables without rows"
    ]


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("size: 2026-01-01", "a value is not valid in JSON; a date, for example, needs quotes"),
        ("size: ':today'", "'2026-01-31' is not of type 'integer'"),
        ("size: ':min_users'", "0 is less than the minimum of 1"),
        ("includeLicenses: 1", "1 is not of type 'boolean'"),
    ],
)
def test_a_value_must_fit_the_reviewed_argument_with_what_it_stands_for(found, argument, problem):
    problems = found((FILTERS, f"      {argument}\n"))
    assert placed(problems) == [f"8:7 refused-argument: list_apps: {problem}"]


def test_a_value_is_tried_at_both_limits_of_the_prompt_s_argument(found, tmp_path):
    path = tmp_path / "prompts" / "busy_apps.yaml"
    limited = path.read_text("utf-8").replace("minimum: 0", "minimum: 1\n    maximum: 5000")
    path.write_text(limited, encoding="utf-8")
    (problem,) = found((FILTERS, '      size: ":min_users"\n'))
    assert problem.message == "list_apps: 5000 is greater than the maximum of 1000"
    assert problem.fix == "limit :min_users to values that the schema in instructions/tools.yaml allows"


@pytest.mark.parametrize(
    ("each", "problems"),
    [
        ("SELECT id AS idApp FROM apps", []),
        ("SELECT 'x' AS idApp", ["10:5 refused-argument: list_application_users: 'x' is not of type 'integer'"]),
        ("SELECT id AS app FROM apps", ["10:5 refused-argument: list_application_users has no reviewed argument app"]),
        (
            "SELECT 'active' AS status",
            ["9:3 refused-argument: list_application_users: 'idApp' is a required property"],
        ),
    ],
)
def test_what_each_row_gives_is_an_argument_whose_value_may_be_unknown(found, tmp_path, each, problems):
    path = tmp_path / "prompts" / "busy_apps.yaml"
    path.write_text(path.read_text("utf-8").replace(*READS_USERS), encoding="utf-8")
    users = f"  users:\n    each: {each}\n    tool: list_application_users\ntables:\n"
    assert placed(found(("tables:\n", users))) == problems


def test_a_parameter_has_a_name(found):
    assert placed(found(("count(*) FROM apps", "count(*) + ? FROM apps"))) == [
        "12:9 unbound-parameter: a parameter has no name"
    ]


def test_a_placeholder_deep_in_an_argument_must_be_bound(found):
    problems = found(('value: ":min_users"', 'value: [1, ":nobody"]'))
    assert placed(problems) == ["8:60 unbound-parameter: nothing binds :nobody"]


def test_a_recipe_may_not_call_a_sensitive_tool(found, tmp_path):
    path = tmp_path / "instructions" / "tools.yaml"
    path.write_text(
        path.read_text("utf-8").replace("  class: read\n", "  class: read\n  sensitive: true\n", 1), "utf-8"
    )
    (problem,) = found()
    assert (problem.line, problem.column, problem.code) == (5, 5, "sensitive-tool")


def test_a_recipe_need_not_look_up_the_keys_of_fields(found, tmp_path):
    path = tmp_path / "prompts" / "busy_apps.yaml"
    path.write_text(path.read_text("utf-8").replace("[list_apps]", "[list_apps, get_app_fields]"), encoding="utf-8")
    assert found() == []


def test_a_recipe_without_its_prompt_is_reported(copy):
    (copy.recipes / "renewal_calendar.yaml").rename(copy.recipes / "renewals.yaml")
    assert [str(problem).splitlines()[0] for problem in check_library(copy)] == [
        "prompts/recipes/renewals.yaml:2:1: [no-such-prompt] there is no prompt renewals",
        "prompts/renewal_calendar.yaml:2:1: [no-recipe] renewal_calendar has no recipe, so code cannot answer it",
    ]


def test_the_recipe_of_a_broken_prompt_waits_for_it(copy):
    path = copy.prompts / "renewal_calendar.yaml"
    path.write_text(path.read_text("utf-8").replace("title:", "tittle:"), encoding="utf-8")
    assert {problem.path for problem in check_library(copy)} >= {"prompts/renewal_calendar.yaml"}
    assert not [problem for problem in check_library(copy) if problem.path.startswith("prompts/recipes/")]


def test_the_file_of_a_recipe_is_checked_by_its_name(copy, capsys):
    path = copy.recipes / "renewal_calendar.yaml"
    path.write_text(path.read_text("utf-8").replace("size: 50", "sise: 50"), encoding="utf-8")
    assert check(copy, [path], as_json=False) == 1
    assert "[refused-argument] list_contracts has no reviewed argument sise" in capsys.readouterr().out
