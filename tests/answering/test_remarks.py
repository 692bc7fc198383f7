"""What the reference analyst says before the tables when nothing has the name that was asked for."""

import anyio
import pytest

from promptkit.connection.open_session import open_session
from tests.builders import answered

REMARKS = [
    ("app_dossier", {"app": "goo"}, "No app is called goo. This is Google Workspace, the only one whose name begins"),
    ("app_dossier", {"app": "git"}, "No app is called git. Names that contain it: GitHub, GitLab."),
    (
        "app_dossier",
        {"app": "figma", "split_up_to": 1},
        "Figma has 56 active users, more than 1, so they are not split.",
    ),
    (
        "app_dossier",
        {"app": "Zebra [x](y)"},
        r"No app is called Zebra \[x\](y). No name contains it, and none begins alike.",
    ),
    ("app_dossier", {"app": "Slak"}, "No app is called Slak. No name contains it. Names that begin alike: Slack."),
    ("app_dossier", {"app": "figma"}, "## The app"),
    (
        "organizational_drilldown",
        {"value": "Finanse"},
        "Department has no value Finanse. It has: CS, ",
    ),
    ("organizational_drilldown", {"value": "finance"}, "## Apps"),
    ("widely_used_apps", {"split_up_to": 100}, "The apps shown have 954 active users together, more than 100"),
    ("vendor_dossier", {"vendor": "Umbrella"}, "Nothing is from a vendor called Umbrella."),
    (
        "vendor_dossier",
        {"vendor": "Microsft"},
        "Nothing is from a vendor called Microsft. Apps that begin alike: Microsoft 365, of Microsoft; Microsoft "
        "Teams, of Microsoft. Vendors that begin alike: Microsoft.",
    ),
    ("vendor_dossier", {"vendor": "Northwind Resellers"}, "## Apps"),
    ("spend_trend", {"app": "Nimbus Ledger"}, "No single app is called Nimbus Ledger."),
    ("spend_trend", {"app": "Slak"}, "No single app is called Slak; these begin alike: Slack."),
    ("spend_trend", {"app": "goo"}, "This is Google Workspace, the only app whose name begins so."),
    ("spend_trend", {"app": "GOOGLE workspace"}, "Spend is falling."),
    ("field_discovery", {"wanted": "zebra"}, "No fitting field has zebra in its name or key."),
    ("field_drift", {"approved_coverage": 95}, "The slice reads no value as another, so there is no mapping to check."),
]


@pytest.fixture(scope="module")
def openings(library):
    """The first line of the answer to each of REMARKS."""

    async def run():
        async with open_session(library, "local") as opened:
            return [(await answered(library, opened, name, given)).text.splitlines()[0] for name, given, _ in REMARKS]

    return anyio.run(run)


@pytest.mark.parametrize("number", range(len(REMARKS)), ids=[f"{name} {given}" for name, given, _ in REMARKS])
def test_an_answer_opens_by_saying_that_nothing_has_the_name(openings, number):
    assert openings[number].startswith(REMARKS[number][2])
