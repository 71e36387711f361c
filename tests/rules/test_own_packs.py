"""Packs of an office: a folder in the workspace that extends a pack of the program."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archivist.api import rule_packs
from archivist.api import rules as api
from archivist.errors import NotDelegated, RuleFault, UnknownPack
from archivist.model.ids import Category
from archivist.model.roles import Role
from archivist.rules import pack, summaries
from archivist.rules.comparison import Side, differences
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace
from tests.kit import SETTINGS, make_workspace

ON = RuleDays.alike(dt.date(2024, 3, 4))
SOURCE = 'source = { measure = "X1", article = "第三条", sentence = "公示期为十日" }'
HEAD = (
    'title = "样例县"\nlooked_at = 2026-11-20\nextends = "national"\n[measures]\nX1 = "《样例县工作方案》"\n'
)
PUBLICITY = f'[[rule]]\nid = "publicity.initial"\npatch = true\ncategories = ["DB"]\nvalue = 10\n{SOURCE}\n'


def office(folder: Path, more: str = "", **files: str) -> Workspace:
    """Return a workspace under a pack ``yangli`` of its own, made of files by the names of their tables."""
    make_workspace(folder).close()
    own = folder / "packs" / "yangli"
    own.mkdir(parents=True)
    for name, text in {"pack": HEAD, **files}.items():
        own.joinpath(f"{name}.toml").write_text(text, encoding="utf-8")
    settings = SETTINGS.replace('pack = "tianjin-hongqiao"', 'pack = "yangli"')
    assert settings != SETTINGS
    (folder / "archivist.toml").write_text(settings + more, encoding="utf-8")
    return Workspace.open(folder)


def test_settings_name_a_pack_of_the_workspace(tmp_path: Path) -> None:
    """「settings `pack = "<id>"` finds the workspace's pack first」; the stamp of events says which it was."""
    own = office(tmp_path, rules=PUBLICITY).pack
    assert own.rule("publicity.initial", Category.DB, ON).value == 10
    assert own.rule("publicity.initial", Category.DB, ON).source.measure == "《样例县工作方案》"
    assert own.rule("publicity.initial", Category.TK, ON).value == 7
    assert (own.title, own.looked_at, own.stamp.partition("@")[0]) == (
        "样例县",
        dt.date(2026, 11, 20),
        "yangli",
    )
    shipped = {name for name in pack.available() if name != "national"}
    assert "yangli" not in shipped and own.delegated == pack.load("national").delegated


def test_a_change_of_a_file_is_another_version(tmp_path: Path) -> None:
    workspace = office(tmp_path, rules=PUBLICITY)
    before = workspace.pack.version
    rules = workspace.packs / "yangli" / "rules.toml"
    rules.write_text(PUBLICITY.replace("10", "11"), encoding="utf-8")
    after = Workspace.open(tmp_path).pack
    assert after.version != before and after.rule("publicity.initial", Category.DB, ON).value == 11


def test_a_pack_may_extend_any_other_but_not_itself(tmp_path: Path) -> None:
    workspace = office(tmp_path, pack=HEAD.replace("national", "tianjin-hongqiao"))
    assert workspace.pack.rule("publicity.initial", Category.DB, ON).value == 5
    other = workspace.packs / "yangli-town"
    other.mkdir()
    other.joinpath("pack.toml").write_text(HEAD.replace("national", "yangli"), encoding="utf-8")
    assert pack.load("yangli-town", own=workspace.packs).rule("publicity.initial", Category.DB, ON).value == 5
    (workspace.packs / "yangli" / "pack.toml").write_text(
        HEAD.replace("national", "yangli-town"), encoding="utf-8"
    )
    with pytest.raises(RuleFault, match="yangli → yangli-town → yangli"):
        pack.load("yangli", own=workspace.packs)


def test_a_name_the_program_has_is_refused(tmp_path: Path) -> None:
    """「an id that a shipped pack has is refused」."""
    workspace = office(tmp_path)
    (workspace.packs / "yangli").rename(workspace.packs / "national")
    with pytest.raises(RuleFault, match="同名"):
        pack.load("national", own=workspace.packs)
    with pytest.raises(UnknownPack, match="national"):
        _ = workspace.pack


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pack": HEAD.replace("looked_at = 2026-11-20\n", "")}, "packs/yangli/pack.toml：缺 looked_at"),
        ({"rules": '[[rule]]\nid = "publicity.initial"\nvalue = 3\n'}, "packs/yangli/rules.toml [[rule]] 第 1 行 publicity.initial："),
        ({"rules": 'rule = "x"\n'}, "packs/yangli/rules.toml [[rule]]："),
        ({"rules": "[[rule]\n"}, "packs/yangli/rules.toml"),
        ({"pack": f"{HEAD}[roles]\nclerk = '文书'\n"}, "roles clerk"),
    ],
)  # fmt: skip
def test_faults_name_the_file_of_the_workspace(tmp_path: Path, files: dict[str, str], words: str) -> None:
    with pytest.raises(RuleFault) as fault:
        _ = office(tmp_path, **files).pack
    assert words in "\n".join((str(fault.value), *fault.value.problems))


