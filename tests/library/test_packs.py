"""Packs: views for one occasion, in order."""

from promptkit.checking.library import check_library
from promptkit.library.store import Library

PACK = "title: A pack\ndescription: For a test.\nviews: [vendors, vendorz]\n"


def test_a_pack_that_names_no_view_is_found_with_its_place(copy):
    (copy.root / "prompts/packs/wrong.yaml").write_text(PACK, encoding="utf-8")
    (problem,) = check_library(copy)
    assert (problem.code, problem.path, problem.line) == ("unknown-view", "prompts/packs/wrong.yaml", 3)
    assert "vendors" in problem.fix


def test_a_company_s_pack_lies_over_ours(library, tmp_path):
    (tmp_path / "prompts/packs").mkdir(parents=True)
    (tmp_path / "prompts/packs/access_review.yaml").write_text(PACK.replace("vendorz", "digest"), encoding="utf-8")
    packs = Library(tmp_path, base=library).load_packs()
    assert packs["access_review"].title == "A pack"
    assert "monthly_vendor_review" in packs
