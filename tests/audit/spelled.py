"""One JSON value, written in any way JSON allows."""

import json

from hypothesis import strategies as st

SPACE = st.sampled_from(["", "", "", " ", "\t", "  "])


@st.composite
def spelled_text(draw, text: str) -> str:
    if not text or not draw(st.booleans()):
        return json.dumps(text, ensure_ascii=draw(st.booleans()))
    escaped = draw(st.integers(0, len(text) - 1))
    inner = [json.dumps(char, ensure_ascii=False)[1:-1] for char in text]
    inner[escaped] = json.dumps(text[escaped])[1:-1] if ord(text[escaped]) > 127 else f"\\u{ord(text[escaped]):04x}"
    return f'"{"".join(inner)}"'


@st.composite
def spelled(draw, value: object) -> str:
    """`value` as JSON text; a list of pairs is an object, so that a key may stand twice."""
    if isinstance(value, str):
        return draw(spelled_text(value))
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
        items = [f"{draw(spelled_text(key))}{draw(SPACE)}:{draw(SPACE)}{draw(spelled(item))}" for key, item in value]
        return "{" + f"{draw(SPACE)},".join(items) + draw(SPACE) + "}"
    if isinstance(value, list):
        return "[" + f"{draw(SPACE)},".join(draw(spelled(item)) for item in value) + draw(SPACE) + "]"
    return json.dumps(value)