def test_a_place_calls_its_posts(tmp_path: Path) -> None:
    own = office(tmp_path, pack=f'{HEAD}[roles]\nintake = "民政服务站"\n').pack
    assert (own.post(Role.INTAKE), own.post(Role.ARCHIVIST)) == ("民政服务站", Role.ARCHIVIST.label)


def test_an_office_says_what_it_was_given(tmp_path: Path) -> None:
    """「An office without a pack of its own may also say its `delegated` in archivist.toml with a source」."""
    source = SOURCE.replace("X1", "《样例通知》")
    powers = (
        f'[[override.power]]\ncategory = "{category}"\npower = "{power}"\n{source}\n'
        for category, power in (("BY", "审核"), ("ZC", "未下放"))
    )
    workspace = office(tmp_path, "".join(powers))
    own = workspace.pack
    assert own.delegated[Category.BY] == "审核"
    own.require_delegated(Category.BY, dt.date(2026, 11, 1))
    with pytest.raises(NotDelegated, match="《样例通知》第三条「公示期为十日」"):
        own.require_delegated(Category.ZC, dt.date(2026, 11, 1))
    with pytest.raises(RuleFault, match=r"\[\[override.power\]\] 第 1 行：power 是“全部”"):
        pack.load("national", overrides={"power": [{"category": "DB", "power": "全部", "source": {"measure": "x", "sentence": "x"}}]})  # fmt: skip


# ── begun, listed, compared ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("base", pack.available())
def test_a_new_pack_says_what_its_base_says_and_is_sound(tmp_path: Path, base: str) -> None:
    """「`rules new` writes the commented skeleton …, every table with one commented example, `rules check` passes」."""
    workspace = make_workspace(tmp_path)
    made = rule_packs.begin(workspace, "yangli-xian", base, '样例"县')
    own = pack.load("yangli-xian", own=workspace.packs)
    assert own.title == '样例"县'
    assert differences(own, pack.load(base)) == []
    assert [c.pack for c in api.check(workspace, "yangli-xian", dt.date(2026, 11, 26)).checked] == [
        "yangli-xian"
    ]
    texts = {name: (made.folder / name).read_text(encoding="utf-8") for name in made.files}
    for table in ("rule", "step", "material", "check"):
        assert f"# [[{table}]]" in texts[f"{table}s.toml"]


def test_the_examples_of_a_new_pack_can_be_used(tmp_path: Path) -> None:
    """With the marks of comment taken away every example is a row that can be read."""
    workspace = make_workspace(tmp_path)
    made = rule_packs.begin(workspace, "yangli", "national", "")
    for name in made.files:
        lines = (made.folder / name).read_text(encoding="utf-8").splitlines()
        rows = [
            line.removeprefix("# ") if line.startswith(("# [", "#  ")) or " = " in line else line
            for line in lines
        ]
        kept = [line for line in rows if not line.startswith("#") and "   " not in line]
        (made.folder / name).write_text("\n".join(kept), encoding="utf-8")
    own = pack.load("yangli", own=workspace.packs)
    assert own.rule("publicity.initial", Category.DB, ON).value == 10
    assert own.post(Role.INTAKE) == "民政服务站"
    assert "X01" in {c.id for c in own.checks}


def test_the_list_knows_own_packs_and_up_to_which_day_the_law_was_looked_at(tmp_path: Path) -> None:
    workspace = office(tmp_path, rules=PUBLICITY)
    for _ in range(2):  # read, then known from before
        listed = {p.id: p for p in rule_packs.list_packs(workspace).packs}
        assert set(listed) == {"yangli", *pack.available()}
        assert (listed["yangli"].own, listed["yangli"].looked_at) == (True, dt.date(2026, 11, 20))
        assert listed["yangli"].version == workspace.pack.version


def test_what_is_listed_from_before_is_what_would_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache" / "rule_packs.json"
    read = summaries.all_packs(None, cache)
    monkeypatch.setattr(summaries, "assemble", lambda *_: pytest.fail("read again"))
    assert summaries.all_packs(None, cache) == read
    whole = cache.read_bytes()
    monkeypatch.undo()
    for content in (b"", whole[:-9], whole.replace("红桥".encode(), "红乔".encode(), 1)):
        cache.write_bytes(content)
        assert summaries.all_packs(None, cache) == read


