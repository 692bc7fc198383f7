"""The evidence block is read as people write it."""

import pytest

from promptkit.answering.evidence import stated_evidence

LINES = {
    "Tools": "list_apps",
    "Rows": "list_apps 60 of 60 in 1 page",
    "As of": "2026-11-02 (UTC)",
    "Filters": "hidden = no",
    "Method": "counted",
    "Gaps": "none",
}
STRICT = "## Evidence\n" + "".join(f"- {label}: {text}\n" for label, text in LINES.items())
STAMP = "\n[renewal_calendar@1.0.0 77ee9bc5]\n"


def test_the_strict_form_is_read_up_to_the_stamp():
    assert stated_evidence(f"## Totals\n- Tools: no\n\n{STRICT}{STAMP}") == LINES


@pytest.mark.parametrize(
    "heading",
    ["# Evidence", "#### Evidence", "**Evidence**", "Evidence:", "**Evidence:**", "## 4. Evidence",
     "Evidence\n--------", "## EVIDENCE AND GAPS", "### 📋 Evidence"],
)  # fmt: skip
def test_a_heading_of_any_level_begins_the_block(heading):
    assert stated_evidence(STRICT.replace("## Evidence", heading)) == LINES


@pytest.mark.parametrize(
    ("bullet", "label"),
    [
        ("- ", "{}: "), ("* ", "**{}:** "), ("1. ", "**{}**: "), ("+ ", "`{}`: "), ("• ", "*{}* - "), ("", "{}: "),
        ("", "\n**{}** "), ("- ", "_{}_ — "), ("  - ", "{} : "), ("- ", "__{}:__ "), ("", "### {}\n"), ("> - ", "{}: "),
        ("- ", "{}:\n  - "), ("1) ", "{}\n   1. "),
    ],
)  # fmt: skip
def test_a_label_may_be_marked_up_and_stand_alone(bullet, label):
    written = "".join(f"{bullet}{label.format(name)}{text}\n" for name, text in LINES.items())
    assert stated_evidence(f"## Evidence\n{written}") == LINES


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("rows read", "Rows"), ("ROWS", "Rows"), ("Rows and pages", "Rows"), ("Rows read of total", "Rows"),
        ("Tools called", "Tools"), ("As-of date", "As of"), ("filters applied", "Filters"),
        ("Known gaps", "Gaps"), ("Gaps and limitations", "Gaps"), ("Rows (per tool)", "Rows"),
    ],
)  # fmt: skip
def test_a_label_may_say_more(label, meant):
    assert stated_evidence(f"## Evidence\n- {label}: x") == {meant: "x"}


@pytest.mark.parametrize("line", ["Rows of hidden apps: 5", "As I said: 5", "Total: 5", "Renewal: 5"])
def test_what_is_no_label_belongs_to_the_label_above(line):
    assert stated_evidence(f"## Evidence\n- Method:\n  - {line}") == {"Method": line}


def test_a_table_of_labels_is_read():
    table = "".join(f"| **{label}** | {text} |\n" for label, text in LINES.items())
    assert stated_evidence(f"## Evidence\n\n| | |\n|---|---|\n{table}") == LINES


def test_a_table_of_tools_is_read_as_lines():
    table = "| Tool | Rows read | Total | Pages | Note |\n|---|--:|--:|--:|---|\n"
    rows = "| `list_apps` | 60 | 60 | 1 | all |\n| list_roles | 5 | not given | | |\n"
    assert stated_evidence(f"## Evidence\n{table}{rows}\nGaps: none") == {
        "Tools": "list_apps\nlist_roles",
        "Rows": "list_apps 60 of 60 in 1 pages (all)\nlist_roles 5",
        "Gaps": "none",
    }


def test_labels_in_one_line_are_told_apart():
    written = "Evidence: Tools: list_apps; Rows: list_apps 60 of 60. Gaps: none"
    assert stated_evidence(written) == {"Tools": "list_apps;", "Rows": "list_apps 60 of 60.", "Gaps": "none"}


def test_the_next_heading_ends_the_block_and_the_last_block_counts():
    assert stated_evidence(f"## Evidence\n- Tools: no\n\n{STRICT}\n## Next\n- Gaps: more") == LINES


@pytest.mark.parametrize(
    "answer", ["", "The evidence shows: Tools: none", "## Evidence", STRICT * 3_000, f"{STRICT}{'x' * 30_000}"]
)
def test_an_answer_without_a_block_has_no_evidence(answer):
    assert stated_evidence(answer) == {}
