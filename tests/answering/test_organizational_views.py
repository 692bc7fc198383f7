"""Views by a field of each entity: what the analyst reads over MCP against the tenant's own rows."""

from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from anyio.from_thread import start_blocking_portal

from promptkit.agents.eval_spec import EvalSpec
from promptkit.connection.open_session import open_session
from promptkit.evaluation.plan import CaseScenario, Sample, plan
from promptkit.evaluation.suite import Evaluation
from promptkit.library.cases import Case
from promptkit.model import Profile
from promptkit.policy.verdict import Verdict
from promptkit.torii.tenant import build_tenant
from tests.builders import answered
from tests.sources import ROOT

PROFILE = Profile.model_validate(
    {
        "organizational_views": [
            {"label": "Department", "entity": "user", "field": "department", "aliases": {"Eng": "Engineering"}},
            {"label": "Business unit", "entity": "app", "field": "c_businessUnit_1"},
            {"label": "Legal entity", "entity": "contract", "field": "c_legalEntity_2", "unassigned": "No entity"},
            {"label": "Paid by", "entity": "transaction", "field": "department"},
        ]
    }
)
TRUTH = {
    "Department": """
        SELECT lower(CASE lower(trim(coalesce(department, ''))) WHEN '' THEN 'Unassigned' WHEN 'eng' THEN 'Engineering'
            ELSE trim(department) END), 'USD', round(sum(1.0 * expenses / activeUsersCount))
        FROM app_users x JOIN apps ON apps.id = idApp JOIN users ON users.id = idUser
        WHERE NOT isHidden AND expenses > 0 AND x.status = 'active' AND NOT isUserRemovedFromApp
        GROUP BY 1
        UNION ALL
        SELECT 'unallocated', 'USD', sum(expenses) FROM apps
        WHERE NOT isHidden AND expenses > 0 AND NOT activeUsersCount
    """,
    "Business unit": """
        SELECT lower(coalesce(nullif(trim(c_businessUnit_1), ''), 'Unassigned')), 'USD', sum(expenses)
        FROM apps WHERE NOT isHidden AND expenses > 0 GROUP BY 1
    """,
    "Legal entity": """
        SELECT lower(coalesce(nullif(trim(c_legalEntity_2), ''), 'No entity')), currency,
            round(sum(coalesce(yearlyCost, amount * 365.0 / (julianday(endDate) - julianday(startDate) + 1))))
        FROM contracts WHERE status = 'active' AND coalesce(endDate >= '2026-11-02', 1) AND amount NOT NULL
        GROUP BY 1, 2
    """,
    "Paid by": """
        SELECT lower(coalesce(nullif(trim(department), ''), 'Unassigned')), 'USD', sum(convertedValue)
        FROM transactions JOIN apps ON apps.id = idApp WHERE NOT isHidden
            AND mappingStatus = 'mapped' AND duplicateOf IS NULL AND transactionDate > '2025-11-02' GROUP BY 1
    """,
}
"""By label: the slice in small letters, its currency, its spend in cents."""
DRILLDOWN = {
    "Business unit": (
        "marketing",
        """
        SELECT count(*), 'USD', sum(expenses) FROM apps WHERE NOT isHidden AND trim(c_businessUnit_1) = 'Marketing'
        """,
    ),
    "Legal entity": (
        "Acme GmbH",
        """
        SELECT count(DISTINCT idApp), currency, sum(yearlyCost) FROM contracts
        WHERE status = 'active' AND coalesce(endDate >= '2026-11-02', 1) AND c_legalEntity_2 = 'Acme GmbH'
        GROUP BY currency HAVING sum(yearlyCost) ORDER BY currency
        """,
    ),
    "Paid by": (
        "Unassigned",
        """
        SELECT count(DISTINCT apps.id), 'USD', sum(convertedValue) FROM transactions JOIN apps ON apps.id = idApp
        WHERE NOT isHidden AND mappingStatus = 'mapped' AND duplicateOf IS NULL AND transactionDate > '2025-11-02'
            AND trim(coalesce(department, '')) = ''
        """,
    ),
}
"""By label: the value to look at, and SQL of its apps, currency and spend in cents. Apps repeat for each currency."""
TAKES_A_VIEW = [
    path.stem for path in sorted((ROOT / "prompts").glob("*.yaml")) if "organizational_view" in path.read_text("utf-8")
]


