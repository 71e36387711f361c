"""The single tests of completeness: each says what is wrong in a case, and apart from it what it could not find out.

Pure functions over a ``Dossier``; ``checks.toml`` names them with their arguments and the sentence each rests on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from archivist.doctypes.catalogue import REMEDY_PHRASES
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.field_schema import APPLICANT
from archivist.model.household import kin_names
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import OBJECTIONS, StepId
from archivist.rules import deadlines
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.dossier import Dossier, TestOutcome
from archivist.rules.disposition import late_filing
from archivist.rules.rule import Each, RuleKind


# ── the papers of acceptance ─────────────────────────────────────────────────────────────────────────────
def _materials(d: Dossier, only: Sequence[str] = (), besides: Sequence[str] = ()) -> TestOutcome:
    """C01, C03–C05, C07, C08: every paper is there; those wanted from everybody, at least as many as people."""
    found = TestOutcome(
        todo="收齐后归档；可由政务服务平台查询的，由本机关查询并把打印件归档，不要求申请人提交。"
    )
    wanted = [
        m
        for m in required_papers.required(d.case, d.pack)
        if m.document not in besides and (not only or m.document in only)
    ]
    absent = {m.document: m for m in required_papers.missing(d.case, d.pack)}
    everybody = required_papers.persons(d.case)
    for m in wanted:
        if m.document in absent:
            gap = absent[m.document]
            found.wrong.append(
                f"{d.title(m.document)}：{gap.reason}。要求：{gap.requirement}（依据 {gap.basis}）"
            )
        elif not required_papers.held(d.case, m.document, *m.accepts):
            found.unknown.append(
                f"没有{d.title(m.document)}，但一次性补正告知书没有要求补它，不能再次告知申请人，请由本机关调取或说明"
            )
        elif unsure := required_papers.unsure(d.case, m.document, *m.accepts):
            found.unknown += unsure
        elif m.each is Each.PERSON and (count := _count(d.case, m.document, *m.accepts)) < len(everybody):
            names = "、".join(p.name or p.part for p in everybody)
            found.unknown.append(
                f"{d.title(m.document)}有 {count} 件，应有 {len(everybody)} 人（{names}）的；"
                "一件扫描件可能含几个人，请人工核对"
            )
    return found


def _count(case: Case, *documents: str) -> int:
    return sum(
        r.status not in (RecordStatus.PENDING, RecordStatus.SIGNED) for r in case.records_of(*documents)
    )


def _authorised(d: Dossier) -> TestOutcome:
    """C02: every member and obligor has signed the authorisation; the applicant's signature is the paper itself."""
    found = TestOutcome(todo="补签授权委托书并归档，再用 archivist case set 登记“授权已签=是”。")
    if not required_papers.held(d.case, DocumentId.VERIFICATION_AUTHORIZATION):
        found.wrong.append("卷内没有已签的核对授权委托书")
    for person in required_papers.persons(d.case):
        if person.authorized is False:
            found.wrong.append(f"{person.part}{person.name}没有签署核对授权（{person.path}.authorized）")
        elif person.authorized is None and person.path != APPLICANT.key:
            found.unknown.append(
                f"没有登记{person.part}{person.name}的授权是否已签（{person.path}.authorized）"
            )
    return found


def _later(d: Dossier, step: str) -> TestOutcome:
    """C06: first help, then papers: an empty file is accepted, the papers follow within the time limit of ``step``."""
    gaps = [d.title(m.document) for m in required_papers.missing(d.case, d.pack)]
    if not gaps:
        return TestOutcome()
    listed = f"待补齐：{'、'.join(gaps)}"
    limit = next((o for o in deadlines.running(d.case, d.pack) if step in o.rule.ends and o.due), None)
    if d.case.step(StepId.ADVANCE) is None:
        return TestOutcome(ahead=f"可以先行救助，事后补齐手续。{listed}")
    until = f"，期限到 {limit.due.day}" if limit and limit.due else ""
    return TestOutcome(
        [f"{listed}{until}"], todo=f"补齐手续后登记：archivist case step {d.case.number} {step}。"
    )


