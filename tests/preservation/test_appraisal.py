"""An appraisal keeps a file longer, by people who may, and never shorter; days of closing known in part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archivist.api import retention as api
from archivist.disposal_errors import DisposalError, ListChanged
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.render import document_text
from archivist.errors import ArchivistError, InvalidValue, UsageError
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.form_code import FormCode
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.stated_days import StatedDay
from archivist.preservation import disposal
from archivist.preservation.appraisal import AskedExtension, extend
from archivist.preservation.signed_papers import ReadPaper
from archivist.procedure.closing import deregister, reopen
from archivist.reading.formats.pdf import PDF
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.rules.disposition.retention import Retention, RetentionClass, RetentionStatus
from archivist.store import Original
from archivist.workspace import Workspace
from tests.ingest.test_refiling import file
from tests.kit import BY, TODAY, make_workspace, open_household

PAIR = ("甲鉴定", "乙鉴定")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def closed(workspace: Workspace) -> Case:
    return deregister(workspace, BY, open_household(workspace).number, on=TODAY, reason="旧档")


def lengthen(workspace: Workspace, number: CaseNo, **told: Any) -> Retention:
    """Keep a file longer on a form that was filed before."""

    def filed(_asked: AskedExtension) -> RecordNo:
        records = workspace.archive.read(number).records
        return next(iter(records), None) or file(workspace, number, "意见.txt", "鉴定意见", "other").no

    return extend(workspace, BY, number, paper=filed, **told)


def test_an_appraisal_keeps_a_file_longer(workspace: Workspace, closed: Case) -> None:
    """档案法实施条例第二十四条「经鉴定仍需继续保存的档案，应当重新划定保管期限并作出标注」."""
    until = dt.date(2031, 12, 31)
    kept = lengthen(workspace, closed.number, until=until, appraisers=PAIR, reason="有查考价值")
    assert (kept.kind, kept.expires, kept.starts) == (RetentionClass.EXTENDED, until, TODAY)
    again = api.explain(workspace, str(closed.number), on=TODAY)
    assert (again.keep_until, [p.kind for p in again.periods]) == (until, ["鉴定延长", "户档"])


def test_for_ever_is_never_expired(workspace: Workspace, closed: Case) -> None:
    lengthen(workspace, closed.number, until=None, appraisers=PAIR, reason="有保存价值")
    (row,) = disposal.retention_list(workspace, on=dt.date(2199, 1, 1)).rows
    assert (row.retention.status, row.days_left) == (RetentionStatus.RUNNING, None)
    assert disposal.retention_list(workspace, on=dt.date(2199, 1, 1), expired_only=True).rows == ()
    with pytest.raises(DisposalError, match="永久"):
        lengthen(workspace, closed.number, until=dt.date(2040, 1, 1), appraisers=PAIR, reason="改")


@pytest.mark.parametrize("until", [TODAY, dt.date(2027, 3, 8)])
def test_it_never_keeps_it_shorter(workspace: Workspace, closed: Case, until: dt.date) -> None:
    """“延长不得早于规则期满日：该事件被拒绝（E600）”."""
    with pytest.raises(DisposalError) as refused:
        lengthen(workspace, closed.number, until=until, appraisers=PAIR, reason="x")
    assert refused.value.code == "E600" and "不晚于现在的保管期满日 2027-03-08" in refused.value.problems[0]
    assert workspace.archive.read(closed.number).extensions == ()


def test_one_alone_appraises_nothing(workspace: Workspace, closed: Case) -> None:
    """Two people at least appraise, and who decides is none of them."""
    for appraisers in ((), ("甲鉴定",), ("甲鉴定", " 甲鉴定 ")):
        with pytest.raises(DisposalError, match="鉴定须有不同的 2 人"):
            lengthen(workspace, closed.number, until=None, appraisers=appraisers, reason="x")
    with pytest.raises(DisposalError, match="不能又作决定"):
        lengthen(workspace, closed.number, until=None, appraisers=(BY.actor, "甲鉴定"), reason="x")
    with pytest.raises(InvalidValue, match="理由"):
        lengthen(workspace, closed.number, until=None, appraisers=PAIR, reason=" ")


def test_an_open_file_has_no_period_to_lengthen(workspace: Workspace) -> None:
    case = open_household(workspace)
    with pytest.raises(DisposalError, match="未起算"):
        lengthen(workspace, case.number, until=None, appraisers=PAIR, reason="x")


# ── the signed form ──────────────────────────────────────────────────────────────────────────────────────
SIGNED = ("鉴定小组组长（签名）", "成员（档案部门）（签名）")
UNTIL = dt.date(2031, 12, 31)


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the reader finds on the paper that is given."""
    seen: dict[str, Any] = {
        "words": "档案鉴定意见表",
        "codes": (),
        "labels": SIGNED,
        "ink": 0.2,
        "paper": True,
    }

    def read(path: Path) -> ReadPaper:
        places = tuple(SignaturePlace(label, seen["ink"]) for label in seen["labels"])
        page = PageText(
            1, seen["words"], seen["codes"], "ocr", 0.9, 0, 100, 100, seen["paper"], signature_places=places
        )
        return ReadPaper(Original.of(path, path.name), ReadResult(PDF, (page,)))

    monkeypatch.setattr(api, "read_given", read)
    return seen


