"""Money claimed back: one claim at a time, what came back, and by which step; nothing is forgotten when a file is closed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.model.case import Case
from archivist.rules import pack as packs
from archivist.rules import recoveries
from archivist.rules.attempt import Attempt
from archivist.rules.disposition.holds import unsettled
from archivist.rules.guards import GUARDS
from archivist.rules.pack import Pack
from archivist.rules.recoveries import open_recovery
from tests.rules.walking import IN_BENEFIT, step, walk

NATIONAL = packs.load("national")
CLAIMED = (*IN_BENEFIT, "claim_back 2024-08-01 amount=1600 due_on=2024-08-30")


def refused(case: Case, name: str, on: str, pack: Pack = NATIONAL, **values: object) -> list[str]:
    """Return what the guards of a step say on a day."""
    rule = step(pack, case, name)
    attempt = Attempt(case, pack, rule, dt.date.fromisoformat(on), values=values, reason="样例")
    return [reason for name in rule.guards for reason in GUARDS[name].reasons(attempt)]


@given(st.lists(st.integers(1, 1599), max_size=4), st.integers(1, 2000))
def test_what_is_owed_is_what_did_not_come_back(parts: list[int], last: int) -> None:
    """«partial/whole repayment recorded»: the sum tells which of the two a payment is, and none is both or neither."""
    kept: list[int] = []
    for part in parts:
        if sum(kept) + part < 1600:
            kept.append(part)
    case = walk(NATIONAL, "DB", *CLAIMED, *(f"repay_part 2024-08-05 amount={part}" for part in kept))
    found = open_recovery(case)
    assert found is not None and (found.repaid, found.owed) == (Decimal(sum(kept)), Decimal(1600 - sum(kept)))
    fits = [
        name
        for name in ("repay_part", "repay_all")
        if not refused(case, name, "2024-08-06", amount=Decimal(last))
    ]
    owed = 1600 - sum(kept)
    assert fits == (["repay_part"] if last < owed else ["repay_all"] if last == owed else [])


def test_a_claim_is_open_until_it_is_repaid_or_closed() -> None:
    """«closing preview knows open recoveries»: and nothing is claimed twice meanwhile."""
    case = walk(NATIONAL, "DB", *CLAIMED)
    assert refused(case, "claim_back", "2024-08-02")
    assert any("尚欠 1600 元" in line and "2024-08-30" in line for line in unsettled(case))
    for end in ("repay_all 2024-08-20 amount=1600", "close_recovery 2024-08-20"):
        done = walk(NATIONAL, "DB", *CLAIMED, end)
        assert open_recovery(done) is None and unsettled(done) == ()
        assert not refused(done, "claim_back", "2024-08-21")
        for name in ("repay_part", "repay_all", "close_recovery", "urge_recovery", "enforce_recovery"):
            assert refused(done, name, "2024-09-21", amount=Decimal(1))
    again = walk(
        NATIONAL,
        "DB",
        *CLAIMED,
        "repay_all 2024-08-20 amount=1600",
        "claim_back 2024-09-01 amount=5 due_on=2024-09-30",
    )
    assert [r.owed for r in recoveries.recoveries(again)] == [Decimal(0), Decimal(5)]


@pytest.mark.parametrize(
    ("steps", "name", "on", "word"),
    [
        ((), "urge_recovery", "2024-08-30", "尚未届满"),
        ((), "urge_recovery", "2024-08-31", ""),
        ((), "enforce_recovery", "2024-10-08", "还没有催告"),
        (("urge_recovery 2024-09-02",), "enforce_recovery", "2024-09-14", "2024-09-14"),
        (("urge_recovery 2024-09-02",), "enforce_recovery", "2024-09-18", ""),
    ],
)
def test_nobody_is_taken_to_court_before_he_was_urged(
    steps: tuple[str, ...], name: str, on: str, word: str
) -> None:
    """N23「催告书送达十日后当事人仍未履行义务的，行政机关可以向所在地有管辖权的人民法院申请强制执行」."""
    why = refused(walk(NATIONAL, "DB", *CLAIMED, *steps), name, on)
    assert word in "".join(why) if word else why == []


def test_without_the_row_nobody_is_taken_to_court() -> None:
    """«Where a guard finds no row, the step is refused with that reason»."""
    without = packs.load("national", overrides={"rule": []})
    bare = Pack(
        **{f: getattr(without, f) for f in without.__dataclass_fields__}
        | {"rules": tuple(r for r in without.rules if r.id != "recovery.urge")}
    )
    case = walk(bare, "DB", *CLAIMED, "urge_recovery 2024-09-02")
    assert any(
        "recovery.urge" in r or "规则包" in r for r in refused(case, "enforce_recovery", "2024-12-02", bare)
    )


@pytest.mark.parametrize(
    ("name", "key"), [("tianjin-hongqiao", "S3"), ("shanxi-jincheng-chengqu", "S2"), ("national", "N1")]
)
def test_the_districts_that_write_of_it_are_quoted(name: str, key: str) -> None:
    """S3「街道负责追缴骗取社会救助资金、物资或者服务的有关工作」; S2「追缴因审核失误发放的救助资金及违规领取的救助资金」."""
    pack = packs.load(name)
    assert {s.source.key for s in pack.steps if s.id == "claim_back"} == {key}
