"""Tests of papers: what was handed in, what the steps brought forth, what came back signed, what the decisions say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import partial

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.record import Record, RecordStatus
from archivist.model.states import State
from archivist.model.step_ids import StepId
from archivist.rules import deadlines, remedies, service
from archivist.rules.completeness import required_papers
from archivist.rules.completeness.dossier import Dossier, TestOutcome
from archivist.rules.completeness.evidence import of_fact, of_record, of_step
from archivist.rules.disposition import late_filing
from archivist.rules.notation import Need


# ── the papers of acceptance ─────────────────────────────────────────────────────────────────────────────
def materials(d: Dossier, only: Sequence[str] = (), besides: Sequence[str] = ()) -> TestOutcome:
    """C01, C03–C05, C07, C08: every paper is there; those wanted from everybody, at least as many as people."""
    found = TestOutcome(
        nothing="规则包对这类户没有列出要收的材料",
        todo="收齐后归档；可由政务服务平台查询的，由本机关查询并把打印件归档，不要求申请人提交。",
    )
    wanted = [
        m
        for m in required_papers.required(d.case, d.pack, d.on)
        if m.document not in besides and (not only or m.document in only)
    ]
    absent = {m.document: m for m in required_papers.missing(d.case, d.pack, d.on)}
    for m in wanted:
        papers = required_papers.handed_in(d.case, m.document, *m.accepts)
        found.evidence += map(of_record, papers)
        if m.document in absent:
            gap = absent[m.document]
            found.wrong.append(
                f"{d.title(m.document)}：{gap.reason}。要求：{gap.requirement}（依据 {gap.basis}{'〔推定〕' if gap.inferred else ''}）"
            )
        elif not papers:
            found.unknown.append(
                f"没有{d.title(m.document)}，但一次性补正告知书没有要求补它，不能再次告知申请人，请由本机关调取或说明"
            )
        elif unsure := required_papers.doubts(d.case, m.document, *m.accepts):
            found.unknown += unsure
        elif short := required_papers.too_few(d.case, d.pack, d.on, m, d.title(m.document)):
            found.unknown.append(short)
    return found


def authorised(d: Dossier) -> TestOutcome:
    """C02: every member and obligor has signed the authorisation; the applicant's signature is the paper itself."""
    found = TestOutcome(
        nothing="没有要签授权的人",
        todo="补签授权委托书并归档，再用 archivist case set 登记“授权已签=是”。",
    )
    papers = required_papers.handed_in(d.case, DocumentId.VERIFICATION_AUTHORIZATION)
    if not papers:
        found.wrong.append("卷内没有已签的核对授权委托书")
    found.evidence += map(of_record, papers)
    found.unknown += required_papers.doubts(d.case, DocumentId.VERIFICATION_AUTHORIZATION)
    refused, unknown = required_papers.unauthorised(d.case, d.pack, d.on)
    found.wrong += refused
    found.unknown += unknown
    found.evidence += [
        of_fact(f"{p.path}.authorized", True) for p in required_papers.persons(d.case) if p.authorized is True
    ]
    return found


def later(d: Dossier, step: str) -> TestOutcome:
    """C06: first help, then papers: an empty file is accepted, the papers follow within the time limit of ``step``."""
    wanted = required_papers.required(d.case, d.pack, d.on)
    gaps = [d.title(m.document) for m in required_papers.missing(d.case, d.pack, d.on)]
    helped = d.case.step(StepId.ADVANCE)
    found = TestOutcome(nothing="还没有先行救助，手续可以事后补齐")
    if gaps and helped is None:
        found.ahead = f"可以先行救助，事后补齐手续。待补齐：{'、'.join(gaps)}"
        return found
    for m in wanted:
        found.evidence += map(of_record, required_papers.handed_in(d.case, m.document, *m.accepts))
        found.unknown += required_papers.doubts(d.case, m.document, *m.accepts)
    if gaps:
        limit = next((o for o in deadlines.running(d.case, d.pack) if step in o.rule.ends and o.due), None)
        until = f"，期限到 {limit.due.day}" if limit and limit.due else ""
        found.wrong.append(f"待补齐：{'、'.join(gaps)}{until}")
        found.todo = f"补齐手续后登记：archivist case step {d.case.number} {step}。"
    return found


