import pytest

from promptkit.commands.export_page import export_page
from promptkit.errors import PromptkitError
from promptkit.model import DEFAULT_PROFILE, Profile
from tests.evals import evaluate
from tests.page.samples import LIMIT_BYTES


def test_the_page_has_sample_answers_of_the_local_torii_and_the_evidence_of_a_run(library, tmp_path, capsys):
    evaluate(library, "connection_apps", out=tmp_path / "run", as_json=True)
    capsys.readouterr()
    assert export_page(library, tmp_path / "out", profile=DEFAULT_PROFILE, run=tmp_path / "run") == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'index.html'}\n"
    assert len(page.encode()) < LIMIT_BYTES
    assert page.count('<i data-part="sample">') == len(library.prompt_names())
    assert page.count("only read.</b>") == 1
    assert "The analyst is a program and no language model" in page


@pytest.mark.parametrize(
    ("language", "told"), [("en", "every figure was right.</b>"), ("de", "war jede Zahl richtig.</b>")]
)
def test_without_a_record_each_view_tells_of_our_own_last_eval(language, told, library, tmp_path):
    export_page(library, tmp_path, profile=Profile(language=language), run=None)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert page.count(told) == len(library.prompt_names())
    assert len(page.encode()) < LIMIT_BYTES


def test_a_folder_that_cannot_be_made_is_a_problem(library, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PromptkitError, match="unwritable"):
        export_page(library, tmp_path / "file" / "out", profile=DEFAULT_PROFILE, run=None)