def test_packs_are_compared_sentence_by_sentence(tmp_path: Path) -> None:
    """「rows only here/only there/changed columns with both sentences」."""
    withdrawn = '[[step]]\nid = "file"\nwithdraw = true\n' + SOURCE + "\n"
    more = f'[[check]]\nid = "X01"\ntitle = "样例"\nstage = "archive"\ntest = "dates"\n{SOURCE}\n'
    own = office(tmp_path, rules=PUBLICITY, steps=withdrawn, checks=more).pack
    found = differences(pack.load("national"), own)
    by = {(d.table, d.id): d for d in found}
    assert set(by) == {("rule", "publicity.initial"), ("step", "file"), ("check", "X01")}
    changed = by["rule", "publicity.initial"]
    assert changed.categories == (Category.DB,) and changed.columns["value"] == ("7", "10")
    assert "公示期为7天" in changed.first and "公示期为十日" in changed.second
    assert by["step", "file"].side is Side.FIRST and by["check", "X01"].side is Side.SECOND
    assert differences(own, own) == []


# ── what no place may take away ──────────────────────────────────────────────────────────────────────────
KEPT = (
    '[[rule]]\nid = "retention.case"\ntitle = "户档保管期限"\nvalue = 1\nunit = "年"\ntrigger = "注销之日"\n'
)
BECAUSE = 'because = { measure = "X1", sentence = "不听取意见" }'


@pytest.mark.parametrize("how", ["replace = true", "valid_from = 2025-01-01", "valid_to = 2020-12-31"])
def test_a_pack_of_an_office_keeps_no_file_for_less_time(tmp_path: Path, how: str) -> None:
    """“keep files at least three years after deregistration”: settings refuse a shorter period, a pack does, too."""
    workspace = office(tmp_path, rules=f"{KEPT}{how}\n{SOURCE}\n")
    with pytest.raises(RuleFault, match=r"retention\.case 是 1，短于同一时间已定的 3年"):
        workspace.pack.rule("overall", Category.DB, ON)


def test_a_pack_of_an_office_takes_no_period_away(tmp_path: Path) -> None:
    workspace = office(tmp_path, rules=f'[[rule]]\nid = "retention.refused"\nwithdraw = true\n{SOURCE}\n')
    with pytest.raises(RuleFault, match=r"retention\.refused 不能取消"):
        workspace.pack.rule("overall", Category.DB, ON)


HEARD = "社会救助法第四十八条"


@pytest.mark.parametrize("step", ["terminate", "suspend", "change", "gradual_exit"])
def test_the_hearing_cannot_be_taken_from_a_step(tmp_path: Path, step: str) -> None:
    """社会救助法第四十八条「作出调减、终止社会救助决定前应当听取社会救助对象的意见」 binds every place, and its offices."""
    told = f'id = "{step}"\npatch = true\nguards = ["reason"]\n{BECAUSE}\n'
    with pytest.raises(RuleFault, match=f"环节 {step} 的 guards 没有“heard”，不能去掉：{HEARD}"):
        office(tmp_path / "pack", steps=f"[[step]]\n{told}").pack.rule("overall", Category.DB, ON)
    with pytest.raises(RuleFault, match=f"环节 {step} 的 guards 没有“heard”，不能去掉：{HEARD}"):
        office(tmp_path / "own", f"\n[[override.step]]\n{told}").pack.rule("overall", Category.DB, ON)


@pytest.mark.parametrize(
    "told",
    [f"patch = true\nvalue = false\n{BECAUSE}", f"withdraw = true\n{SOURCE}"],
    ids=["false", "withdrawn"],
)
def test_no_row_says_that_nobody_is_heard(tmp_path: Path, told: str) -> None:
    with pytest.raises(RuleFault, match=f"hearing 不能取消，也不能改为 false：{HEARD}"):
        office(tmp_path, rules=f'[[rule]]\nid = "hearing"\n{told}\n').pack.rule("overall", Category.DB, ON)


def test_other_conditions_of_a_step_are_the_packs_to_choose(tmp_path: Path) -> None:
    told = f'[[step]]\nid = "terminate"\npatch = true\ncategories = ["DB"]\nguards = ["reason", "heard"]\n{BECAUSE}\n'
    found = [
        s
        for s in office(tmp_path, steps=told).pack.steps
        if s.id == "terminate" and Category.DB in s.categories
    ]
    assert found and all(s.guards == ("reason", "heard") for s in found)
