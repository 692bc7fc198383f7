"""The command `doctor`: what it writes besides what it prints."""

import json

from promptkit.commands.doctor import run_doctor
from promptkit.model import DEFAULT_PROFILE
from tests.servers import served


def test_the_file_names_the_server_and_has_each_finding_those_that_failed_first(library, torii, tmp_path, capsys):
    path = tmp_path / "doctor.html"
    with served(torii, "first-page-only") as url:
        code = run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=True, html=path)
    findings, text = json.loads(capsys.readouterr().out)["findings"], path.read_text("utf-8")
    assert code == 1
    assert "Server: " in text
    assert "do what stands beside it first" in text
    assert [one["check"] for one in findings if f">{one['check']}<" not in text] == []
    failed = [one["check"] for one in findings if one["status"] == "fail"]
    assert failed
    assert max(text.index(f">{check}<") for check in failed) < text.index(">server<")
