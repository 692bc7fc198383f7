"""What people do with the dashboard of a view as a file, in real Chromium."""

import pytest

from promptkit.torii.generate.hostile import hostile_texts

MARKUP = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) </script><script>alert(1)</script>"
HOSTILE = f"{MARKUP} \u202egnp.exe\u200b {{{{ 7 }}}}"


def column(page, index):
    return page.locator(f"table >> nth=0 >> tbody td:nth-child({index})").all_inner_texts()


def figures(page, index):
    return [float(text.replace(",", "")) for text in column(page, index)]


def test_the_answer_is_there_from_its_title_to_its_stamp(open_dashboard, answers):
    answer = answers["spend_trend"]
    page = open_dashboard(answer)
    assert page.inner_text("h1") == page.title() == answer["title"]
    assert page.locator(".tiles dt").first.inner_text() == "Spend"
    assert page.locator(".tiles dd").first.inner_text() == f"{answer['totals'][0]['value']:,.2f}\nUSD"
    assert answer["remarks"][0] in page.inner_text("main")
    told = [*(f"{label}\n{text}" for label, text in answer["evidence"].items()), "", answer["stamp"]]
    assert page.inner_text(".evidence") == "\n".join(["Evidence", *told])
    assert "As of 2026-11-02 (UTC)" in page.inner_text(".facts")


def test_values_are_written_by_their_type(open_dashboard, answers):
    page = open_dashboard(answers["workflow_health"])
    assert page.locator("td", has_text="2026-10-30 00:31 UTC").count() > 0
    assert page.locator("td", has_text="0.0 %").count() > 0
    assert open_dashboard(answers["vendors"], page=page).locator("td", has_text="none").count() > 0
    assert open_dashboard(answers["licence_utilization"], page=page).locator("td", has_text="unknown").count() > 0
    assert column(open_dashboard(answers["executive_summary"], page=page), 1)[:2] == ["Spend", "Spend per employee"]


def test_a_total_in_several_currencies_is_one_tile_with_a_line_for_each(open_dashboard, answers):
    page = open_dashboard(answers["renewal_calendar"])
    tile = page.locator(".tiles > div", has_text="Amount")
    amounts = [total for total in answers["renewal_calendar"]["totals"] if total["name"] == "amount"]
    told = [f"{total['value']:,.2f}\n{total['key']}" for total in amounts]
    assert tile.locator("dd").all_inner_texts() == told
    assert len(told) > 1


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(open_dashboard, answers):
    page = open_dashboard(answers["vendors"])
    heading = page.locator("th", has_text="Apps")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert figures(page, 4) == sorted(figures(page, 4), reverse=True)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert figures(page, 4) == sorted(figures(page, 4))


def test_the_keyboard_sorts_too_and_empty_cells_stay_last(open_dashboard, answers):
    page = open_dashboard(answers["vendors"])
    heading = page.locator("th", has_text="Next end date")
    heading.locator("button").focus()
    for direction in ("ascending", "descending"):
        page.keyboard.press("Enter")
        days = column(page, 6)
        known = [day for day in days if day != "none"]
        assert heading.get_attribute("aria-sort") == direction
        assert known == sorted(known, reverse=direction == "descending")
        assert days == known + ["none"] * (len(days) - len(known))
    assert page.locator("[aria-sort]").count() == 1


def test_the_search_keeps_the_rows_with_every_word(open_dashboard, answers):
    page = open_dashboard(answers["renewal_calendar"])
    rows = answers["renewal_calendar"]["tables"][0]["rows"]
    wanted = [row[2] for row in rows if "2026-11" in row[0] and "usd" in str(row[9]).lower()]
    page.get_by_label("Search in the rows").fill("USD 2026-11")
    assert column(page, 3) == wanted
    assert page.locator(".count").first.inner_text() == f"{len(wanted)} rows of {len(rows)} found"
    page.get_by_label("Search in the rows").fill("")
    assert page.locator("table >> nth=0 >> tbody tr").count() == len(rows)


