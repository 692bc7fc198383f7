"""`check` names what is wrong with any folder, and never fails itself."""

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptkit.checking.library import check_library
from promptkit.errors import Problem
from promptkit.library.scaffold import scaffold
from promptkit.library.store import Library

PLACES = [
    *("prompts", "prompts/recipes", "prompts/archive", "prompts/archive/acme_apps", "evals", "evals/cases"),
    *("evals/attacks", "instructions", "instructions/archive"),
    *("prompts/acme_apps.yaml", "prompts/recipes/acme_apps.yaml", "evals/cases/acme_apps.yaml"),
    *("prompts/versions.lock", "prompts/CHANGELOG.md", "prompts/archive/acme_apps/1.0.0.yaml", "prompts/Other.yaml"),
    *("instructions/60_acme.md", "instructions/shared_lines.yaml", "instructions/tools.yaml", "evals/wording.yaml"),
    *("instructions/scoring.yaml", "evals/attacks/acme.yaml", "instructions/hosts.yaml", "prompts/recipes/lost.yaml"),
]
TEXTS = [
    *(
        "",
        "\n",
        "a",
        "[]",
        "{}",
        "1",
        "- a\n- b\n",
        "a: b\n",
        "a: [",
        "&a [*a]",
        "!!python/object:os.system x",
        "\t- x",
    ),
    *("\0", "a: 1\na: 2\n", "name: acme_apps\n", "template: 7\n", "---\n---\n", "a: " + "[" * 200, "\ufeffname: x\n"),
    *("<!-- version: 1.0.0 -->\n- AC-1 Be kind.\n", "<!-- version: 1", "- RO-1 Do it.\n", "acme_apps@1.0.0: 0\n"),
]
CONTENT = st.one_of(st.sampled_from(TEXTS).map(str.encode), st.binary(max_size=40))
KINDS = st.one_of(
    st.tuples(st.just("file"), CONTENT),
    st.tuples(st.sampled_from(["folder", "gone", "link away", "link to itself", "cut"]), st.just(b"")),
)


def put(path, kind, content):
    """Something else where a file or a folder of a library stands."""
    if path.is_symlink() or path.is_file():
        whole = path.read_bytes() if path.is_file() else b""
        path.unlink()
    else:
        whole = b""
        shutil.rmtree(path, ignore_errors=True)
    if kind == "gone" or not path.parent.is_dir():
        return
    match kind:
        case "file":
            path.write_bytes(content)
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "folder":
            path.mkdir()
        case "link away":
            path.symlink_to("/etc")
        case "link to itself":
            path.symlink_to(path)


@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), KINDS), min_size=1, max_size=4))
def test_a_broken_tree_has_problems_and_no_traceback(tmp_path_factory, library, changes):
    own = Library(tmp_path_factory.mktemp("own"), base=library)
    scaffold(own, "acme_apps")
    for place, (kind, content) in changes:
        put(own.root / place, kind, content)
    assert all(isinstance(problem, Problem) for problem in check_library(own))
    shutil.rmtree(own.root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_a_problem(library, tmp_path):
    own = Library(tmp_path, base=library)
    scaffold(own, "acme_apps")
    (own.prompts / "acme_apps.yaml").chmod(0)
    assert {problem.code for problem in check_library(own)} >= {"unreadable"}