# ── the documents of the way gone ────────────────────────────────────────────────────────────────────────
def signed(d: Dossier) -> TestOutcome:
    """C09: what the office printed has come back signed; a scan is its own signed copy.

    What nobody signs, and what was made anew since, waits for nothing.
    """
    found = TestOutcome(nothing="卷内没有须签章的文书", todo="签章后扫描投入收件箱，系统按二维码归为签署件。")
    for record in d.case.holding:
        if record.type in d.catalogue and not d.catalogue.get(record.type).needs_signature:
            continue
        if late_filing.replaced_by(d.case, record):
            continue
        if record.status is not RecordStatus.PENDING:
            if record.type in d.catalogue and d.catalogue.get(record.type).generated:
                found.evidence.append(of_record(record))
                found.unknown += filter(None, [required_papers.doubt(d.case, record)])
            continue
        same = d.case.records_of(record.type)
        if any(r.no > record.no and r.status is not RecordStatus.PENDING for r in same):
            found.unknown.append(
                f"第 {record.no} 件{record.title}待签，其后已有签署的同种文书：是否作废重制，请人工核对"
            )
        else:
            found.wrong.append(f"第 {record.no} 件{record.title}待签")
    found.unknown += filter(None, map(required_papers.unsigned_places, d.case.holding))
    return found


def path(d: Dossier, besides: Sequence[str] = ()) -> TestOutcome:
    """C09: what every step taken needs and brings forth is in the file; registers of the office (``besides``) are not."""
    found = TestOutcome(nothing="走过的环节都不要求户内文书", todo="补制发或补归档所缺文书。")
    if not d.case.steps:
        found.unknown.append("没有登记办理环节（archivist case step），无从核对应有哪些文书")
    for step in d.case.steps:
        rule = d.rule_of(step)
        if rule is None:
            found.unknown.append(f"规则包里没有环节“{step.title}”，不知道应有哪些文书")
            continue
        wanted = [
            need
            for need in (*rule.needs, *(Need((name,)) for name in rule.makes))
            if need.required and not all(n in besides or _is_register(d, n) for n in need.documents)
        ]
        found.evidence += [of_step(step)] if wanted else []
        _documents(d, wanted, f"{step.title}：", found)
    return found


def _is_register(d: Dossier, name: str) -> bool:
    return name in d.catalogue and d.catalogue.get(name).of_office


def records(d: Dossier, documents: Sequence[Need], validity: Sequence[str] = ()) -> TestOutcome:
    """C11, C12: certain documents are in the file; of those in ``validity`` a person looks whether they still hold."""
    found = TestOutcome(nothing="没有要求的文书", todo="补归档所缺文书。")
    _documents(d, documents, "", found)
    found.unknown += [
        f"{d.title(v)}是否还在有效期内，系统不掌握，请人工核对" for v in validity if d.case.records_of(v)
    ]
    return found


def _documents(d: Dossier, wanted: Iterable[Need], where: str, found: TestOutcome) -> None:
    for either in wanted:
        names = either.documents
        if papers := d.case.records_of(*names):
            found.evidence += map(of_record, papers)
            found.unknown += [u for u in required_papers.doubts(d.case, *names) if u not in found.unknown]
            continue
        known = [d.title(n) for n in names if n in d.catalogue]
        if known:
            found.wrong.append(f"{where}缺{'或'.join(known)}")
        else:
            found.unknown.append(f"{where}文书目录没有收录 {either}，查不出有没有")