def many(answers, count=120):
    answer = answers["connection_apps"]
    answer["tables"][0] |= {"rows": [[f"App {n:03}", "sanctioned", n] for n in range(count)], "total_rows": count}
    return answer


@pytest.mark.parametrize(("rows", "steps"), [(None, [50, 100]), (40, [40, 80])])
def test_many_rows_are_shown_as_many_at_a_time_as_were_asked_for(open_dashboard, answers, rows, steps):
    page = open_dashboard(many(answers) | {"arguments": {"rows": rows} if rows else {}})
    counts = []
    while page.get_by_role("button", name="more").is_visible():
        counts.append(len(column(page, 1)))
        page.get_by_role("button", name="more").click()
    assert (counts, len(column(page, 1))) == (steps, 120)


def test_paper_has_every_row(open_dashboard, answers):
    page = open_dashboard(many(answers))
    page.emulate_media(media="print")
    page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 120")
    assert page.get_by_role("button", name="more").is_hidden()


def test_a_file_offers_no_rows_that_it_does_not_have(open_dashboard, answers):
    answer = answers["vendors"]
    answer["tables"][0]["next"] = "cursor"
    page = open_dashboard(answer)
    assert page.locator("button.second:visible").count() == 0
    assert page.inner_text(".count") == f"The first 25 of {answer['tables'][0]['total_rows']} rows"


def test_what_is_missing_is_said_before_any_figure(open_dashboard, answers):
    answer = answers["vendors"] | {"status": "partial", "totals": []}
    answer["evidence"]["Gaps"] = "list_contracts could not be read: 403"
    del answer["tables"][0]["total_rows"]
    page = open_dashboard(answer)
    first = page.inner_text("#view > :first-child")
    assert first.startswith("Partial data.")
    assert first.endswith("What is missing: list_contracts could not be read: 403")
    assert page.locator(".tiles").count() == 0


def test_a_whole_answer_has_no_warning(open_dashboard, answers):
    assert open_dashboard(answers["vendors"]).locator(".notice").count() == 0


def test_a_notice_stands_above_everything(open_dashboard, answers):
    notice = "This could not be refreshed on 2026-11-27; the figures are those of 2026-11-26."
    page = open_dashboard(answers["vendors"], notice=notice)
    assert page.inner_text("main > :first-child") == notice


def hostile(value):
    """The same shape with a hostile text in place of each text that a tenant could have written."""
    if isinstance(value, dict):
        return {key: item if key in {"type", "status", "chart"} else hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


def test_no_text_of_a_tenant_becomes_more_than_text_and_every_view_fits_a_small_phone(open_dashboard, answers):
    worst = hostile(answers["admin_changes"]) | {"chart": HOSTILE}
    page = open_dashboard(worst, viewport={"width": 320, "height": 640})
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for answer in [worst, *answers.values()]:
        open_dashboard(answer, notice=HOSTILE, page=page)
        assert page.locator("a, img, iframe, form, object, embed, link, main script").count() == 0
        page.get_by_label("Search in the rows").fill("<img")
        page.get_by_label("Search in the rows").fill("")
        assert (answer["name"], page.evaluate("document.documentElement.scrollWidth")) == (answer["name"], 320)


def test_texts_of_a_hostile_tenant_are_shown_as_they_were_written(open_dashboard, answers):
    shown = open_dashboard(answers["renewal_calendar"]).inner_text("main")
    found = [one for one in hostile_texts() if one.field == "contract.name" and " ".join(one.text.split()) in shown]
    assert found


def test_hidden_characters_do_not_reach_the_page(open_dashboard, answers):
    shown = open_dashboard(hostile(answers["admin_changes"]) | {"chart": HOSTILE}).inner_text("body")
    assert "gnp.exe" in shown
    assert not {"\u202e", "\u200b"} & set(shown)