def told(workspace: Workspace, closed: Case, *, paper: bool = True, **more: Any) -> api.RetentionExplained:
    path = workspace.root / "意见表.pdf"
    path.write_bytes(b"%PDF-1.4 signed")
    asked: dict[str, Any] = {"until": UNTIL, "appraisers": PAIR, "reason": "有查考价值"} | more
    return api.extend(workspace, BY, str(closed.number), paper=path if paper else None, **asked)


def test_the_form_is_filed_and_named(workspace: Workspace, closed: Case, scanner: dict[str, Any]) -> None:
    """“`retention extend --paper` (the retention of one case lengthened by an appraisal with its paper)”."""
    made = api.extension_form(workspace, BY, str(closed.number), until=UNTIL, reason="有查考价值")
    words = "".join(document_text(made.file.read_bytes()))
    for said in (str(closed.number), "延长", "2031年12月31日", "有查考价值", made.code):
        assert said in words, said
    with pytest.raises(UsageError, match="--paper"):
        told(workspace, closed, paper=False)
    scanner["codes"] = (made.code,)
    assert told(workspace, closed).keep_until == UNTIL
    case = workspace.archive.read(closed.number)
    (record,) = case.records.values()
    assert record.type == DocumentId.DISPOSAL_APPRAISAL_OPINION
    event = workspace.archive.chain(closed.number).events[-1][0]
    assert (event.op, event.data["paper"], event.data["appraisers"]) == (
        Op.RETENTION_EXTENDED,
        record.no,
        list(PAIR),
    )


UNFIT: dict[str, tuple[dict[str, Any], type[ArchivistError], str]] = {
    "no scan": ({"paper": False}, UsageError, "不是纸张的扫描件"),
    "printed, not signed": ({"ink": 0.0}, UsageError, "0 处笔迹"),
    "signed by one": ({"labels": SIGNED[:1]}, UsageError, "1 处笔迹"),
    "another form": ({"words": "会议签到表"}, UsageError, "看不出是"),
    "without the code": ({"codes": ()}, UsageError, "没有认出核对码"),
    "of another household": (
        {"codes": (FormCode("YQTJHQDB2024000009", "0" * 8).payload,)},
        ListChanged,
        "000009",
    ),
    "of another day": ({"until": None}, ListChanged, "内容已变"),
}


@pytest.mark.parametrize("how", UNFIT)
def test_what_is_no_signed_form_of_this_appraisal_keeps_nothing(
    workspace: Workspace, closed: Case, scanner: dict[str, Any], how: str
) -> None:
    """“every command that takes a signed scan: is each judged alike”: E603, E001, and not even the paper is filed."""
    made = api.extension_form(workspace, BY, str(closed.number), until=UNTIL, reason="有查考价值")
    scanner["codes"] = (made.code,)
    seen, error, words = UNFIT[how]
    asked = {key: value for key, value in seen.items() if key == "until"}
    scanner |= {key: value for key, value in seen.items() if key != "until"}
    with pytest.raises(error, match=words):
        told(workspace, closed, **asked)
    assert workspace.archive.read(closed.number).seq == closed.seq


# ── days of closing that are known in part ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2016", "2016-12-31"),
        ("2016-02", "2016-02-29"),
        ("2015-01-01..2017-03-15", "2017-03-15"),
        ("2015..2016-05", "2016-05-31"),
        ("2016-05-03", "2016-05-03"),
    ],
)
def test_the_last_day_it_can_be(text: str, last: str) -> None:
    """「只知年份：取年末」「只知区间：取最晚日」."""
    assert StatedDay.parse(text).last == dt.date.fromisoformat(last)


@pytest.mark.parametrize("text", ["", "去年", "2016-13", "2016-02-30", "16-02-03", "2017..2016", "2016/05"])
def test_nonsense_is_no_day(text: str) -> None:
    with pytest.raises(InvalidValue):
        StatedDay.parse(text)


def test_an_old_file_is_closed_on_what_is_known(workspace: Workspace) -> None:
    number = open_household(workspace).number
    with pytest.raises(InvalidValue, match="2024-03-04"):
        deregister(workspace, BY, number, on=StatedDay.parse("2016"), reason="旧档")
    closed = deregister(workspace, BY, number, on=StatedDay.parse("2024-03-04..2024-03-06"), reason="旧档")
    assert closed.deregistered_on == dt.date(2024, 3, 6)
    found = api.explain(workspace, str(number), on=TODAY)
    assert found.keep_until == dt.date(2027, 3, 6) and "只知道“2024-03-04..2024-03-06”" in found.doubts[0]


def test_a_file_closed_nobody_knows_when_is_never_appraised(workspace: Workspace) -> None:
    """「注销日不明：不得列入鉴定，须查明」."""
    number = open_household(workspace).number
    deregister(workspace, BY, number, on=StatedDay.parse("不明"), reason="旧档")
    (row,) = disposal.retention_list(workspace, on=dt.date(2199, 1, 1)).rows
    assert row.retention.status is RetentionStatus.UNKNOWN and row.retention.expires is None
    assert disposal.retention_list(workspace, on=dt.date(2199, 1, 1), expired_only=True).rows == ()
    reopen(workspace, BY, number, reason="查明日期")
    assert deregister(workspace, BY, number, on=TODAY, reason="旧档").deregistration_stated == str(TODAY)
