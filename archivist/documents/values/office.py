"""What nobody types into a document of the office: what its rule pack says, and what its own cases tell.

What the pack says is ``fixed``: an office with other rules writes them, with their source, into ``archivist.toml``.
What is only likely is a ``default``, and what a clerk tells goes before it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.documents.values.context import stored
from archivist.errors import ArchivistError, InvalidValue
from archivist.model.case import Case
from archivist.model.facts import single
from archivist.model.ids import CaseNo, Category
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules import rule_text
from archivist.rules.rule import Rule
from archivist.rules.work_calendar import add_months
from archivist.workspace import Workspace

Row = Mapping[str, object]
MATTERS: Final[Mapping[Category, str]] = {
    Category.DB: "最低生活保障对象",
    Category.TK: "特困人员",
    Category.DX: "低收入家庭",
    Category.JN: "急难型临时救助",
    Category.ZC: "支出型临时救助",
    Category.CJ: "残疾人两项补贴",
}
"""What power is handed down over, as lists of delegated powers name it."""
PANEL: Final = ("分管领导", "管理部门", "居委会", "群众代表")
"""Source: 红桥区社会救助审核确认权限下放改革工作实施方案「由负责社会救助工作分管领导、街道社会救助管理部门工作人员、居委会工作人员和
群众代表组成」."""
APPROVAL: Final = (
    "申请书、申报表、授权书、身份和家庭材料、核对报告、入户调查、评议公示、审核确认表、决定书、送达回证等"
)
REFUSED: Final = (
    "不予受理、不予确认、放弃申请、终止程序的案卷：申请材料、核对和调查材料、决定书（告知书）、送达回证"
)


@dataclass(slots=True)
class Known:
    """What is known of one document before it is made.

    Attributes:
        given: what the clerk tells, by path; tables as checked rows, completed from the cases they name.
        fixed: what the rule pack says, by path.
        defaults: what stands where the clerk tells nothing, by path.
        doubts: what a person must look at before it is signed; none of them stops it.
        problems: what stops it.
    """

    workspace: Workspace
    document: DocumentType
    given: dict[str, object]
    on: dt.date
    fixed: dict[str, object] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def rows(self, path: str) -> Sequence[Row]:
        """Return the rows of a table the clerk told; none when there are none, or not such as can be read."""
        found = self.given.get(path)
        return [r for r in found if isinstance(r, Mapping)] if isinstance(found, tuple) else []

    def value(self, path: str) -> object:
        """Return what the clerk told, checked and as it is stored; ``None`` when nothing fits."""
        spec, told = self.document.field(path), self.given.get(path)
        try:
            return stored(spec, told) if spec and told is not None else None
        except InvalidValue:  # told with all other faults when the document is filled
            return None

    def over(self, rule_id: str) -> dict[Category, Rule]:
        """Return the row of a rule that holds on the document's day, for each category handed down."""
        pack = self.workspace.pack
        rows = ((c, pack.find(rule_id, c, self.on)) for c in pack.delegated)
        return {c: row for c, row in rows if row}


def known(workspace: Workspace, document: DocumentType, given: Mapping[str, object], *, on: dt.date) -> Known:
    """Return what is known of a document of the office.

    Args:
        workspace: the open workspace.
        document: the type.
        given: what the clerk tells, by path.
        on: date of the document.
    """
    found = Known(workspace, document, dict(given), on)
    _households(found)
    if tell := _TOLD.get(document.id):
        tell(found)
    return found


# ── households that rows name ────────────────────────────────────────────────────────────────────────────
def _households(k: Known) -> None:
    """Check the case numbers in a table and write beside them what the cases say: name, village, category."""
    for spec in k.document.fields:
        if spec.kind != "table" or spec.path not in k.given:
            continue
        try:
            rows = stored(spec, k.given[spec.path])
        except InvalidValue:  # told with all other faults when the document is filled
            continue
        assert isinstance(rows, tuple)
        if any(c.key == "number" for c in spec.columns):
            keys = [c.key for c in spec.columns]
            rows = tuple(_completed(k, spec.label, i, keys, row) for i, row in enumerate(rows, 1))
        k.given[spec.path] = rows


def _completed(k: Known, label: str, line: int, keys: Sequence[str], row: Row) -> Row:
    number = row.get("number")
    if not number:
        return row
    try:
        case = k.workspace.archive.read(CaseNo.parse(str(number)))
    except ArchivistError as error:
        k.problems.append(f"{label}第 {line} 行：{error.what}")
        return row
    facts = {
        "number": str(case.number),
        "name": case.applicant_name,
        "village": str(single(case.facts, "applicant").get("village", "")),
        "category": case.category.label,
    }
    wrong = [key for key in ("name", "village") if row.get(key) and facts[key] and row[key] != facts[key]]
    if wrong:
        k.problems.append(f"{label}第 {line} 行：{case.number} 的户主或村（社区）与户档不符")
    return {**{key: value for key, value in facts.items() if key in keys and value}, **row}


