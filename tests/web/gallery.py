"""Every component with sample values: rendered by tests, looked at by `--settings=tests.web.gallery_settings`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone

from grading.facts import Effect
from grading.services.explaining import DimensionSum, ExplainedLine, Explanation
from jobs.models import Job

HERE = Path(__file__).parent


class SampleForm(forms.Form):
    q = forms.CharField(
        label="地址、编码", required=False, widget=forms.TextInput(attrs={"placeholder": "按 / 键快速查找"})
    )
    grade = forms.ChoiceField(
        label="等级", choices=[("", "全部"), ("green", "绿"), ("yellow", "黄"), ("red", "红")], required=False
    )
    community = forms.ChoiceField(label="社区", choices=[("", "全部"), ("1", "福民社区")], required=False)
    phone = forms.CharField(label="业主电话", help_text="只用于通知业主整改。")
    kind = forms.ChoiceField(
        label="检查类型", choices=[("a", "日常巡查"), ("b", "复查")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    told = forms.BooleanField(label="已当面告知业主")


@dataclass
class Home:
    pk: int
    code: str
    address: str
    grade: str | None
    stale: bool
    visited: date | None
    place: str = "福民社区"
    grid: str = "福民第01网格"


HOMES = [
    Home(
        1,
        "4403060140020000100000101",
        "福民社区狮径路 62 号福民新村 12 栋 703 房",
        "green",
        False,
        date(2026, 11, 18),
    ),
    Home(
        2,
        "4403060140020000100000102",
        "福民社区茜坑路 114 号 28 栋 2801 房",
        "yellow",
        True,
        date(2026, 10, 2),
    ),
    Home(
        3,
        "4403060140020000100000103",
        "福民社区大水坑二路 254 号 73 栋 505 房",
        "red",
        False,
        date(2026, 11, 21),
    ),
    Home(4, "4403060140020000100000104", "福民社区悦兴围 9 号 A 单元 101 房", None, False, None),
]


def context(*, clean: bool = False) -> dict[str, Any]:
    """`clean`: a form without errors, no photos and no running job, so that nothing asks for more."""
    now = timezone.now()
    bad = SampleForm() if clean else SampleForm({"phone": "", "kind": ""})
    bad.is_valid()
    lines = (
        ExplainedLine("Z01", 1, date(2026, 11, 2), False, Effect.VETO, 0),
        ExplainedLine("H02", 2, date(2026, 10, 12), True, Effect.CAP, 0),
        ExplainedLine("F03", 3, date(2026, 11, 18), False, Effect.POINTS, 15),
    )
    begun = {"started_at": now - timedelta(seconds=75), "moved_at": now}
    stopped = {"started_at": now - timedelta(minutes=9), "moved_at": now - timedelta(minutes=4)}
    running = Job(pk=41, state="running", total=170_699, done=61_240, step="福民社区", **begun)
    stalled = Job(pk=42, state="running", total=1_200, done=300, **stopped)
    done = Job(pk=40, state="done", total=480, done=480, finished_at=now, **begun)
    return {
        "homes": HOMES,
        "page": Paginator([*HOMES] * 300, 4).page(3),
        "counts": {"green": 138_402, "yellow": 21_877, "red": 912, None: 9_508},
        "form": SampleForm(),
        "bad": bad,
        "tab_items": [
            ("待审核", "?t=1", True, 23),
            ("已通过", "?t=2", False, 1_204),
            ("全部", "?t=3", False),
        ],
        "explanation": Explanation("red", 75, lines, (DimensionSum("F", 32, 25), DimensionSum("H", 0, 20))),
        "due": {1: date(2026, 11, 5), 2: date(2026, 11, 20)},
        "jobs": [done] if clean else [running, stalled, done],
        "events": [
            {
                "at": now,
                "title": "提议改为",
                "grade": "red",
                "who": "网格员 陈",
                "text": "电动车在室内充电",
                "tone": "bad",
            },
            {"at": now - timedelta(days=9), "title": "整改通知已送达", "tone": "warn"},
            {
                "at": datetime(2026, 5, 12, 10, 0, tzinfo=now.tzinfo),
                "title": "首次定级",
                "grade": "green",
                "tone": "good",
            },
        ],
        "photos": []
        if clean
        else [SimpleNamespace(pk=1, caption="楼梯口"), SimpleNamespace(pk=2, caption="")],
        "steps": [
            {"text": "电动车移出室内", "due": date(2026, 11, 25), "url": "#", "button": "上传整改照片"},
            {"text": "申请复查"},
            {"text": "阅读整改通知", "done": True},
        ],
        "trail": [("业主", "/"), ("福民新村 12 栋", "/")],
        "actions": [
            {"value": "print", "label": "打印标牌", "icon": "printer"},
            {"value": "return", "label": "退回", "tone": "danger", "dialog": "return-many"},
        ],
    }


def view(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string((HERE / "gallery.html").read_text(encoding="utf-8"))
    return HttpResponse(template.render(context(clean="clean" in request.GET), request))