# ── the documents of the way gone ────────────────────────────────────────────────────────────────────────
def _signed(d: Dossier) -> TestOutcome:
    """C09: what the office printed has come back signed; a scan is its own signed copy.

    What nobody signs, and what was made anew since, waits for nothing.
    """
    found = TestOutcome(todo="签章后扫描投入收件箱，系统按二维码归为签署件。")
    for record in d.case.holding:
        if record.status is not RecordStatus.PENDING:
            continue
        if record.type in d.catalogue and not d.catalogue.get(record.type).needs_signature:
            continue
        if late_filing.replaced_by(d.case, record):
            continue
        same = d.case.records_of(record.type)
        if any(r.no > record.no and r.status is not RecordStatus.PENDING for r in same):
            found.unknown.append(
                f"第 {record.no} 件{record.title}待签，其后已有签署的同种文书：是否作废重制，请人工核对"
            )
        else:
            found.wrong.append(f"第 {record.no} 件{record.title}待签")
    found.unknown += _unsigned_places(d)
    return found


def _unsigned_places(d: Dossier) -> Iterator[str]:
    """Yield the signed copies on which the program saw no ink in some place; it may be right that there is none."""
    for record in d.case.holding:
        empty = record.data.get("signature", {}).get("empty", ())
        if record.status is RecordStatus.SIGNED_COPY and empty:
            yield f"第 {record.no} 件{record.title}{'、'.join(f'“{label}”' for label in empty)}处未见笔迹或印章"


def _path(d: Dossier, besides: Sequence[str] = ()) -> TestOutcome:
    """C09: what every step taken needs and brings forth is in the file; registers of the office (``besides``) are not."""
    found = TestOutcome(todo="补制发或补归档所缺文书。")
    if not d.case.steps:
        found.unknown.append("没有登记办理环节（archivist case step），无从核对应有哪些文书")
    for step in d.case.steps:
        rule = d.rule_of(step)
        if rule is None:
            found.unknown.append(f"规则包里没有环节“{step.title}”，不知道应有哪些文书")
            continue
        wanted = [
            w
            for w in (*rule.needs, *rule.makes)
            if not w.endswith("?") and w not in besides and not _is_register(d, w)
        ]
        _documents(d, wanted, f"{step.title}：", found)
    return found


def _is_register(d: Dossier, name: str) -> bool:
    return name in d.catalogue and d.catalogue.get(name).of_office


def _records(d: Dossier, documents: Sequence[str], validity: Sequence[str] = ()) -> TestOutcome:
    """C11, C12: certain documents are in the file; of those in ``validity`` a person looks whether they still hold."""
    found = TestOutcome(todo="补归档所缺文书。")
    _documents(d, documents, "", found)
    found.unknown += [
        f"{d.title(v)}是否还在有效期内，系统不掌握，请人工核对" for v in validity if d.case.records_of(v)
    ]
    return found


def _documents(d: Dossier, wanted: Iterable[str], where: str, found: TestOutcome) -> None:
    for either in wanted:
        names = either.split("|")
        if d.case.records_of(*names):
            found.unknown += [u for u in required_papers.unsure(d.case, *names) if u not in found.unknown]
            continue
        known = [d.title(n) for n in names if n in d.catalogue]
        if known:
            found.wrong.append(f"{where}缺{'或'.join(known)}")
        else:
            found.unknown.append(f"{where}文书目录没有收录 {either}，查不出有没有")


def _dates(d: Dossier) -> TestOutcome:
    """C09: 申请≤受理≤核对≤调查≤公示≤复审≤决定≤送达: no step lies before the one recorded ahead of it."""
    found = TestOutcome(todo="用 archivist case correct 或 case set 更正写错的日期。")
    dates = list(_milestones(d.case))
    for (earlier, a), (later, b) in pairwise(dates):
        if b < a:
            found.wrong.append(f"{later} {b} 早于{earlier} {a}")
    labels = {label for label, _ in dates}
    found.unknown += [f"不知道{label}" for label in ("申请日期", "收件日期") if label not in labels]
    if not d.case.steps:
        found.unknown.append("没有登记办理环节，无从核对日期先后")
    return found


def _milestones(case: Case) -> Iterator[tuple[str, dt.date]]:
    for path, label in (
        (FactPath.APPLICATION_DATE, "申请日期"),
        (FactPath.APPLICATION_RECEIVED_ON, "收件日期"),
    ):
        if day := case.fact(path):
            yield label, dt.date.fromisoformat(str(day))
    for step in case.steps:
        if step.id not in (
            StepId.DISCOVER,
            StepId.SUBMIT,
        ):  # 主动发现 may come before the application; 收件 is the fact above
            yield step.title, step.on
    if case.deregistered_on:
        yield "注销", case.deregistered_on


