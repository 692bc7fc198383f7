"""The door: which files it writes."""

import pytest

from promptkit.errors import PromptkitError
from promptkit.reports.files import NO_FILES, ReportFiles
from promptkit.reports.write import write_reports
from tests.reports.examples import HOSTILE_REPORTS

REPORT = HOSTILE_REPORTS["audit"]


def test_only_files_that_are_asked_for_are_written(tmp_path):
    write_reports(REPORT, ReportFiles(sarif=tmp_path / "sarif", html=tmp_path / "html"))
    write_reports(REPORT, NO_FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["html", "sarif"]


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path):
    with pytest.raises(PromptkitError, match="unwritable"):
        write_reports(REPORT, ReportFiles(junit=tmp_path / "missing" / "file"))
