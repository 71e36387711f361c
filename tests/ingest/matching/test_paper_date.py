"""The day a paper bears is read where its type says it stands; it is never the day of scanning, and never a guess."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.doctypes.catalogue import Catalogue
from archivist.ingest.matching.paper_date import FIRST_DAY, paper_date
from tests.ingest.matching.type_pages import ONE

CATALOGUE: Final = Catalogue.load()
TODAY: Final = dt.date(2024, 4, 1)
DAY: Final = dt.date(2024, 3, 6)


def read(kind: str, *pages: str, today: dt.date = TODAY) -> dt.date | None:
    return paper_date(pages, CATALOGUE.get(kind), today)


@pytest.mark.parametrize(
    "written",
    [
        "2024年3月6日", "2024年03月06日", "2024.03.06", "2024-3-6", "2024/3/6", "二〇二四年三月六日", "二○二四年三月六日",
        "二零二四年三月六日", "２０２４年３月６日", "2024 年 3 月 6 日", "日期：2024年3月6日", "天津市样例医院2024年3月6日",
        "医师签名：样例医生 2024年3月6日", "2024年3月6日。", "填表时间:2024.3.6", "20240306",
    ],
)  # fmt: skip
def test_the_day_at_the_end_of_a_paper(written: str) -> None:
    """“二〇二四年三月六日, 2024.03.06, 2024-3-6, 20240306”."""
    assert read("诊断证明书", f"诊断证明书\n姓名 王秀兰\n诊断 高血压\n{written}") == DAY


@pytest.mark.parametrize(
    ("kind", "text", "day"),
    [
        ("出院小结", "入院日期：2024年1月3日 出院日期：2024年1月20日\n出院医嘱", dt.date(2024, 1, 20)),
        ("居民身份证", "签发机关 样例分局\n有效期限 2012.03.02-2032.03.02", dt.date(2012, 3, 2)),
        ("居民户口簿", "常住人口登记卡\n出生日期 1962年3月5日\n登记日期：2016年5月9日", dt.date(2016, 5, 9)),
        ("结婚证", "持证人 王秀兰\n登记日期\n1990年5月1日", dt.date(1990, 5, 1)),
        ("残疾人证", "残疾等级 二级\n批准日期：2021年6月1日", dt.date(2021, 6, 1)),
        ("检验报告单", "采样时间 2024-01-02\n报告日期 2024-01-04 审核 样例", dt.date(2024, 1, 4)),
    ],
)
def test_the_day_beside_the_caption_of_its_type(kind: str, text: str, day: dt.date) -> None:
    """“recognised by declared rules per type (… 出具日期, 诊断日期, 签发日期 …)”."""
    assert read(kind, text) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "诊断证明书", "出生日期 1962年3月5日", f"证号 {ONE}\n1962年3月5日", "2024年13月6日", "2024年2月30日", "1948年3月6日",
        "2024年4月2日", "2024年3月", "休假至2024年3月6日", "2024年3月1日至2024年3月6日", "电话 02220240306", "2024年3月6日入院治疗，好转",
        "本人自2020年1月5日起患病，生活困难，多次住院治疗，至今未愈，恳请组织帮助解决困难，2024年3月6日",
    ],
)  # fmt: skip
def test_no_day_that_is_not_the_papers_own(text: str) -> None:
    """“plausible (not in the future of filing, not before 1949, not a birth date), else empty”."""
    assert read("诊断证明书", text) is None


def test_captions_that_disagree_say_nothing() -> None:
    assert read("居民户口簿", "登记日期：2016年5月9日", "登记日期：2018年1月2日") is None
    assert read("居民户口簿", "登记日期：2016年5月9日", "登记日期：2016年5月9日") == dt.date(2016, 5, 9)


def test_the_last_page_that_ends_with_a_day_has_it() -> None:
    assert read(
        "民事判决书", "原告\n2023年5月1日", "判决如下\n审判员 样例\n2024年1月15日", "附：法律条文"
    ) == dt.date(2024, 1, 15)


@given(
    st.dates(FIRST_DAY, TODAY),
    st.sampled_from(["{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}.{m}.{d}", "{y}{m:02}{d:02}"]),
)
def test_whatever_day_it_is_is_read_as_written(day: dt.date, form: str) -> None:
    written = form.format(y=day.year, m=day.month, d=day.day)
    assert read("收入证明", f"收入证明\n兹证明……\n样例公司\n{written}") == day
    assert read("收入证明", f"收入证明\n兹证明……\n{written}", today=day - dt.timedelta(days=1)) is None