def _publicity(d: Dossier) -> TestOutcome:
    """C10: every notice hung as long as the pack says before the step that has to wait for it."""
    found = TestOutcome(todo="公示期不足的，应当重新公示。")
    for due in deadlines.obligations(d.case, d.pack):
        if due.rule.kind is not RuleKind.WAIT or due.started is None or due.due is None:
            continue
        posted, until = due.started, f"公示期 {due.rule.value}{due.rule.unit}，到 {due.due.day} 才满"
        after = [s for s in d.case.steps if s.seq > posted.seq and s.before is not s.after]
        gone_on = next((s for s in after if _cut_short(s) or _has_to_wait(d, s)), None)
        if gone_on is None:
            if not due.over(d.on):
                found.running.append(f"{posted.title} {posted.on} 起，{until}")
        elif not (_cut_short(gone_on) or due.over(gone_on.on)):
            found.wrong.append(f"{posted.title} {posted.on} 起，{until}；{gone_on.title}却在 {gone_on.on}")
    return found


def _cut_short(step: StepTaken) -> bool:
    """An objection has the matter looked into again; what ended waits for nothing."""
    return step.after.ended or step.id in OBJECTIONS


def _has_to_wait(d: Dossier, step: StepTaken) -> bool:
    """Where the notice is of the result, the decision is delivered while it hangs; the pack says which steps wait."""
    rule = d.rule_of(step)
    return rule is None or any(g.endswith("publicity_over") for g in rule.guards)


def _photos(d: Dossier, step: str) -> TestOutcome:
    """C10: pictures of posting and of taking down. Nobody but a person can tell what a picture shows."""
    found = TestOutcome(todo="公示张贴、撤下各拍照一张以上，附公示情况记录归档。")
    if not any(s.id == step for s in d.case.steps):
        return found
    held = [
        r
        for r in d.case.records_of(DocumentId.PUBLICITY_EVIDENCE, DocumentId.PHOTO_EVIDENCE_SHEET)
        if r.signed_by is None
    ]
    if not held:
        found.wrong.append("没有公示情况记录，也没有影像资料单")
    else:
        listed = "、".join(f"第 {r.no} 件" for r in held)
        found.unknown.append(f"{listed}是否有张贴、撤下照片各一张以上，系统认不出，请人工核对")
    return found


def _team(d: Dossier) -> TestOutcome:
    """C10: as many people surveyed as the pack demands."""
    found = TestOutcome(todo="用 archivist case correct 补记调查人；确实不足的应当重新调查。")
    for step in d.case.steps:
        rule = d.rule_of(step)
        number = d.pack.rule_for(rule.people, d.case) if rule and rule.people else None
        if number is None:
            continue
        if not step.by:
            found.unknown.append(f"{step.on} {step.title}没有登记由谁办理")
        elif len(set(step.by)) < int(number.value):
            found.wrong.append(
                f"{step.on} {step.title}只有{'、'.join(step.by)} {len(set(step.by))} 人，不足 {number.value} 人"
            )
    return found


def _remedies(d: Dossier) -> TestOutcome:
    """C10: a decision tells how to have it reviewed, and was served."""
    found = TestOutcome(todo="没有告知救济途径的应当补充告知并重新送达；送达回证签收后归档。")
    decisions = [
        r
        for r in d.case.holding
        if r.type in d.catalogue
        and d.catalogue.get(r.type).remedies_required
        and r.status is not RecordStatus.SIGNED_COPY
    ]
    for record in decisions:
        what, text = f"第 {record.no} 件{record.title}", d.words(record)
        lacking = [p for p in REMEDY_PHRASES if p not in re.sub(r"\s", "", text or "")]
        if text is None:
            found.unknown.append(f"{what}没有可读的文字")
        elif lacking and record.status is RecordStatus.FILED:
            found.unknown.append(f"{what}是扫描件，识别的文字里没有“{'”“'.join(lacking)}”，请人工核对")
        elif lacking:
            found.wrong.append(f"{what}没有写明“{'”“'.join(lacking)}”")
    if decisions and not required_papers.held(d.case, DocumentId.DELIVERY_RECEIPT):
        found.wrong.append(f"{'、'.join(r.title for r in decisions)}没有签收的送达回证")
    return found


