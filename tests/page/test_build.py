"""The page as a file: it loads nothing, runs nothing of others, and says what its sources say."""

import datetime
import re
import shutil

from promptkit.library.instructions import build_instructions, load_hosts
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Agreement, Profile
from promptkit.page.build import build_page
from promptkit.page.evidence import Evidence
from promptkit.page.guide import load_groups, load_guide
from tests.page.samples import LIMIT_BYTES, PROFILE


def test_the_page_is_small(html):
    assert len(html.encode()) < LIMIT_BYTES


def test_the_same_library_gives_the_same_bytes(page_library):
    assert build_page(page_library, PROFILE) == build_page(page_library, PROFILE)


def test_text_from_prompts_and_answers_is_shown_and_not_run(html):
    assert "<script>alert(1)" not in html
    assert "\\u003cscript\\u003ealert(1)" in html
    assert "<b>hostile" not in html


def test_a_tenant_sees_the_views_it_chose_and_the_validation_questions(page_library):
    page = build_page(page_library, Profile.model_validate({"views": ["renewal_calendar"]}))
    shown = re.findall(r'id="view-(\w+)"', page)
    assert shown == ["renewal_calendar", "connection_apps", "connection_contracts", "connection_workflows"]


def edited(page_library, folder, old, new):
    """The library with a word of one prompt changed."""
    shutil.copytree(page_library.root, folder, dirs_exist_ok=True)
    path = folder / "prompts" / "overlap_candidates.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    return Library(folder)


def test_a_draft_is_not_offered(page_library, tmp_path):
    library = edited(page_library, tmp_path, "version:", "status: draft\nversion:")
    assert 'id="view-overlap_candidates"' not in build_page(library, PROFILE)


def test_a_deprecated_view_says_what_replaces_it(page_library, tmp_path):
    status = "status: deprecated\nreplaced_by: renewal_calendar\nsunset: 2027-01-31\nversion:"
    page = build_page(edited(page_library, tmp_path, "version:", status), PROFILE)
    assert re.search(r'This view goes on 2027-01-31\. Use <a href="#renewal_calendar">', " ".join(page.split()))


def test_a_view_says_up_to_which_tenant_it_fits_and_what_answers_a_larger_one(html):
    page = " ".join(html.split())
    assert "Fits up to 1,200 apps and 30,000 users: in a larger company, ask for less," in page
    assert "<code>promptkit answer every_type</code>" in page


def test_a_pack_says_how_code_answers_it_at_once(html):
    assert "<code>promptkit answer before_a_renewal -a vendor=VENDOR --html DIR</code>" in html


def test_the_setup_has_every_box_with_its_limit(html, page_library):
    for host in (host for name, host in load_hosts(page_library).items() if name != "system-prompt"):
        assert f"<h5>{host.title}</h5>" in html
        assert f"of {host.limit:,}" in html


def test_the_setup_shows_the_policy_in_the_words_of_the_instructions(html, page_library):
    full = " ".join(build_instructions(page_library).split())
    may, never = (
        re.findall(r"<li>(.*?)</li>", re.search(rf"<h3>{title}</h3><ul>(.*?)</ul>", html, re.DOTALL).group(1))
        for title in ("It may", "It never")
    )
    assert (len(may), len(never)) == (6, 6)
    assert [text for text in may + never if text not in full] == []


def test_an_agreement_in_the_profile_is_shown(html, page_library):
    agreed = PROFILE.model_copy(
        update={"read_only_agreement": Agreement(by="Ann <Lee>", on=datetime.date(2026, 11, 2))}
    )
    assert "Agreed by Ann &lt;Lee&gt; on 2026-11-02." in build_page(page_library, agreed)
    assert "read_only_agreement" in html


def test_the_guide_is_whole():
    guide = load_guide()
    counts = {name: len(getattr(guide, name)) for name in ("validation", "issues", "checklist")}
    assert counts == {"validation": 3, "issues": 4, "checklist": 6}


def test_what_blocks_stands_before_what_advises():
    assert [layer.effect.split(",")[0] for layer in load_guide().layers] == [
        "Blocks",
        "Blocks",
        "Blocks what runs through it",
        "Advise",
    ]


def test_evidence_and_its_absence_are_both_said(html):
    assert "10 of 10 runs only read." in html
    assert "fewer than 30.8 % of runs" in html
    assert "This version has not been tested yet." in html


def test_the_analyst_is_not_taken_for_a_language_model(page_library):
    page = build_page(page_library, PROFILE, evidence={"every_type@2.1.0": [Evidence("reference", "local", 10, 10)]})
    assert "The analyst is a program and no language model" in page
    assert "with 95 % confidence" not in page


def test_what_answers_elsewhere_than_at_the_provider_is_not_taken_for_its_model(page_library):
    found = Evidence("openai:example", "local", 10, 10, "http://127.0.0.1:9/v1")
    page = " ".join(build_page(page_library, PROFILE, evidence={"every_type@2.1.0": [found]}).split())
    assert "Last test: what answers at <code>http://127.0.0.1:9/v1</code>" in page
    assert "so this says nothing about a model" in page
    assert "with 95 % confidence" not in page


def test_each_model_of_a_run_has_its_own_line(page_library):
    found = [
        Evidence("reference", "local", 2, 2),
        Evidence("openai:a", "local", 3, 2),
        Evidence("google:b", "local", 4, 4),
    ]
    page = build_page(page_library, PROFILE, evidence={"every_type@2.1.0": found})
    assert [page.count(f"{clean} of {runs} runs only read.") for clean, runs in ((2, 2), (2, 3), (4, 4))] == [1, 1, 1]


def test_every_group_of_views_has_its_words(library):
    assert {prompt.group for prompt in library.load_prompts()} - set(load_groups(library)) == set()


def test_a_page_of_the_real_library_can_be_built(library):
    assert "What software do we have?" in build_page(library, DEFAULT_PROFILE)


def test_a_german_view_says_so_and_keeps_its_capitals(html):
    article = html.partition('<article id="view-german" lang="de" hidden>')[2].partition("</article>")[0]
    assert "For Testende. Version 1.0.0." in article
