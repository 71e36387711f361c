"""The walks of the five places under the law of late 2026: heard before the end, the statute cited, by commands alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sampling import sweep
from tests.walks import test_jiamusi, test_jincheng, test_tianjin, test_yongchuan, test_ziyang
from tests.walks.clerk import Clerk

WALKS: dict[str, tuple[str, Callable[[Clerk], None]]] = {
    "jiamusi": (test_jiamusi.PACK, lambda clerk: test_jiamusi.test_dibao_and_dixiao(clerk, "低保")),
    "jincheng": (test_jincheng.PACK, test_jincheng.test_tekun),
    "tianjin": (test_tianjin.PACK, test_tianjin.test_tekun),
    "yongchuan": (test_yongchuan.PACK, test_yongchuan.test_dibao),
    "yongchuan, a subsidy": (test_yongchuan.PACK, test_yongchuan.test_disability),
    "ziyang": (test_ziyang.PACK, lambda clerk: test_ziyang.test_dibao_and_dixiao(clerk, "低保")),
}


@sweep(1 / 24, of="walks")
@pytest.mark.parametrize("place", WALKS)
def test_the_walks_under_the_law_of_late_2026(tmp_path: Path, place: str) -> None:
    """「The five seeds' walks under the law of 2024 and of late 2026」."""
    pack, walk = WALKS[place]
    clerk = Clerk(tmp_path, pack, "2026-10-12")
    walk(clerk)
    taken = [step["step"] for step in clerk.show()["steps"]]
    ending = "propose_ending" if "propose_ending" in taken else "terminate"
    assert taken.index("hear") < taken.index(ending)
    assert "hearing_record" in {record["type"] for record in clerk.show()["records"]}