def _apart(d: Dossier) -> TestOutcome:
    """C.1: 初审人≠复审人≠决定人, and nobody handles the case of a relative (近亲属回避)."""
    found = TestOutcome(todo="应当换人重新办理该环节；登记有误的用 archivist case correct 更正。")
    kin = kin_names(d.case)
    if d.case.fact(FactPath.APPLICATION_KINSHIP) and not kin:
        found.unknown.append("有近亲属关系，但没有登记关系人（application.kin_name），查不出是否回避")
    for n, step in enumerate(d.case.steps):
        found.wrong += [f"{step.title}由近亲属关系人{name}办理" for name in step.by if name in kin]
        rule = d.rule_of(step)
        for other in d.case.steps[:n] if rule else ():
            if not rule or other.id not in rule.apart:
                continue
            same = [name for name in step.by if name in other.by]
            if same:
                found.wrong.append(f"{other.title}与{step.title}同为{'、'.join(same)}")
            elif not step.by or not other.by:
                found.unknown.append(f"{other.title}或{step.title}没有登记由谁办理，查不出是否分离")
    return found


# ── in benefit ───────────────────────────────────────────────────────────────────────────────────────────
def _yearly(d: Dossier, document: str, start: str = "01-01", until: str = "12-31") -> TestOutcome:
    """C13: the review of the year is in the file, within its window (晋城: the third quarter)."""
    title, since = d.title(document), _in_benefit_since(d.case)
    if since is None:
        return TestOutcome(unknown=["没有登记确认日期，不知道从哪一年起应当复核"])

    def window(year: int) -> tuple[dt.date, dt.date]:
        return dt.date.fromisoformat(f"{year}-{start}"), dt.date.fromisoformat(f"{year}-{until}")

    first, last = window(d.on.year)
    found = TestOutcome()
    if d.on <= last:  # this year's is still to come; the last one must be there
        if not _filed_between(d.case, document, first, last):
            found.ahead = f"本年度的{title}应当在 {first} 至 {last} 之间入档。"
        first, last = window(d.on.year - 1)
    if since > first or _filed_between(d.case, document, first, last):
        return found
    problem = f"{first} 至 {last} 之间没有入档的{title}"
    if document not in d.catalogue:
        return TestOutcome(unknown=[f"文书目录没有收录 {document}，查不出{problem}"])
    return TestOutcome([problem], todo="补做复核并把复核表归档。")


def _in_benefit_since(case: Case) -> dt.date | None:
    step = next((s for s in case.steps if s.after in (State.CONFIRMED, State.IN_BENEFIT)), None)
    return step.on if step else None


def _filed_between(case: Case, document: str, first: dt.date, last: dt.date) -> bool:
    """Tell whether a document of those days is there: by the date it bears, else by the day it was filed."""
    days = (r.dated or r.filed_at[:10] for r in case.records_of(document))
    return any(first.isoformat() <= day <= last.isoformat() for day in days)


# ── paper and electronic file ────────────────────────────────────────────────────────────────────────────
def _consistent(d: Dossier, document: str) -> TestOutcome:
    """C14: somebody compared the paper file with the electronic one, and they agree (件数、页数、签章、版本)."""
    found = TestOutcome(todo="逐件核对纸质与电子档案，填写一致性核对表并归档；不一致的在备考表说明。")
    held = d.case.records_of(document)
    _documents(d, [document], "", found)
    for record in held[-1:]:
        conclusion = _conclusion(d, record)
        if conclusion is None and record.signs:  # printed before it was signed, where the scan cannot be read
            conclusion = _conclusion(d, d.case.records[record.signs])
        if conclusion is None:
            found.unknown.append(f"第 {record.no} 件{record.title}的结论没有认出来，请人工核对")
        elif conclusion == "不一致":
            found.wrong.append(f"第 {record.no} 件{record.title}的结论是“不一致”")
    return found


def _conclusion(d: Dossier, record: Record) -> str | None:
    match = re.search(r"结论[：:]?(不?一致)", re.sub(r"\s", "", d.words(record) or ""))
    return match[1] if match else None


Test = Callable[..., TestOutcome]
TESTS: Final[Mapping[str, Test]] = MappingProxyType(
    {
        "materials": _materials,
        "authorised": _authorised,
        "later": _later,
        "signed": _signed,
        "path": _path,
        "records": _records,
        "dates": _dates,
        "publicity": _publicity,
        "photos": _photos,
        "team": _team,
        "remedies": _remedies,
        "apart": _apart,
        "yearly": _yearly,
        "consistent": _consistent,
    }
)
"""Name in ``checks.toml`` → test."""
