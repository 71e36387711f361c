"""Every number has its sentence; the packs say what the seed documents say."""

from __future__ import annotations

import ast
import datetime as dt
import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archivist.declarations.cache import CheckedTables
from archivist.errors import NotDelegated, RuleFault, UnknownPack
from archivist.model.case import Case
from archivist.model.case_fold import fold
from archivist.model.event import Event, FileEntry, Op
from archivist.model.facts import to_plain
from archivist.model.ids import CaseNo, Category, RecordNo, Sha256
from archivist.rules import layers, pack
from archivist.rules.completeness import required_papers
from archivist.rules.disposition.retention import retention
from archivist.rules.rule_days import RuleDays
from archivist.rules.unit import Unit
from tests.people import wang
from tests.rules.walking import due, step, walk

FOLDER = Path(pack.__file__).parent / "packs"
SEED_FILES = sorted((Path(__file__).parents[1] / "data/seeds").glob("*.txt"))
SEEDS = {f"S{n}": re.sub(r"\s", "", path.read_text(encoding="utf-8")) for n, path in enumerate(SEED_FILES)}
"""The districts' own documents, by the short names the packs give them; white space left out."""
ON = dt.date(2024, 3, 4)
HONGQIAO = pack.load("tianjin-hongqiao")


def rows(found: pack.Pack) -> list[tuple[str, pack.Source]]:
    """Return what every row of a pack is called, and where it stands."""
    return [
        *((r.id, r.source) for r in found.rules),
        *((s.id, s.source) for s in found.steps),
        *((c.id, c.source) for c in found.checks),
        *((m.document, m.source) for m in found.materials),
    ]


def quoted(path: Path) -> str:
    """Return the docstrings of a file's tests, without white space."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))
    return re.sub(r"\s", "", "".join(ast.get_docstring(t) or "" for t in tests))


@pytest.mark.parametrize("name", pack.available())
def test_every_row_has_its_sentence(name: str) -> None:
    found = pack.load(name)
    assert found.rules and found.steps and found.materials
    assert [what for what, source in rows(found) if not (source.sentence and source.measure)] == []


@pytest.mark.parametrize("name", pack.available())
def test_every_row_names_a_measure_by_its_full_title(name: str) -> None:
    assert [what for what, s in rows(pack.load(name)) if s.measure == s.key] == []


@pytest.mark.parametrize("name", pack.available())
def test_sentences_of_the_districts_documents_are_verbatim(name: str) -> None:
    """Each 「sentence」 said to stand in a district's own document stands there, word for word."""
    own = [(what, s) for what, s in rows(pack.load(name)) if s.key in SEEDS]
    wrong = [(what, s.sentence) for what, s in own if re.sub(r"\s", "", s.sentence) not in SEEDS[s.key]]
    assert wrong == []
    assert name == "national" or len(own) >= 3


def test_the_plan_of_hongqiao_is_quoted_throughout() -> None:
    assert sum(s.key == "S3" for _, s in rows(HONGQIAO)) > 100


@pytest.mark.parametrize(
    ("file", "tests"),
    [
        ("national/rules.toml", "test_national.py"),
        ("national/borderline.toml", "test_borderline.py"),
        ("tianjin-hongqiao/rules.toml", "test_tianjin.py"),
    ],
)
def test_every_rule_has_a_test_that_quotes_it(file: str, tests: str) -> None:
    text = quoted(Path(__file__).with_name(tests))
    own = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))["rule"]
    sentences = {re.sub(r"\s", "", row["source"]["sentence"]): row["id"] for row in own}
    assert [(what, sentence) for sentence, what in sentences.items() if sentence not in text] == []


@pytest.mark.parametrize("name", pack.available())
def test_what_the_sentence_does_not_say_is_explained(name: str) -> None:
    found = pack.load(name)
    assert [r.id for r in found.rules if r.inferred and not r.note] == []


@pytest.mark.parametrize("name", pack.available())
def test_rows_that_run_can_be_counted_and_do_not_clash(name: str) -> None:
    """A row that runs in a case has a number and an end; two rows of one id never hold without a condition."""
    found = pack.load(name)
    for rule in found.rules:
        if rule.timed:
            assert rule.deadline(ON, at="09:00").day >= ON, rule.id
            assert rule.ends or rule.duty == "applicant", rule.id
    for category in Category:
        for on in (dt.date(2021, 10, 8), dt.date(2024, 3, 4), dt.date(2025, 3, 4)):
            holding = [r.id for r in found.rules if not r.when and r.applies(category, RuleDays.alike(on))]
            assert len(holding) == len(set(holding)), (category, on)


