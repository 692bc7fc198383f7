import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptkit.audit.array import array_elements
from promptkit.audit.prose import Prose
from promptkit.audit.reader import Shortcuts
from promptkit.audit.records import MAX_WAITING_RECORDS, Records
from promptkit.audit.sources import zipfile
from promptkit.audit.strict import MAX_RECORD_BYTES


class Said(msgspec.Struct):
    text: str

    @property
    def may_tell_more(self):
        return "@" in self.text


class Talk(msgspec.Struct, tag_field="type", tag="talk"):
    conversation: str = msgspec.field(name="session")
    message: Said


def opened(raw: bytes) -> Records:
    return Records(lambda: io.BytesIO(raw))


def read(raw: bytes) -> tuple[list[tuple[str, object]], list[str]]:
    opened_records = opened(raw)
    return [tuple(record) for record in opened_records], [str(gap) for gap in opened_records.gaps]


@pytest.mark.parametrize(
    ("raw", "locations"),
    [
        (b'{"a":1}\n{"b":2}\n', ["line 1", "line 2"]),
        (b'{"a":1}\r\n\r\n{"b":2}', ["line 1", "line 3"]),
        (b'\xef\xbb\xbf{"a":1}\n{"b":2}\n', ["line 1", "line 2"]),
        (b'[{"a":1},\n {"b":2}]', ["/0", "/1"]),
        (b'\xef\xbb\xbf [ {"a":1} , {"b":2} ] \n', ["/0", "/1"]),
        (b'{\n "a": [\n  {}\n ]\n}\n', [""]),
        (b'[{"a":1}]\n[{"b":2}]\n', ["line 1", "line 2"]),
        (b'{"a":1}', ["line 1"]),
        (b'a log line\n{"a":1}\n', ["line 2"]),
    ],
)
def test_the_layout_of_a_file_is_found_by_its_content(raw, locations):
    assert [location for location, _ in read(raw)[0]] == locations