# ── what was handed down ─────────────────────────────────────────────────────────────────────────────────
def _powers(k: Known) -> None:
    office = k.workspace.config.office
    pack = k.workspace.pack
    k.fixed["powers.rows"] = [
        {
            "from": office.bureau,
            "to": office.name,
            "name": f"{MATTERS[category]}的{power}",
            "scope": f"通过委托的方式将{MATTERS[category]}的{power}权限下放镇（街道）",
            "basis": f"依据{_basis(k, category)}，履行对辖区{MATTERS[category]}的{power}。",
        }
        for category, power in pack.delegated.items()
    ]
    k.fixed["powers.undelegated"] = [f"{c.label}：{why}。" for c, why in pack.undelegated.items()]


def _agreement(k: Known) -> None:
    pack = k.workspace.pack
    k.fixed["agreement.matters"] = [
        {
            "name": f"{MATTERS[category]}的{power}",
            "way": "委托",
            "scope": f"{k.workspace.config.office.name}行政区域",
            "basis": _basis(k, category),
        }
        for category, power in pack.delegated.items()
    ]
    if least := pack.find("staff.min", None, k.on):
        k.defaults["agreement.staff"] = least.value
        told = k.value("agreement.staff")
        if isinstance(told, int) and told < int(least.value):
            k.problems.append(f"工作人员最少人数不得少于 {least.value} 人（{least.source}）")


def _basis(k: Known, category: Category) -> str:
    """Return the measures a category is confirmed under; where the pack names none, those it is ended under."""
    pack = k.workspace.pack
    found = {str(r.value): r for r in pack.under("basis.confirmation.", category, k.on)}
    if not found:
        ending = ("basis.suspension.", "basis.termination.")
        found = {str(r.value): r for p in ending for r in pack.under(p, category, k.on)}
        what = f"规则包没有写明{category.label}{pack.delegated[category]}的依据"
        if found:
            k.doubts.append(f"{what}，印的是停发、终止的依据，请核对")
        else:
            k.problems.append(
                f"{what}；请在 archivist.toml 的 [[override.rule]] 中写明 basis.confirmation.local"
            )
    return "、".join(found)


# ── the panel ────────────────────────────────────────────────────────────────────────────────────────────
def _panel(k: Known) -> None:
    rows = k.rows("body.members")
    if not rows:
        return
    least, most = _panel_size(k)
    if not int(least.value) <= len(rows) <= int(most.value):
        k.doubts.append(f"议事协商机构成员 {len(rows)} 人；{least.source}")
    kinds = {str(row.get("kind", "")) for row in rows}
    if missing := [kind for kind in PANEL if kind not in kinds]:
        k.doubts.append(f"成员名册中没有{'、'.join(missing)}；四类代表都应当有人")
    if others := sorted(kinds - {*PANEL}):
        k.doubts.append(f"代表类别“{'、'.join(others)}”应为{'、'.join(PANEL)}之一")


def _panel_rules(k: Known) -> None:
    pack = k.workspace.pack
    least, most = _panel_size(k)
    step = next(s for s in pack.steps if s.id == StepId.DELIBERATE)
    k.fixed["rules.size"] = f"{least.value}至{most.value}人"
    k.fixed["rules.scope"] = "、".join(c.label for c in pack.delegated if step.applies(c, k.on))
    quorum = k.value("rules.quorum")
    if isinstance(quorum, int) and quorum > int(most.value):
        k.problems.append(f"法定人数 {quorum} 人，多于机构的人数（{most.source}）")


def _panel_size(k: Known) -> tuple[Rule, Rule]:
    pack = k.workspace.pack
    return pack.rule("deliberation.size.min", None, k.on), pack.rule("deliberation.size.max", None, k.on)


# ── how long papers are kept ─────────────────────────────────────────────────────────────────────────────
def _schedule(k: Known) -> None:
    catalogue = k.workspace.catalogue
    rows = []
    for rule_id, name, papers in (
        ("retention.case", "户档·审核审批类", APPROVAL),
        ("retention.daily", "户档·日常管理类", ""),
        ("retention.refused", "没有给予救助的案卷", REFUSED),
    ):
        for rule, categories in _by_rule(k.over(rule_id)):
            kinds = [catalogue.get(d) for d in rule.documents if d in catalogue]
            rows.append(
                {
                    "class": f"{name}（{'、'.join(c.label for c in categories)}）",
                    "scope": papers or "、".join(d.title for d in kinds if not d.of_office),
                    "period": f"不少于{rule.value}{rule.unit}",
                    "start": rule.trigger,
                    "after": "鉴定",
                    "basis": rule_text.basis(rule.source, inferred=rule.inferred, note=rule.note),
                }
            )
    k.fixed["schedule.rows"] = rows