def test_hongqiao_takes_thirty_days_where_the_nation_takes_twenty() -> None:
    """「低保、低收入审核确认工作应当自受理之日起30个工作日之内完成」."""
    assert HONGQIAO.rule("overall", Category.DB, RuleDays.alike(ON)).value == 30
    assert pack.load("national").rule("overall", Category.DB, RuleDays.alike(ON)).value == 20


def test_publicity_is_five_days_in_hongqiao() -> None:
    """「公示期为5天」."""
    rule = HONGQIAO.rule("publicity.initial", Category.DB, RuleDays.alike(ON))
    assert (rule.value, rule.unit, rule.inferred) == (5, "自然日", True)
    assert rule.deadline(dt.date(2024, 3, 4)).day == dt.date(2024, 3, 11), (
        "the fifth day, a Saturday, moves on"
    )


def test_what_was_not_delegated_is_refused_with_the_reason() -> None:
    with pytest.raises(NotDelegated, match="残疾人两项补贴"):
        HONGQIAO.require_delegated(Category.CJ, ON)


def test_unknown_packs_and_rules() -> None:
    with pytest.raises(UnknownPack, match="tianjin-hongqiao"):
        pack.load("nowhere")
    with pytest.raises(RuleFault):
        HONGQIAO.rule("no.such", Category.DB, RuleDays.alike(ON))