@pytest.mark.parametrize(
    ("raw", "gap"),
    [
        (b"", "it is empty"),
        (b" \n \n", "it holds nothing"),
        (b"hello", "it is not JSON"),
        (b"\x00\x00\x00", "it is not JSON"),
        (b"\xff\xfe{\x00", "it is UTF-16, not UTF-8"),
        (b"\x1f\x8b\x08", "it is compressed with gzip; unpack it first"),
        (b"PK\x03\x04", "it is a zip file inside a zip file; unpack it first"),
        (b'{\n "a": 1,', "it is not JSON"),
        (b'[{"a":1},{"b":', "/1: it is cut off or broken; the rest was not read"),
        (b'[{"a":1}', "/1: the array is cut off here"),
        (b'[{"a":1} {"b":2}]', "/1: the array is broken here"),
        (b'[{"a":1}] {"b":2}', "/1: there is something after the end of the array"),
        (b'[{"a":1,"a":2},{"b":2}]', "/0: an object in it has the same key twice"),
        (b'[{"a":"\xff"},{"b":2}]', "/0: it is not UTF-8"),
        (b"[" * 1_000_000, "/0: it is nested too deep; the rest was not read"),
        (b'{"a":1}\n{"b":', "line 2: the last line is cut off: it is not JSON"),
        (b'{"a":1}\n{"b":\n', "line 2: it is not JSON"),
        (b'{"a":1}\n\x00\x00\x00\n{"b":1}', "line 2: it is not JSON"),
        (b'{"a":1}\n{"b":"\xff"}\n', "line 2: it is not UTF-8"),
        (b'{"a":1}\n{"b":1,"b":2}\n', "line 2: an object in it has the same key twice"),
        (b'{"a":1}\n' + b"[" * 100_000 + b"\n", "line 2: it is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_a_gap_with_its_place(raw, gap):
    gaps = read(raw)[1]
    assert len(gaps) == 1
    assert gaps[0].startswith(gap)


def test_what_stands_around_a_gap_is_read():
    values, _ = read(b'[{"a":1,"a":2},{"b":"\xff"},{"c":3}]')
    assert values == [("/2", {"c": 3})]


def test_a_line_longer_than_the_limit_is_passed_over_and_said():
    values, gaps = read(b'{"a":1}\n{"b":"' + b"x" * 2 * MAX_RECORD_BYTES + b'"}\n{"c":3}\n')
    assert values == [("line 1", {"a": 1}), ("line 3", {"c": 3})]
    assert len(gaps) == 1


def test_the_line_after_one_just_too_long_is_read():
    around = len(b'{"b":""}')
    values, gaps = read(b'{"a":1}\n{"b":"' + b"x" * (MAX_RECORD_BYTES - around) + b'"}\n{"c":3}\n')
    assert values == [("line 1", {"a": 1}), ("line 3", {"c": 3})]
    assert gaps == ["line 2: it is longer than 32 MiB"]


def test_a_document_longer_than_the_limit_says_what_to_do():
    reason = read(b'{\n"a": "' + b"x" * MAX_RECORD_BYTES + b'"\n}')[1][0]
    assert reason.endswith("which is not read; split the run, or use JSON Lines")


def test_an_element_longer_than_the_limit_ends_the_array():
    values, gaps = read(b'[{"a":1},{"b":"' + b"x" * 2 * MAX_RECORD_BYTES + b'"}]')
    assert values == [("/0", {"a": 1})]
    assert gaps == ["/1: it is larger than 32 MiB; the rest was not read"]


def test_a_file_of_rubbish_ends_after_a_thousand_lines():
    _, gaps = read(b'{"a":1}\n' + b"rubbish\n" * 5000)
    assert len(gaps) == 1002
    assert gaps[-1] == "line 1002: more than 1000 lines cannot be read; the rest was not looked at"


def test_a_conversation_without_end_is_cut_and_said():
    values, gaps = read(b'{"a":1}\n' * (MAX_WAITING_RECORDS + 7))
    assert len(values) == MAX_WAITING_RECORDS
    assert gaps == ["line 200001: one conversation is too large; the rest was not read. Split the file"]


def test_conversations_that_end_may_be_as_many_as_they_like():
    opened_records = opened(b'{"a":1}\n' * (MAX_WAITING_RECORDS + 7))
    for _ in opened_records:
        opened_records.conversation_is_whole()
    assert opened_records.gaps == []


@pytest.mark.parametrize("packing", ["ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA", "ZIP_ZSTANDARD"])
def test_a_member_whose_packing_is_damaged_is_a_gap(packing, tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", getattr(zipfile, packing)) as archive:
        archive.writestr("conversations.json", str(list(range(1000))))
        start = len("conversations.json") + 30
    raw = path.read_bytes()
    path.write_bytes(raw[: start + 9] + b"\xff" * 99 + raw[start + 108 :])
    with zipfile.ZipFile(path) as archive:
        broken = Records(lambda: archive.open("conversations.json"))
        list(broken)
    assert str(broken.gaps[0]).startswith("it cannot be read to its end: it is broken")


def test_a_broken_zip_member_is_a_gap(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("conversations.json", '[{"a":1}]')
    path.write_bytes(path.read_bytes().replace(b'"a":1', b'"b":1'))
    with zipfile.ZipFile(path) as archive:
        broken = Records(lambda: archive.open("conversations.json"))
        assert list(broken) == []
    assert [str(gap) for gap in broken.gaps] == ["it cannot be read to its end: it is broken"]


@settings(deadline=None)
@given(st.lists(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))))
def test_an_array_is_read_as_the_standard_library_reads_it(values):
    raw = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")
    if not (values and raw.startswith(b"[")):
        return
    assert [value for _, value in read(raw)[0]] == json.loads(raw)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_elements_are_found_wherever_the_window_ends(size):
    values = [12345, 'a\\"]é😀', {"k": [1, {"x": None}]}, True, -1.5e3, [], None, 7]
    raw = json.dumps(values, ensure_ascii=False).encode().replace(b"-1500.0", b"-1.5e3")
    found = list(array_elements(io.BytesIO(raw), chunk_bytes=size))
    assert [(json.loads(element.text), element.problem) for element in found] == [(value, "") for value in values]


def skimmed(raw: bytes) -> list[str]:
    opened_records = opened(raw)
    opened_records.use(Shortcuts(prose=Talk))
    return [location for location, _ in opened_records] + [gap.location for gap in opened_records.gaps]


def test_talk_is_passed_over_save_the_first_of_each_conversation():
    talk = b'{"type":"talk","session":"s1","message":{"text":"hi"}}\n'
    other = b'{"type":"talk","session":"s2","message":{"text":"hi"}}\n'
    call = b'{"type":"call","session":"s1"}\n'
    assert skimmed(talk + talk + talk + call + other + other) == ["line 1", "line 4", "line 5"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"c\\u0061ll","session":"s1","message":{"text":""}}',
        b'{"type":"talk","session":"s1","message":{"text":"\\u0040"}}',
        b'{"type":"call","session":"s1","message":{"text":""},"type":"talk"}',
        b'{"type":"talk","session":"s1","message":{"text":""},"type":"call"}',
        b'{ "type" : "call" , "session" : "s1" }',
    ],
)
def test_no_spelling_of_json_hides_a_line_that_is_not_talk(line):
    talk = b'{"type":"talk","session":"s1","message":{"text":"hi"}}\n'
    records_or_gaps = skimmed(talk + talk + line + b"\n")
    assert records_or_gaps[-1] == "line 3"


def test_a_line_of_talk_may_be_spelled_in_any_way():
    talk = b'{"type":"talk","session":"s1","message":{"text":"hi"}}\n'
    spelled = b' {"message" :{ "t\\u0065xt" : "h\\u0069"}, "\\u0074ype":"t\\u0061lk","session":"s1" } \n'
    assert skimmed(talk + spelled + spelled) == ["line 1"]


TALK = b'{"type":"talk","session":"s1","message":{"text":"hi"}}'
OTHERS = (b'{"type":"call"}', b"{}", b'{"type":"talk"', b"\x00", TALK.replace(b"s1", b"s2"), TALK.replace(b"hi", b"@"))


@settings(deadline=None)
@given(st.lists(st.sampled_from((TALK, b"\n", TALK + b"\n", b" ", b"\r", *OTHERS)), max_size=12))
def test_many_lines_are_talk_only_if_all_of_them_are(pieces):
    prose = Prose(Talk)
    prose.line_of_talk(TALK)
    assert len(prose.talk(b"".join(pieces))) in {0, sum(piece.startswith(TALK) for piece in pieces)}
    assert not (prose.talk(b"".join(pieces)) and set(OTHERS).intersection(pieces))


def test_two_values_in_one_line_are_no_talk():
    assert skimmed((TALK + b"\n") * 2 + TALK * 2 + b"\n" + TALK + b"\n")[-1] == "line 3"


# Lines are read 64 KiB at a time: 1,191 of these.
@pytest.mark.parametrize("count", [40, 1_150, 1_191, 1_192, 5_000])
def test_lines_keep_their_numbers_however_many_are_read_at_once(count):
    talk = TALK + b"\n"
    found = skimmed(talk * count + b"\n" + talk * 3 + b'{"type":"call"}\n' + talk * 30 + b"rubbish\n" + talk)
    assert found == ["line 1", f"line {count + 5}", f"line {count + 36}"]


def test_only_lines_near_some_are_read_where_that_is_asked_for():
    records = opened(b"".join(b'{"a":%d}\n' % number for number in range(1, 201)))
    records.only_near([60, 150])
    numbers = [record.value["a"] for record in records]
    assert numbers == [*range(20, 61), *range(110, 151)]


def test_a_line_too_long_to_be_read_counts_as_one_where_others_near_it_are_read():
    long = b'"' + b"x" * (MAX_RECORD_BYTES + 10) + b'"\n'
    records = opened(b'{"a":1}\n' + long + b'{"a":3}\n')
    records.only_near([3])
    assert [record.location for record in records] == ["line 1", "line 3"]