@pytest.fixture(scope="module")
def opened(library):
    """A loop in a thread, and in it a session with a local Torii and that profile; these tests only read."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_session(library, "local", PROFILE)) as opened,
    ):
        yield portal, opened


@pytest.fixture(scope="module")
def analysed(library, opened):
    """The figures of the analyst's answer to a prompt."""
    portal, session = opened

    def figures(name, **given):
        return portal.call(answered, library, session, name, given, PROFILE).figures

    return cache(figures)


@pytest.mark.parametrize("label", TRUTH)
def test_spend_is_split_by_a_field_of_each_entity(analysed, label):
    figures = analysed("spend_by_slice", slice=label, among=1000, rows=500)
    with closing(build_tenant(None)) as tenant:
        expected = {(slice_, currency): cents for slice_, currency, cents in tenant.execute(TRUTH[label])}
    assert {(row[0].lower(), row[3]): row[1] * 100 for row in figures.tables[0]} == expected


@pytest.mark.parametrize("label", TRUTH)
def test_the_slices_add_up_to_the_total_of_their_currency(analysed, label):
    figures = analysed("spend_by_slice", slice=label, among=1000, rows=500)
    for name in [name for name in figures.totals if name.startswith("spend ")]:
        rows = [row for row in figures.tables[0] if row[3] == name.removeprefix("spend ")]
        assert abs(sum(row[1] for row in rows) - figures.totals[name]) < Decimal("0.5")
        assert abs(sum(row[2] for row in rows) - 100) < Decimal("2.5")


@pytest.mark.parametrize(
    ("label", "rows"),
    [("Business unit", [("Okta", "Company-wide", 249, 100)]), ("Legal entity", []), ("Paid by", [])],
)
def test_all_users_of_an_app_go_to_its_unit_and_to_no_contract_or_payment(analysed, label, rows):
    figures = analysed("widely_used_apps", slice=label, min_users=240)
    assert figures.tables == ([("Okta", "sanctioned", 249, len(rows) or None, "dana.levi@acme.example")], rows)


@pytest.mark.parametrize("label", DRILLDOWN)
def test_a_drilldown_finds_the_apps_and_spend_of_a_value_of_each_entity(analysed, label):
    value, query = DRILLDOWN[label]
    found = analysed("organizational_drilldown", value=value, slice=label).totals
    with closing(build_tenant(None)) as tenant:
        expected = tenant.execute(query).fetchall()
    spend = {name: amount * 100 for name, amount in found.items() if name.startswith("spend ")}
    assert spend == {f"spend {currency}": cents for _, currency, cents in expected}
    assert label == "Legal entity" or found["apps"] == expected[0][0]


def by(label: str, scenario: CaseScenario) -> Sample:
    """The scenario with its Organizational View changed, and no table cut."""
    arguments = scenario.prompt.arguments
    (name,) = [name for name, one in arguments.items() if one.type == "organizational_view"]
    rows = {"rows": int(arguments["rows"].maximum)} if "rows" in arguments else {}
    case = Case(name=label, arguments={**scenario.case.arguments, name: label, **rows})
    return Sample(1, replace(scenario, case=case))


@pytest.fixture(scope="module")
def judged(library, opened):
    """What the eval says of the first sample of each prompt that takes a view, by prompt and label."""
    portal, session = opened
    evaluation = Evaluation(library, session, PROFILE)
    firsts = {
        sample.scenario.prompt.name: sample.scenario
        for sample in reversed(plan(library, EvalSpec(tuple(TAKES_A_VIEW))))
    }
    return {
        (name, label): portal.call(evaluation.run_sample, by(label, first))
        for name, first in firsts.items()
        for label in TRUTH
    }


# The truth of a case is of its default view, so the figures are not compared here.
@pytest.mark.parametrize("label", TRUTH)
@pytest.mark.parametrize("name", TAKES_A_VIEW)
def test_every_prompt_that_takes_a_view_answers_by_a_field_of_each_entity(judged, name, label):
    result, line = judged[name, label]
    failed = [one for one in result.failures if one.name != "figures_match"]
    assert (result.verdict, failed) == (Verdict.CLEAN, [])
    assert "\n- Gaps: none\n" in line["events"][-1]["text"]
