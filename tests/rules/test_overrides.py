"""An office's own rows and working days, from ``archivist.toml`` into what the program computes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archivist import config
from archivist.errors import RuleFault, SettingsError
from archivist.model.ids import Category
from archivist.rules import pack
from archivist.rules.rule_days import RuleDays
from archivist.rules.work_calendar import NATIONAL
from archivist.workspace import Workspace
from tests.kit import SETTINGS, make_workspace
from tests.rules.walking import due, step, walk

SOURCE = 'source = { measure = "《样例街道办事规程》", article = "第三条", sentence = "自受理之日起十五个工作日内办结" }'
ON = dt.date(2024, 3, 4)


def workspace(folder: Path, more: str) -> Workspace:
    make_workspace(folder).close()
    (folder / "archivist.toml").write_text(SETTINGS + more, encoding="utf-8")
    return Workspace.open(folder)


def test_a_row_of_the_office_replaces_that_of_the_pack(tmp_path: Path) -> None:
    own = workspace(
        tmp_path, f'[[override.rule]]\nid = "refusal.inform"\npatch = true\nvalue = 2\n{SOURCE}\n'
    )
    rule, shipped = (
        own.pack.rule("refusal.inform", Category.DB, RuleDays.alike(ON)),
        pack.load("tianjin-hongqiao"),
    )
    assert (rule.value, rule.unit, rule.source.article) == (2, "工作日", "第三条")
    assert rule.starts == shipped.rule("refusal.inform", Category.DB, RuleDays.alike(ON)).starts, (
        "only the columns named"
    )
    assert own.pack.version != shipped.version, "events must say under which rules they were made"
    refused = ("submit 2024-03-01", "accept 2024-03-04", "verify 2024-03-05", "survey 2024-03-06", "prelim 2024-03-07",
               "publicize 2024-03-08", "review 2024-03-18", "refuse 2024-03-20")  # fmt: skip
    assert due(walk(own.pack, "DB", *refused), own.pack, "refusal.inform") == "2024-03-22"


def test_rows_of_every_table_can_be_laid_over(tmp_path: Path) -> None:
    own = workspace(
        tmp_path,
        f"""
[[override.step]]
id = "announce"
patch = true
title = "上墙公布"
{SOURCE}
[[override.material]]
document = "mat_agent_id"
replace = true
requirement = "代理人身份证原件"
categories = ["DB"]
{SOURCE}
[[override.check]]
id = "C90"
title = "本街道另查"
stage = "archive"
test = "dates"
{SOURCE}
""",
    ).pack
    assert step(own, walk(own, "DB"), "announce").title == "上墙公布"
    wanted = {c: m.requirement for m in own.materials if m.document == "mat_agent_id" for c in m.categories}
    assert (wanted[Category.DB], wanted[Category.TK]) == ("代理人身份证原件", "代理人身份证")
    assert "C90" in {c.id for c in own.checks}


def test_what_the_pack_cannot_read_is_the_pack_s_fault(tmp_path: Path) -> None:
    own = workspace(
        tmp_path,
        f'[[override.rule]]\nid = "overall"\nreplace = true\ntitle = "总期限"\nvalue = 15\nunit = "天"\nstarts = ["lunch"]\n{SOURCE}\n',
    )
    with pytest.raises(RuleFault) as fault:
        _ = own.pack
    assert any(
        p.startswith("archivist.toml [[override.rule]] 第 1 行 overall：unit 是“天”，应为工作日、")
        for p in fault.value.problems
    )
    assert any("starts 中的“lunch”不是规则包中的环节" in p for p in fault.value.problems)


def test_every_fault_of_the_settings_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as fault:
        config.parse(
            """
[[override.rule]]
id = "overall"
value = 15
[[override.rule]]
id = "decide"
source = { measure = "《样例》" }
[[override.law]]
id = "x"
[override.step]
id = "confirm"
[calendar]
"2025-02-30" = "休"
"2025-10-09" = "上班"
"2025-10-10" = "休"
"""
        )
    told = "\n".join(fault.value.problems)
    for words in (
        "override rule 第 1 项是表 { id = overall, value = 15 }，应为写明出处的一行",
        "override rule 第 2 项是表 { id = decide, source = ",
        "override law 是“law”，应为 rule、material、step、check、power 之一",
        "override step 是表 { id = confirm }，应为数组",
        "calendar 2025-02-30 是“2025-02-30”，应为日期",
        "calendar 2025-10-09 是“上班”，应为班、休之一",
    ):
        assert words in told
    assert len(fault.value.problems) == 7


@pytest.mark.parametrize("text", ["override = 3", "calendar = 3", 'calendar = "2025-10-09"'])
def test_tables_of_another_kind_are_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        config.parse(text)


def test_the_office_corrects_its_working_days(tmp_path: Path) -> None:
    """A local holiday on 6 March 2024, and work on Saturday the 9th: the third working day moves with them."""
    accepted = ("submit 2024-03-01", "accept 2024-03-04")
    own = workspace(tmp_path, '[calendar]\n"2024-03-06" = "休"\n"2024-03-09" = "班"\n').pack
    shipped = pack.load("tianjin-hongqiao")
    assert due(walk(shipped, "DB", *accepted), shipped, "survey.start") == "2024-03-07"
    assert due(walk(own, "DB", *accepted), own, "survey.start") == "2024-03-08"
    assert own.calendar.is_workday(dt.date(2024, 3, 9)) and not NATIONAL.is_workday(dt.date(2024, 3, 9))
    assert own.version == shipped.version, "days are no rule"


def test_without_corrections_the_nation_s_calendar_holds() -> None:
    assert config.parse("").calendar is NATIONAL
    assert config.parse("").override == {}
