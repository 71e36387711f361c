"""An address is compared whole and by meaning: community, building, unit, door. Half an address is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.ingest.matching.address import parse_address, stands_in

LONG = "天津市红桥区邵公庄街道样例里1号楼2门303"


@pytest.mark.parametrize(
    ("on_file", "page"),
    [
        (LONG, f"住址 {LONG}"),
        (LONG, "住址天津市红桥区邵公庄街道样例里1\n号楼2门303\n诊断"),
        (LONG, "现住样例里社区1栋2单元303室，电话"),
        (LONG, f"将坐落于{LONG}的房屋"),
        (LONG, f"{LONG}\n2024年3月5日"),
        ("样例里社区5-2-301", "住址：样例里社区5号楼2单元301室"),
        ("样例里社区5号楼2单元301室", "住址：样例里社区5-2-301"),
        ("样例里社区五号楼二单元301室", "样例里社区5号楼2单元301"),
        ("甲镇张家村3组12号", "住址：甲镇张家村3组12号"),
        ("样例路12号", "样例路12号"),
    ],
)
def test_the_same_place_said_otherwise(on_file: str, page: str) -> None:
    """By meaning: 号楼, 栋 and 幢, 单元 and 门, 号, 室 and nothing are the same."""
    assert stands_in(parse_address(on_file), page)


@pytest.mark.parametrize(
    ("on_file", "page"),
    [
        ("天津市红桥区样例里社区", "天津市红桥区样例里社区5号楼2门101"),
        ("天津市红桥区样例里社区", "天津市红桥区样例里社区"),
        ("样例里社区5号楼2单元301", "样例里社区5号楼2单元3012"),
        ("样例里社区5号楼2单元301", "样例里社区5号楼2单元30"),
        ("样例里社区5号楼2单元301", "样例里社区5号楼301"),
        ("样例里社区5号楼2单元301", "样例里社区15号楼2单元301"),
        ("样例里社区5号楼2单元301", "大样例里社区5号楼2单元301"),
        ("样例里社区5号楼2单元301", "范本里社区5号楼2单元301"),
        ("红桥区样例里5号楼2单元301", "南开区样例里5号楼2单元301"),
        ("甲镇张家村3组12号", "乙镇张家村3组12号"),
        ("甲镇张家村3组12号", "甲镇张家村3组"),
        ("样例路12号", "样例路12号楼3门101"),
        ("样例里5号楼", "样例里5号楼2门301"),
    ],
)
def test_another_place_or_half_of_one(on_file: str, page: str) -> None:
    """Missing parts on either side do not match."""
    assert not stands_in(parse_address(on_file), page)


PLACES = st.tuples(
    st.sampled_from(["样例里", "范本里", "示范园", "大样例里"]),
    st.integers(1, 40),
    st.integers(1, 9),
    st.integers(101, 3399),
)


@given(PLACES, PLACES, st.integers(0, 30))
def test_no_two_places_are_one(
    one: tuple[str, int, int, int], two: tuple[str, int, int, int], cut: int
) -> None:
    """Compared whole: no part, no beginning and no neighbour of an address is that address."""
    pages = [
        f"住址：天津市红桥区{c}社区{b}号楼{u}门{d}，女"[: len("住址：天津市红桥区") + cut] + "\n诊断"
        for c, b, u, d in (one, two)
    ]
    on_file = parse_address(f"天津市红桥区{one[0]}社区{one[1]}号楼{one[2]}门{one[3]}")
    whole = f"{one[0]}社区{one[1]}号楼{one[2]}门{one[3]}"
    assert stands_in(on_file, pages[0]) == (whole in pages[0])
    assert stands_in(on_file, pages[1]) == (one == two and whole in pages[1])
