import gzip
import io
import json
import zlib
from base64 import b64encode

import pytest
from ruamel.yaml import YAML

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import anthropic_messages, mcp_wire, vcr
from tests.audit.places.vcr import ACTION, CLAUDE, READ, cassette, interaction


def yaml(value):
    written, writer = io.BytesIO(), YAML(typ="safe")
    writer.default_flow_style = False
    writer.representer.ignore_aliases = lambda data: True
    writer.dump(value, written)
    return written.getvalue()


def packed(raw, asked=mcp_wire.ACTION):
    held = interaction(asked, raw)
    held["response"]["headers"] = vcr.JSON | {"Content-Encoding": ["gzip"]}
    return held


@pytest.mark.parametrize("layout", [yaml, document])
@pytest.mark.parametrize("whole", [vcr.CLEAN[0], {"http_interactions": [READ], "recorded_with": "VCR 6.0.0"}])
def test_a_cassette_that_only_read_is_clean(layout, whole, audited):
    found = audited(layout(whole), "cassette.yaml")
    assert (ruled(found), told(found), found.results[0].format) == (CLEAN, [("list_apps", "executed")], "vcr")


def test_an_action_in_a_cassette_of_yaml_is_a_violation(audited):
    found = audited(yaml(cassette(READ, ACTION)[0]), "cassette.yaml")
    assert (ruled(found), told(found)[1]) == (VIOLATION, ("run_workflow", "executed"))
    assert found.results[0].calls[1].location == "/interactions/1/request/body/params"


def test_a_request_to_a_provider_with_its_answer_is_a_conversation(audited):
    answer = anthropic_messages.answer(*anthropic_messages.ACTION)
    found = audited(yaml(cassette(interaction(CLAUDE, answer))[0]), "cassette.yaml")
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_compressed_body_is_unpacked(pack, audited):
    found = audited(yaml(cassette(READ, packed(pack(json.dumps(mcp_wire.DONE).encode())))[0]), "cassette.yaml")
    assert (told(found)[1], ruled(found)) == (("run_workflow", "executed"), VIOLATION)


@pytest.mark.parametrize("raw", [b"\x1f\x8b\x08\x00", b"not packed"])
def test_a_compressed_body_that_cannot_be_unpacked_is_a_gap(raw, audited):
    held = packed(raw, None)
    assert ruled(audited(yaml(cassette(READ, held)[0]), "cassette.yaml")) == CLEAN + GAP


def test_a_body_in_base64_is_read(audited):
    held = interaction(mcp_wire.ACTION)
    held["response"]["body"] = {
        "encoding": "UTF-8",
        "base64_string": b64encode(json.dumps(mcp_wire.DONE).encode()).decode(),
    }
    assert told(audited(document(cassette(held)[0]))) == [("run_workflow", "executed")]


def test_a_body_that_was_read_before_is_read(audited):
    held = {
        "request": {"method": "POST", "parsed_body": CLAUDE},
        "response": {"parsed_body": anthropic_messages.answer(*anthropic_messages.READ)},
    }
    found = audited(yaml(cassette(held)[0]), "cassette.yaml")
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])


def test_a_cassette_without_its_end_is_a_gap(audited):
    assert ruled(audited(yaml({"interactions": [READ]}), "cassette.yaml")) == CLEAN + GAP
