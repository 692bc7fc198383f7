import pytest

from promptkit.commands.export_page import export_page
from promptkit.errors import PromptkitError
from promptkit.evaluation.record import RunRecord
from promptkit.model import DEFAULT_PROFILE


def test_the_page_has_sample_answers_of_the_local_torii_and_the_evidence_of_a_run(library, tmp_path, capsys):
    with RunRecord.new(tmp_path / "run", {"model": "openai:example", "server": "local"}) as record:
        record.add(
            {"prompt": f"renewal_calendar@{library.load_prompt('renewal_calendar').version}", "verdict": "clean"}
        )
    assert export_page(library, tmp_path / "out", profile=DEFAULT_PROFILE, run=tmp_path / "run") == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert capsys.readouterr().out == f"{tmp_path / 'out' / 'index.html'}\n"
    assert page.count("See a sample answer") == len(library.prompt_names())
    assert "1 of 1 run only read." in page
    assert "<code>openai:example</code>" in page


def test_a_folder_that_cannot_be_made_is_a_problem(library, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PromptkitError, match="unwritable"):
        export_page(library, tmp_path / "file" / "out", profile=DEFAULT_PROFILE, run=None)