def remedies_told(d: Dossier) -> TestOutcome:
    """C10: a decision tells how to have it reviewed, and was served."""
    found = TestOutcome(
        nothing="卷内没有须告知救济途径的决定",
        todo="没有告知救济途径的应当补充告知并重新送达；送达回证签收后归档。",
    )
    decisions = [
        r
        for r in d.case.holding
        if r.type in d.catalogue
        and d.catalogue.get(r.type).remedies_required
        and r.status is not RecordStatus.SIGNED_COPY
    ]
    served = service.of(d.case, d.catalogue)
    for record in decisions:
        what, text = f"第 {record.no} 件{record.title}", d.words(record)
        said = re.sub(r"\s", "", text or "")
        on = dt.date.fromisoformat((record.dated or record.filed_at)[:10])
        phrases = remedies.phrases(partial(d.pack.rule_for, case=d.case, on=on))
        lacking = [forms[0] for forms in phrases if not any(form in said for form in forms)]
        if text is None:
            found.unknown.append(f"{what}没有可读的文字")
        elif lacking and record.status is RecordStatus.FILED:
            found.unknown.append(f"{what}是扫描件，识别的文字里没有“{'”“'.join(lacking)}”，请人工核对")
        elif lacking:
            found.wrong.append(f"{what}没有写明“{'”“'.join(lacking)}”")
        found.evidence.append(of_record(record))
        if proof := served.proofs.get(record.no):
            found.evidence.append(of_record(proof.copy))
            found.unknown += filter(None, [required_papers.doubt(d.case, proof.copy)])
        else:
            found.wrong.append(service.unproved(d.case, served, record))
    return found


# ── in benefit ───────────────────────────────────────────────────────────────────────────────────────────
def yearly(d: Dossier, document: str, start: str = "01-01", until: str = "12-31") -> TestOutcome:
    """C13: the review of the year is in the file, within its window (晋城: the third quarter)."""
    title, since = d.title(document), _in_benefit_since(d.case)
    if since is None:
        return TestOutcome(nothing="", unknown=["没有登记确认日期，不知道从哪一年起应当复核"])
    found = TestOutcome(nothing=f"{since} 确认，还没有到应当复核的期间")

    def window(year: int) -> tuple[dt.date, dt.date]:
        return dt.date.fromisoformat(f"{year}-{start}"), dt.date.fromisoformat(f"{year}-{until}")

    first, last = window(d.on.year)
    if d.on <= last:  # this year's is still to come; the last one must be there
        early = _filed_between(d.case, document, first, last)
        found.evidence += map(of_record, early)
        if not early:
            found.ahead = f"本年度的{title}应当在 {first} 至 {last} 之间入档。"
        first, last = window(d.on.year - 1)
    if since > first:
        return found
    forms = _filed_between(d.case, document, first, last)
    found.evidence += map(of_record, forms)
    if forms:
        found.unknown += required_papers.doubts(d.case, *{r.type for r in forms})
    elif document in d.catalogue:
        found.wrong.append(f"{first} 至 {last} 之间没有入档的{title}")
        found.todo = "补做复核并把复核表归档。"
    else:
        found.unknown.append(f"文书目录没有收录 {document}，查不出{first} 至 {last} 之间没有入档的{title}")
    return found


def _in_benefit_since(case: Case) -> dt.date | None:
    step = next((s for s in case.steps if s.after in (State.CONFIRMED, State.IN_BENEFIT)), None)
    return step.on if step else None


def _filed_between(case: Case, document: str, first: dt.date, last: dt.date) -> list[Record]:
    """Return the documents of those days: by the date they bear, else by the day they were filed."""
    return [
        r
        for r in case.records_of(document)
        if first.isoformat() <= (r.dated or r.filed_at[:10]) <= last.isoformat()
    ]


# ── paper and electronic file ────────────────────────────────────────────────────────────────────────────
def consistent(d: Dossier, document: str) -> TestOutcome:
    """C14: somebody compared the paper file with the electronic one, and they agree (件数、页数、签章、版本)."""
    found = TestOutcome(
        nothing="没有要求的文书",
        todo="逐件核对纸质与电子档案，填写一致性核对表并归档；不一致的在备考表说明。",
    )
    sheets = d.case.records_of(document)
    _documents(d, [Need((document,))], "", found)
    for record in sheets[-1:]:
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
