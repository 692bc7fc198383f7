import pytest

from promptkit.audit.cassette import is_cassette, parse_cassette
from promptkit.json_strict import UnreadableError


@pytest.mark.parametrize(
    "head", [b"interactions:\n", b"---\nhttp_interactions:\n- request:", b"version: 1\ninteractions: []"]
)
def test_a_cassette_is_known_by_the_key_of_its_interactions(head):
    assert is_cassette(head)


@pytest.mark.parametrize("head", [b'{"interactions": []}', b"  interactions:\n", b"my interactions:\n", b"", b"["])
def test_other_files_are_no_cassettes(head):
    assert not is_cassette(head)


def test_plain_values_have_their_kind_and_what_is_marked_as_binary_is_bytes():
    text = b"a: null\nb: true\nc: 7\nd: 0.5\ne: no\nf: '7'\ng: !!binary aGVsbG8=\nh: [x, {y: z}]\n"
    assert parse_cassette(text) == {
        "a": None, "b": True, "c": 7, "d": 0.5, "e": "no", "f": "7", "g": b"hello", "h": ["x", {"y": "z"}]
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        b"", b"a: [", b"a: &x 1\nb: *x", b"a: &x {}\n", b"<<: {}\n", b"a: 1\na: 2", b"? [a]\n: 1",
        b"!!python/name:os.x", b"a: !!python/object/new:_io.BytesIO {}", b"a: !!set {}",
        b"a: 1\n---\nb: 2", b"a: !!binary '%'", b"a: \xff",
        b"[" * 10_000, b"a:\n" + b"- " * 10_000,
    ],
)  # fmt: skip
def test_what_is_not_plain_data_is_refused(text):
    with pytest.raises(UnreadableError):
        parse_cassette(text)


def test_a_file_of_too_many_parts_is_refused():
    with pytest.raises(UnreadableError, match="more than"):
        parse_cassette(b"- 1\n" * 1_000_001)
