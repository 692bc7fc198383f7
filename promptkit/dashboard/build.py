"""A view's answer -> one self-contained HTML file, with the answer as data inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from promptkit.reports.frame import BASE_STYLE, environment, inline, security_policy

_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ csp }}">
<title>{{ answer.title }}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>{{ answer.title }}</h1>
{% if notice %}<p class="notice">{{ notice | visible }}</p>{% endif %}
{% if answer.status == "partial" %}<p class="notice">Partial: {{ answer.evidence.Gaps | visible }}</p>{% endif %}
{% for table in answer.tables %}
<h2>{{ table.heading }}</h2>
<table>
<thead><tr>{% for column in table.columns %}<th scope="col">{{ column.name }}</th>{% endfor %}</tr></thead>
{% for row in table.rows %}
<tr>{% for cell in row %}<td>{{ cell | visible }}</td>{% endfor %}</tr>
{% endfor %}
</table>
{% endfor %}
</main>
<script type="application/json" id="answer">{{ answer | tojson }}</script>
</body>
</html>
"""


def build_dashboard(answer: Mapping[str, Any] | None, *, notice: str = "") -> str:
    """The dashboard of an answer, ready to be written as UTF-8; `notice` stands above its figures."""
    jinja: Environment = environment()
    style = inline(BASE_STYLE)
    return jinja.from_string(_TEMPLATE).render(
        answer=dict(answer or {}), notice=notice, style=style, csp=security_policy(style, [])
    )