def _by_rule(rows: Mapping[Category, Rule]) -> Iterator[tuple[Rule, list[Category]]]:
    """Yield each row once, with the categories it holds for."""
    for rule in {id(r): r for r in rows.values()}.values():
        yield rule, [c for c, r in rows.items() if r is rule]


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────
def _reviews(k: Known) -> None:
    pack = k.workspace.pack
    cycles = {c: pack.under("review.cycle", c, k.on) for c in pack.delegated}
    reviewed = [c for c, rows in cycles.items() if rows]
    k.fixed["plan.cycles"] = [
        f"{'、'.join(c.label for c in categories)}：{rule.title}，"
        f"依据{rule_text.basis(rule.source, inferred=rule.inferred, note=rule.note)}。"
        for rule, categories in _spread(cycles)
    ]
    k.defaults["plan.scope"] = "、".join(c.label for c in reviewed)
    k.defaults["plan.year"] = k.on.year
    window = next((r for c in reviewed if (r := pack.find("review.annual.window", c, k.on))), None)
    year = k.value("plan.year") or k.on.year
    if window is None or not isinstance(year, int):
        return
    first = dt.date(year, 3 * int(window.value) - 2, 1)
    last = add_months(first, 3) - dt.timedelta(days=1)
    k.defaults |= {"plan.start": first, "plan.end": last}
    told = [dt.date.fromisoformat(str(d)) for p in ("plan.start", "plan.end") if (d := k.value(p))]
    if any(not first <= day <= last for day in told):
        k.doubts.append(f"复核时间不在{rule_text.value(window)}；{window.source}")


def _spread(rows: Mapping[Category, Iterable[Rule]]) -> Iterator[tuple[Rule, list[Category]]]:
    """Yield each row once, with all the categories it holds for."""
    for rule in {id(r): r for found in rows.values() for r in found}.values():
        yield rule, [c for c, found in rows.items() if any(r is rule for r in found)]


# ── spot checks ──────────────────────────────────────────────────────────────────────────────────────────
def _spot_check(k: Known) -> None:
    ratios = k.over("spotcheck.ratio")
    if not ratios:
        return
    strictest = max(ratios.values(), key=lambda r: float(r.value))
    k.fixed["spot.minimum"] = rule_text.value(strictest)
    month = k.value("spot.month")
    if not isinstance(month, str):
        return
    confirmed = list(_confirmed(k, month, ratios))
    rows = k.rows("spot.rows")
    numbers = Counter(str(row["number"]) for row in rows if row.get("number"))
    k.problems += [f"抽查明细中 {number} 列了 {times} 次" for number, times in numbers.items() if times > 1]
    k.defaults["spot.population"] = len(confirmed) or None
    told = k.value("spot.population")
    if isinstance(told, int) and told != len(confirmed):
        k.doubts.append(f"抽样总体 {told} 户，本档案库登记该月新确认的是 {len(confirmed)} 户")
    population = told if isinstance(told, int) else len(confirmed)
    least = math.ceil(Decimal(str(strictest.value)) * population)
    if len(rows) < least:
        k.doubts.append(f"抽查 {len(rows)} 户，应不少于 {least} 户；{strictest.source}")
    _kinship(k, confirmed, rows)


def _kinship(k: Known, confirmed: Sequence[Case], rows: Sequence[Row]) -> None:
    """Count the households filed apart for 近亲属: all of them are to be visited."""
    rules = k.over("spotcheck.kinship")
    kin = [
        str(c.number)
        for c in confirmed
        if c.category in rules and single(c.facts, "application").get("kinship")
    ]
    visited = [str(r.get("number")) for r in rows if "入户" in str(r.get("method", ""))]
    left = [number for number in kin if number not in visited]
    k.defaults |= {"spot.kin": len(kin), "spot.kin_done": len(kin) - len(left)}
    if left:
        rule = next(iter(rules.values()))
        k.doubts.append(f"近亲属备案家庭没有入户：{'、'.join(left)}；{rule.source}")


def _confirmed(k: Known, month: str, categories: Iterable[Category]) -> Iterator[Case]:
    """Yield the cases confirmed in a month; one that cannot be read is named."""
    wanted = set(categories)
    for number in k.workspace.archive.case_numbers():
        if number.category not in wanted:
            continue
        try:
            case = k.workspace.archive.read(number)
        except ArchivistError as error:
            k.doubts.append(f"未检：{error}")
            continue
        if any(s.after is State.CONFIRMED is not s.before and f"{s.on:%Y-%m}" == month for s in case.steps):
            yield case


_TOLD: Final[Mapping[str, Callable[[Known], None]]] = {
    DocumentId.DELEGATION_POWER_LIST: _powers,
    DocumentId.DELEGATION_AGREEMENT: _agreement,
    DocumentId.DELIBERATION_BODY_SETUP: _panel,
    DocumentId.DELIBERATION_RULES: _panel_rules,
    DocumentId.RETENTION_SCHEDULE: _schedule,
    DocumentId.ANNUAL_REVIEW_PLAN: _reviews,
    DocumentId.SPOT_CHECK_RECORD: _spot_check,
}
"""Document → who knows of it."""
