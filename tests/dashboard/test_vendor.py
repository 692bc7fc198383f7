"""What is not ours is as it was published, and has its licence beside it."""

import hashlib
import re

import pytest

from tests.sources import ROOT

FOLDERS = [ROOT / "promptkit/dashboard/vendor", ROOT / "tests/dashboard/vendor", ROOT / "tests/hosts/vendor"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_a_library_of_others_has_the_digest_and_the_licence_that_its_table_names(folder):
    table = [line for line in (folder / "README.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    listed = set()
    for row in table:
        name, _, licence, digest = row.strip("| ").split(" | ")
        library, texts = name.strip("`"), re.findall(r"`([\w.-]+\.LICENSE\.txt)`", licence)
        assert hashlib.sha256((folder / library).read_bytes()).hexdigest() == digest.strip("`")
        assert texts
        assert all("Copyright" in (folder / text).read_text("utf-8") for text in texts)
        listed |= {library, *texts}
    assert listed == {path.name for path in folder.iterdir()} - {"README.md"}