# ── what is kept of a pack ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", pack.available())
def test_a_pack_known_from_before_is_the_same_pack(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "index" / "rule_pack.json"
    first = pack.load(name, cache=cache)
    monkeypatch.setattr(pack, "laid_over", lambda *_: pytest.fail("read again"))
    known = pack.load(name, cache=cache)
    assert known == first == pack.load(name, cache=cache)
    assert [r.valid_from for r in known.rules] == [r.valid_from for r in first.rules]
    assert {type(r.unit) for r in known.rules} == {Unit}


def test_a_pack_that_changed_or_whose_copy_is_damaged_is_read_again(tmp_path: Path) -> None:
    """A cache is never trusted blindly: damaged or stale → rebuilt silently."""
    cache = tmp_path / "rule_pack.json"
    pack.load("tianjin-hongqiao", cache=cache)
    row = {
        "id": "publicity.initial",
        "patch": True,
        "value": 9,
        "source": {"measure": "S3", "sentence": "样例"},
    }
    own = pack.load("tianjin-hongqiao", overrides={"rule": [row]}, cache=cache)
    assert own.rule("publicity.initial", Category.DB, RuleDays.alike(ON)).value == 9
    assert pack.load("tianjin-hongqiao", cache=cache) == HONGQIAO
    whole = cache.read_bytes()
    for content in (b"", whole[:-9], whole.replace("工作日".encode(), "自然日".encode(), 1)):
        cache.write_bytes(content)
        assert pack.load("tianjin-hongqiao", cache=cache) == HONGQIAO


def test_what_a_pack_keeps_for_a_program_with_other_columns_is_read_again(tmp_path: Path) -> None:
    cache = tmp_path / "rule_pack.json"
    pack.load("national", cache=cache)
    kept = CheckedTables(cache)
    made_of = pack.load("national").version
    tables = kept.get("national", made_of)
    assert tables
    tables["rule"][0]["colour"] = "red"
    kept.put("national", made_of, tables)
    kept.save()
    assert pack.load("national", cache=cache) == pack.load("national")


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────
def test_every_fault_of_every_row_is_told_at_once() -> None:
    """File, table, row, key, what was found, what is expected; unknown keys with what they may have been meant to be."""
    source = {"measure": "《样例办法》", "sentence": "样例"}
    row: dict[str, Any] = {"id": "x", "title": "x", "source": source}
    faulty: list[dict[str, Any]] = [
        row | {"value": 3, "unit": "工作曰"},
        row | {"value": "三", "unit": "工作日", "dutty": "office"},
        row | {"value": 3, "unit": "月", "excludes": ["publicised"], "warn": True, "when": "a is b"},
        row | {"value": 3, "unit": "月", "excludes": ["publicized"], "starts": ["lunch"]},
        row | {"value": 0.5, "unit": "比例", "warn": 1, "categories": ["DB", "DC"], "kind": "wate"},
        {"id": "y", "value": 3, "unit": "月", "source": {"sentence": ""}},
    ]
    with pytest.raises(RuleFault) as fault:
        pack.load(
            "tianjin-hongqiao",
            overrides={"rule": faulty, "check": [row | {"stage": "later", "test": "dates"}]},
        )
    text = "\n".join(fault.value.problems)
    for words in (
        "archivist.toml [[override.rule]] 第 1 行 x：unit 是“工作曰”，应为工作日、",
        "是不是 工作日？",
        "第 2 行 x：没有“dutty”这一项；是不是 duty？",
        "第 2 行 x：value 是 三，与单位“工作日”不合",
        "第 5 行 x：单位“比例”不计时",
        "第 3 行 x：excludes 第 1 项是“publicised”",
        "是不是 publicized？",
        "第 3 行 x：warn 是 true，应为整数",
        "第 3 行 x：when 是“a is b”，应为条件",
        "第 4 行 x：按月计的期限不能扣除日数",
        "第 4 行 x：starts 中的“lunch”不是规则包中的环节",
        "第 5 行 x：categories 第 2 项是“DC”",
        "第 5 行 x：kind 是“wate”，应为 limit、wait 之一；是不是 wait？",
        "第 6 行 y：缺 title",
        "第 6 行 y：缺 source measure",
        "第 6 行 y：source sentence 是空的",
        "archivist.toml [[override.check]] 第 1 行 x：stage 是“later”，应为 acceptance、benefit、archive 之一",
    ):
        assert words in text, words
    assert len(fault.value.problems) == 16


@pytest.mark.parametrize(
    ("unit", "value", "fits"),
    [("工作日", 5, True), ("工作日", "5", False), ("工作日", True, False), ("是否", True, True), ("是否", 1, False),
     ("比例", 0.3, True), ("文字", "本人", True), ("文字", 3, False), ("人数", 2, True), ("人数", 2.5, False)],
)  # fmt: skip
def test_a_value_fits_its_unit(unit: str, value: object, fits: bool) -> None:
    row = {
        "id": "x",
        "title": "x",
        "value": value,
        "unit": unit,
        "source": {"measure": "《样例》", "sentence": "样例"},
    }
    if fits:
        pack.load("national", overrides={"rule": [row]})
        return
    with pytest.raises(RuleFault, match=f"与单位“{unit}”不合"):
        pack.load("national", overrides={"rule": [row]})


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
    missing = required_papers.missing(a_case(("mat_id_card", "2015-01-05T09:00:00+08:00")), HONGQIAO, ON)
    wanted = {m.document for m in missing}
    assert {"application_form", "verification_authorization", "mat_household_register"} <= wanted
    assert "mat_id_card" not in wanted
    assert all("「" in m.basis for m in missing)


def test_an_agent_needs_papers_too() -> None:
    """「委托代理申请的还需提供代理人身份证、申请人签字的授权委托书」."""
    from archivist.model.facts import merge, parse_facts

    case = a_case()
    with_agent = merge(case.facts, parse_facts({"agent": {"name": "张代理"}}))

    wanted = {m.document for m in required_papers.missing(replace(case, facts=with_agent), HONGQIAO, ON)}
    assert {"mat_agent_id", "agency_authorization"} <= wanted
    assert "mat_agent_id" not in {m.document for m in required_papers.missing(case, HONGQIAO, ON)}


# ── a number changed ─────────────────────────────────────────────────────────────────────────────────────
def altered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> pack.Pack:
    """Load the pack of 红桥 from a copy of the files in which one text, standing once in one file, was changed."""
    shutil.copytree(FOLDER, tmp_path / "packs")
    path = tmp_path / "packs" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(layers, "files", lambda _: tmp_path)
    changed = pack.load("tianjin-hongqiao")
    assert changed.version != HONGQIAO.version
    return changed


def test_changing_a_number_in_a_pack_changes_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = 'value = 3\nunit = "年"\ntrigger = "注销（停保）之日"\ncategories = ["DB"]'
    changed = altered(tmp_path, monkeypatch, "national/rules.toml", old, old.replace("3", "10", 1))
    period = retention(a_case(closed="2018-06-29"), changed, dt.date(2018, 6, 29))
    assert period.expires == dt.date(2028, 6, 29)


def test_changing_a_time_limit_in_a_pack_changes_what_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = walk(HONGQIAO, "DB", "submit 2024-03-01", "accept 2024-03-04")
    assert due(case, HONGQIAO, "survey.start") == "2024-03-07"
    old = 'title = "启动家庭经济状况调查"\nvalue = 3'
    changed = altered(tmp_path, monkeypatch, "tianjin-hongqiao/rules.toml", old, old.replace("3", "6"))
    assert due(case, changed, "survey.start") == "2024-03-12"


def test_adding_a_guard_in_a_pack_changes_the_procedure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = 'guards = ["publicity_over", "appraised"]\nneeds = ["publicity_evidence", "review_confirmation_form"]\nsource = { measure = "S3", article = "", sentence = "对特困供养必须开展民主评议" }'
    new = old.replace(', "appraised"', "")
    changed = altered(tmp_path, monkeypatch, "tianjin-hongqiao/steps.toml", old, new)
    case = walk(HONGQIAO, "TK", "submit 2024-03-01")
    assert step(HONGQIAO, case, "review").guards == ("publicity_over", "appraised")
    assert step(changed, case, "review").guards == ("publicity_over",)
