"""How each place calls those who act: the words of its papers, written down apart from the packs."""

from __future__ import annotations

import datetime as dt

import pytest

from archivist.model.ids import Category
from archivist.rules import pack as packs
from archivist.rules.rule_days import RuleDays

NATION = {
    "role.intake": "承办部门", "role.review": "民政办", "role.review_head": "民政办负责人", "role.town": "乡镇（街道）",
    "role.county": "县（市、区）", "role.committee": "村（居）民委员会", "role.appraisal": "民主评议", "role.panel": "集体研究会议",
    "role.conference": "集体研究会议", "role.leadership": "领导班子会议", "role.notice": "初审公示", "role.board": "公示栏",
}  # fmt: skip
"""Where a place says nothing else."""
PLACES = {
    "national": {},
    "tianjin-hongqiao": {
        "role.intake": "经办机构", "role.review": "管理部门", "role.review_head": "管理部门负责人", "role.town": "街道", "role.county": "区",
        "role.committee": "居民委员会", "role.panel": "议事协商机构会议", "role.conference": "困难群众基本生活保障工作联席会议",
        "role.leadership": "街道班子会", "role.board": "信息公开栏",
    },
    "chongqing-yongchuan": {"role.town": "镇（街道）", "role.county": "区", "role.appraisal": "群众评议"},
    "heilongjiang-jiamusi": {
        "role.intake": "承接部门", "role.review": "承接部门", "role.review_head": "承接部门负责人", "role.notice": "民主评议及审核结果公示",
    },
    "shanxi-jincheng-chengqu": {"role.review_head": "民政助理员", "role.town": "镇（街道）", "role.county": "区"},
    "shaanxi-ziyang": {
        "role.intake": "镇民政办", "role.review": "镇民政办", "role.review_head": "镇民政办负责人", "role.town": "镇", "role.county": "县",
    },
}  # fmt: skip
WORDS = [(place, word, {**NATION, **own}[word]) for place, own in PLACES.items() for word in NATION]
OLD, NEW = dt.date(2024, 3, 4), dt.date(2026, 8, 3)


@pytest.mark.parametrize(("place", "word", "text"), WORDS)
def test_a_place_is_called_as_its_own_paper_calls_it(place: str, word: str, text: str) -> None:
    """「本方案所指“街道社会救助经办机构”（以下简称“经办机构”）是指街道党群服务中心」: one place's word, no other's."""
    pack = packs.load(place)
    for on in (OLD, NEW):
        for category in pack.delegated:
            assert pack.rule(word, category, RuleDays.alike(on)).value == text


@pytest.mark.parametrize(("place", "delegated"), [(place, place == "tianjin-hongqiao") for place in PLACES])
def test_receiving_applications_is_the_offices_own_duty_but_where_it_is_delegated(
    place: str, delegated: bool
) -> None:
    """intake.delegated: 「乡镇人民政府、街道办事处依法做好社会救助受理、审核、动态管理等工作」; 红桥: 「受区民政局委托负责申请受理、初审…」."""
    pack = packs.load(place)
    for category in pack.delegated:
        assert pack.rule("intake.delegated", category, RuleDays.alike(OLD)).value is delegated


@pytest.mark.parametrize("place", PLACES)
def test_a_correction_notice_says_what_follows_as_the_place_has_it(place: str) -> None:
    """correction.consequence: 「且无正当理由未及时补正材料的，视为申请人放弃本次申请」 is 红桥's alone; correction.time: no rule has a period."""
    pack, days = packs.load(place), RuleDays.alike(OLD)
    assert ("视为放弃" in str(pack.rule("correction.consequence", Category.DB, days).value)) is (
        place == "tianjin-hongqiao"
    )
    assert str(pack.rule("correction.time", Category.DB, days).value).startswith("现行规定没有写明补正的期限")


BASES = [
    ("basis.correction_notice.measure", "DB", OLD, "《最低生活保障审核确认办法》第十条"),
    ("basis.correction_notice.measure", "TK", OLD, "《特困人员认定办法》第十二条"),
    ("basis.confirmation_announcement.measure", "DB", OLD, "《最低生活保障审核确认办法》第二十四条"),
    ("basis.confirmation_announcement.measure", "TK", OLD, "《特困人员认定办法》第十七条"),
    (
        "basis.confirmation_announcement.measure",
        "DB",
        dt.date(2026, 6, 30),
        "《最低生活保障审核确认办法》第二十四条",
    ),
    (
        "basis.confirmation_announcement.law",
        "DB",
        dt.date(2026, 7, 1),
        "《中华人民共和国社会救助法》第四十五条",
    ),
    ("basis.confirmation_announcement.law", "TK", NEW, "《中华人民共和国社会救助法》第四十五条"),
]


@pytest.mark.parametrize(("row", "category", "on", "text"), BASES)
def test_a_notice_names_the_article_it_stands_on(row: str, category: str, on: dt.date, text: str) -> None:
    """「在最低生活保障家庭所在村、社区公布最低生活保障申请人姓名、家庭成员数量、保障金额等信息」; 「材料不齐备的，应当一次性告知补齐所有规定材料」."""
    national = packs.load("national")
    assert national.rule(row, Category(category), RuleDays.alike(on)).value == text
    other = "law" if row.endswith("measure") else "measure"
    stem = row.rpartition(".")[0]
    assert national.find(f"{stem}.{other}", Category(category), RuleDays.alike(on)) is None


def test_yongchuan_names_its_regulation_too() -> None:
    """basis.correction_notice.local: 「材料不齐全的，应当一次性告知申请人或者代理申请人需要补正的材料」."""
    found = packs.load("chongqing-yongchuan").rule(
        "basis.correction_notice.local", Category.DB, RuleDays.alike(OLD)
    )
    assert found.value == "《重庆市城乡居民最低生活保障条例》第十七条"


LAST, FIRST = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
"""The day before 社会救助法 is in force, and the first it is."""
NAMED = [
    ("national", "basis.correction_notice.measure", {"DB", "TK"}, {"DB", "TK"}),
    ("national", "basis.confirmation_announcement.measure", {"DB", "TK"}, set()),
    ("national", "basis.confirmation_announcement.law", set(), {"DB", "TK", "DX", "BY", "GX"}),
    ("chongqing-yongchuan", "basis.correction_notice.local", {"DB"}, {"DB"}),
]
"""Pack, row, the categories it is for up to the last day before the law, and from its first day on."""


@pytest.mark.parametrize(("place", "row", "before", "after"), NAMED)
def test_an_article_is_named_for_its_own_kinds_of_assistance_and_days_alone(
    place: str, row: str, before: set[str], after: set[str]
) -> None:
    """「应当按照规定在申请家庭或者个人所在的村、社区等范围内公布社会救助确认决定」: of no other kind, and not a day earlier or later."""
    pack = packs.load(place)
    for on, named in ((OLD, before), (LAST, before), (FIRST, after), (NEW, after)):
        assert {c.value for c in Category if pack.find(row, c, RuleDays.alike(on))} == named, on


def test_what_follows_where_nothing_is_brought_is_said_as_it_is() -> None:
    """correction.consequence: the articles name no consequence, so none is threatened; one may apply again."""
    found = packs.load("national").rule("correction.consequence", Category.DB, RuleDays.alike(OLD)).value
    assert found == "逾期未补齐又没有说明正当理由的，本机关书面告知处理结果；材料补齐后可以重新申请。"
