"""Every number has its sentence; the packs say what the seed documents say."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from archivist.errors import NotDelegated, RuleFault, UnknownPack
from archivist.model.case import Case, CaseStatus, Event, FileEntry, Op, fold
from archivist.model.facts import to_plain
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.rules import materials, pack
from archivist.rules.retention import retention
from tests.people import wang

SEEDS = "".join(
    re.sub(r"\s", "", p.read_text(encoding="utf-8"))
    for p in (Path(__file__).parents[1] / "data/seeds").glob("*.txt")
)
ON = dt.date(2024, 3, 4)
HONGQIAO = pack.load("tianjin-hongqiao")


def sources(found: pack.Pack) -> list[pack.Source]:
    return [r.source for r in found.rules] + [m.source for m in found.materials]


@pytest.mark.parametrize("name", pack.available())
def test_every_row_has_its_sentence(name: str) -> None:
    found = pack.load(name)
    assert found.rules
    for source in sources(found):
        assert source.sentence and source.measure


def test_sentences_of_the_office_s_own_documents_are_verbatim() -> None:
    """Quoted from the district's plan: each 「sentence」 stands in the seed documents word for word."""
    checked = 0
    for name in pack.available():
        found = pack.load(name)
        for source in sources(found):
            if "红桥区" in source.measure:
                assert re.sub(r"\s", "", source.sentence) in SEEDS, source
                checked += 1
    assert checked > 20


def test_hongqiao_takes_thirty_days_where_the_nation_takes_twenty() -> None:
    """「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」."""
    assert HONGQIAO.rule("overall", Category.DB, ON).value == 30
    assert pack.load("national").rule("overall", Category.DB, ON).value == 20


def test_publicity_is_five_days_in_hongqiao() -> None:
    """「公示期为5天」."""
    rule = HONGQIAO.rule("publicity.initial", Category.DB, ON)
    assert (rule.value, rule.unit, rule.inferred) == (5, "自然日", True)
    assert rule.deadline(dt.date(2024, 3, 4)).day == dt.date(2024, 3, 11), (
        "the fifth day, a Saturday, moves on"
    )


def test_what_was_not_delegated_is_refused_with_the_reason() -> None:
    with pytest.raises(NotDelegated, match="残疾人两项补贴"):
        HONGQIAO.require_delegated(Category.CJ)


def test_unknown_packs_and_rules() -> None:
    with pytest.raises(UnknownPack, match="tianjin-hongqiao"):
        pack.load("nowhere")
    with pytest.raises(RuleFault):
        HONGQIAO.rule("no.such", Category.DB, ON)


# ── materials ────────────────────────────────────────────────────────────────────────────────────────────
def a_case(*records: tuple[str, str], closed: str | None = None, category: str = "DB") -> Case:
    """Fold a case with records (type, filed_at) from events."""
    number = CaseNo.parse(f"TJHQ-{category}-2015-000001")
    events = [
        Event(
            1,
            Sha256("0" * 64),
            "2015-01-05T09:00:00+08:00",
            "x",
            Op.CASE_OPENED,
            {"opened_on": "2015-01-05", "facts": to_plain(wang())},
        )
    ]
    for n, (kind, filed) in enumerate(records, 1):
        entry = {"no": f"{n:04d}", "type": kind, "title": kind, "folder": "01 申请", "status": "filed"}
        files = (FileEntry(f"data/{n}", Sha256("a" * 64), 1, RecordNo(f"{n:04d}")),)
        events.append(
            Event(n + 1, Sha256("0" * 64), filed, "x", Op.RECORD_FILED, {"record": entry}, files=files)
        )
    if closed:
        events.append(
            Event(
                len(events) + 1,
                Sha256("0" * 64),
                "2020-01-01T00:00:00+08:00",
                "x",
                Op.DEREGISTERED,
                {"date": closed},
            )
        )
    return fold(number, [(e, Sha256("b" * 64)) for e in events])


def test_missing_materials_are_listed_with_their_basis() -> None:
    missing = materials.missing(a_case(("mat_id_card", "2015-01-05T09:00:00+08:00")), HONGQIAO)
    assert [m.document for m in missing] == [
        "application_form",
        "verification_authorization",
        "mat_household_register",
    ]
    assert all("「" in m.basis for m in missing)


def test_an_agent_needs_papers_too() -> None:
    """「委托代理申请的还需提供代理人身份证、申请人签字的授权委托书」."""
    from archivist.model.facts import merge, parse_facts

    case = a_case()
    with_agent = merge(case.facts, parse_facts({"agent": {"name": "张代理"}}))
    from dataclasses import replace

    wanted = {m.document for m in materials.missing(replace(case, facts=with_agent), HONGQIAO)}
    assert {"mat_agent_id", "agency_authorization"} <= wanted
    assert "mat_agent_id" not in {m.document for m in materials.missing(case, HONGQIAO)}


# ── retention ────────────────────────────────────────────────────────────────────────────────────────────
def test_three_years_after_deregistration() -> None:
    """「审批类档案的保管期限为该低保户停保后不少于3年」; 晋城: 「社会救助对象注销后档案保存不少于三年」."""
    period = retention(a_case(closed="2018-06-29"), HONGQIAO)
    assert period is not None
    assert period.expires == dt.date(2021, 6, 29)
    assert not period.expired(dt.date(2021, 6, 29))
    assert period.expired(dt.date(2021, 6, 30))
    assert period.rule.source.sentence == "审批类档案的保管期限为该低保户停保后不少于3年"


def test_papers_of_daily_management_keep_the_file_longer() -> None:
    """「日常管理类档案的保管期限不少于5年」: max(注销 + 3 年, 形成年度终了 + 5 年)."""
    period = retention(
        a_case(("periodic_review_form", "2017-05-01T09:00:00+08:00"), closed="2018-06-29"), HONGQIAO
    )
    assert period is not None
    assert period.expires == dt.date(2022, 12, 31)
    assert period.rule.id == "retention.daily"


def test_a_refused_application_is_kept_while_it_can_be_sued_over() -> None:
    """行政诉讼法第四十六条: five years from the act."""
    period = retention(
        a_case(("refusal_decision", "2017-05-01T09:00:00+08:00"), closed="2017-06-01"), HONGQIAO
    )
    assert period is not None
    assert period.expires == dt.date(2022, 5, 1)
    assert period.rule.inferred


def test_no_period_runs_while_the_case_is_open() -> None:
    case = a_case()
    assert case.status is CaseStatus.OPEN
    assert retention(case, HONGQIAO) is None


def test_changing_a_number_in_a_pack_changes_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    for name in pack.available():
        text = (Path(pack.__file__).parent / "packs" / f"{name}.toml").read_text(encoding="utf-8")
        (folder / f"{name}.toml").write_text(
            text.replace('value = 3\nunit = "年"', 'value = 10\nunit = "年"'), encoding="utf-8"
        )
    monkeypatch.setattr(pack, "files", lambda _: tmp_path)
    changed = pack.load("tianjin-hongqiao")
    period = retention(a_case(closed="2018-06-29"), changed)
    assert period is not None and period.expires == dt.date(2028, 6, 29)
    assert changed.version != HONGQIAO.version
