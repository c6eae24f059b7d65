"""Pages with a stub shell, rendered by Django's own templates: what the front end is looked at with."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
from django.template import Context, engines
from django.utils import translation

from imaging.seg.rendering import overlay

SHELL: dict[str, Any] = {
    "study": {"oid": "ChiCTR2600126480", "short_title": {"zh": "T+A 晚期肝癌", "en": "T+A advanced HCC"}},
    "site": {"oid": "T1-S01", "name": {"zh": "南方医院", "en": "Nanfang Hospital"}},
    "studies": [
        {"oid": "ChiCTR2600126480", "short_title": {"zh": "T+A 晚期肝癌", "en": "T+A advanced HCC"}},
        {"oid": "ChiCTR2500107646", "short_title": {"zh": "肝脏肿瘤登记", "en": "Liver tumour registry"}},
    ],
    "sites": [{"oid": "T1-S01", "number": "01", "name": {"zh": "南方医院", "en": "Nanfang Hospital"}}],
    "tabs": [
        {"url": "#today", "label": "今日", "active": True},
        {"url": "#subjects", "label": "受试者", "active": False},
        {"url": "#images", "label": "影像", "active": False},
    ],
    "role_label": "CRC",
    "user_name": "李雯",
    "initial": "李",
    "demo": True,
    "notifications": 3,
}

LIST = """{% extends "base.html" %}{% load tandem %}
{% block title %}Today{% endblock %}{% block heading %}今天要做 3 件{% endblock %}
{% block work %}<table class="tbl" data-list><thead><tr><th scope="col">类型</th><th scope="col">事项</th>
<th scope="col">期限</th></tr></thead><tbody>
{% for row in rows %}<tr data-row><td>{% status row.status %}</td>
<td><a href="#{{ row.name }}" data-open>{{ row.name }}</a></td>
<td>{% status row.due row.when %}</td></tr>{% endfor %}</tbody></table>
<form data-autosave class="p-3"><label for="alt">谷丙转氨酶</label>
<input class="fld" id="alt" name="IT.LBC.ALT" hx-post="/save"
hx-trigger="input changed delay:300ms, change" hx-swap="none">
{% include "partials/save_state.html" %}</form>{% endblock %}"""

ROWS = [
    {"status": "second", "name": "生化", "due": "over", "when": "逾期 2 天"},
    {"status": "query", "name": "Q-2841", "due": "due", "when": "今天"},
    {"status": "todo", "name": "肝病背景", "due": "wait", "when": "11-24"},
]


def entry_page(*, key: str) -> str:
    """Return the least that the scripts of form entry stand on, with the key of a person's kept entries."""
    data = json.dumps({"kept_key": key, "words": {}, "missing": {}})
    return (
        '<!doctype html><body data-user="7"><div id="sheet"></div>'
        f'<script type="application/json" id="entry-data">{data}</script>'
    )


VIEWER = """{% extends "base.html" %}{% load static %}
{% block title %}Viewer{% endblock %}{% block body_class %}{% endblock %}{% block bar_outer %}{% endblock %}
{% block work_outer %}<h1 class="visually-hidden">Viewer</h1><section class="card-t m-3" data-viewer-root>
<header><h2>CT</h2><span class="end">{% include "partials/viewer_series.html" %}</span></header>
{% include "partials/viewer_tools.html" with measure=True %}
<div style="height:520px;display:grid">{% include "partials/viewer.html" %}</div></section>{% endblock %}
{% block scripts %}<script type="module" src="{% static 'dist/viewer.js' %}"></script>{% endblock %}"""

CHARTS = """{% extends "base.html" %}{% load static %}
{% block title %}Score{% endblock %}{% block body_class %}{% endblock %}
{% block heading %}01-0137{% endblock %}
{% block work_outer %}<div class="review"><div class="col">{% for chart in charts %}
<section class="card-t"><header><h2>{{ chart.title }}</h2></header>
<div class="in">{{ chart.data|json_script:chart.id }}
<figure data-chart="{{ chart.kind }}" data-source="{{ chart.id }}" data-label="{{ chart.label }}"></figure>
</div></section>
{% if forloop.counter == 2 %}</div><div class="col">{% endif %}{% endfor %}</div></div>{% endblock %}
{% block scripts %}<script type="module" src="{% static 'dist/charts.js' %}"></script>{% endblock %}"""

CURVE = {"times": [0, 2, 5, 9, 12, 15, 20, 24], "at_risk": [78, 61, 44, 31, 22]}
CHART_DATA = [
    {
        "id": "band",
        "kind": "band",
        "title": "T+A 进展风险评分",
        "label": "评分 68，区间 59 到 77，高风险段从 62 起",
        "data": {
            "score": 68, "low": 59, "high": 77, "min": 0, "max": 100,
            "bands": [{"name": "低", "to": 38}, {"name": "中", "to": 62}, {"name": "高", "to": 100}],
        },
    },
    {
        "id": "why",
        "kind": "contributions",
        "title": "是什么推高或拉低了分数",
        "label": "各输入对分数的贡献",
        "data": {
            "items": [
                {"label": "门静脉癌栓 Vp3", "value": 11.2, "href": "#vp"},
                {"label": "AFP 1 210 ng/mL", "value": 7.4},
                {"label": "ECOG 1", "value": 1.6},
                {"label": "ALBI −2.17", "value": -1.4},
                {"label": "无肝外转移", "value": -4.7},
            ]
        },
    },
    {
        "id": "km",
        "kind": "survival",
        "title": "同层患者的无进展生存",
        "label": "三个风险层的无进展生存曲线",
        "data": {
            "time_unit": "月", "max": 24, "step": 6,
            "curves": [
                {"name": "低", "band": 1, "survival": [1, 0.96, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42], **CURVE},
                {"name": "中", "band": 2, "survival": [1, 0.92, 0.8, 0.6, 0.45, 0.38, 0.3, 0.23], **CURVE},
                {"name": "高", "band": 3, "survival": [1, 0.85, 0.6, 0.35, 0.24, 0.2, 0.12, 0.08], **CURVE},
            ],
            "current": {"band": 3, "time": 12, "value": 0.24, "label": "本例 12 个月 24%"},
        },
    },
]  # fmt: skip


def request(path: str = "/") -> SimpleNamespace:
    """Return what the templates read of a request."""
    return SimpleNamespace(user=SimpleNamespace(pk=7), get_full_path=lambda: path)


def page(source: str, *, language: str = "zh-hans", **context: Any) -> str:
    """Render template text, or a template by name, with the stub shell."""
    engine = engines["django"].engine
    template = engine.from_string(source) if "{%" in source else engine.get_template(source)

    with translation.override(language):
        values = {"shell": SHELL, "request": request(), "csrf_token": "stub", **context}
        return template.render(Context(values))


def mask_of(sizes: dict[str, tuple[int, int]], *, share: float = 0.2) -> str:
    """Return an overlay document: a square in the middle of each named slice (rows, columns)."""
    rows, columns = next(iter(sizes.values()))
    half = int(rows * share / 2)
    mask = np.zeros((len(sizes), rows, columns), bool)
    mask[:, rows // 2 - half : rows // 2 + half, columns // 2 - half : columns // 2 + half] = True
    return json.dumps(overlay({"liver": mask}, list(sizes)))
