"""Whether the file as a volume is described, numbered, linked to its papers and complete."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.ids import record_no
from archivist.model.standing import Verdict
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import checks_item
from archivist.procedure import completeness_audit
from archivist.rules.completeness import run
from archivist.rules.disposition.arrangement import (
    Author,
    VolumeItem,
    archive_no,
    author,
    composed_archive_no,
    items,
)
from archivist.rules.disposition.retention import RetentionClass, retention
from archivist.rules.rule import Stage
from archivist.store import bag
from archivist.store.bag_fixity import FixityFault
from archivist.store.bag_profile import fields

ATTACHMENTS: Final = Path(__file__).with_name("attachments.tsv")


@checks_item("ZS10")
def archive_number(evidence: CaseEvidence) -> ItemOutcome:
    """The number in the archive is of the office's form, that of the case number; without 全宗号 there is no form."""
    case, settings = evidence.case, evidence.office.settings_of
    if case is None:
        return not_checked(evidence.unread)
    told = archive_no(case)
    if settings is None:
        return not_checked(f"报送单位的档号规则这里没有；卷内{f'所写为 {told}' if told else '没有编档号'}")
    fonds = settings.archive.fonds
    if not fonds:
        return not_checked(
            "本机关未设档号规则：在 [archive] 写 fonds" + (f"；卷内所写为 {told}" if told else "")
        )
    if not told:
        return ItemOutcome.of(["未编档号"])
    form = re.escape(composed_archive_no(fonds, case.number, _CODE)).replace(_CODE, r"(?:Y|D\d{1,3})")
    if not re.fullmatch(form, told):
        return ItemOutcome.of([f"档号 {told} 不合规，应如 {composed_archive_no(fonds, case.number, 'D3')}"])
    return ItemOutcome.of(seen=[f"档号 {told}"])


_CODE: Final = "code"
"""Stands for the code of the period in the form of a number; 全宗号 has capital letters only."""


@checks_item("ZS11")
def uniqueness(evidence: CaseEvidence) -> ItemOutcome:
    """No case number, number in the archive, record number or reference number stands twice in the whole archive."""
    case, office = evidence.case, evidence.office
    if case is None:
        return not_checked(evidence.unread)
    if isinstance(office.numbers, str):
        return not_checked(office.numbers)
    here, series = str(case.number), office.numbers
    wrong = [
        f"户号：同一份档案有两份（{f.found}）"
        for f in evidence.fixity.findings
        if f.problem is FixityFault.DOUBLE
    ]
    mine = {line.doc_no for line in series.lines if line.case == here}
    wrong += [f"文号 {number} 不止一份文书" for number in series.repeated if number in mine]
    told = archive_no(case)
    others = [n for n in office.archive_numbers.get(told, ()) if n != here] if told else []
    wrong += [f"档号 {told} 也是 {'、'.join(others)} 的"] if others else []
    unread = [f"{len(series.unread)} 户读不出来，没有比对"] if series.unread else []
    return ItemOutcome.of(wrong, unread, [f"户号、件号、{len(mine)} 个文号全库唯一"])


@checks_item("ZS13")
def association(evidence: CaseEvidence) -> ItemOutcome:
    """Each file the chain names belongs to one record, each record's files are named by it, each signature to a paper."""
    case, listed = evidence.case, evidence.listed
    if case is None or listed is None:
        return not_checked(evidence.unread)
    owners = Counter(f.path for r in case.records.values() for f in (*r.files, *r.tag_files))
    wrong = [f"{path}：属于 {times} 件" for path, times in owners.items() if times > 1]
    wrong += [f"{path}：件有登记，袋内没有" for path in sorted(owners.keys() - listed.keys())]
    loose = (p for p in sorted(listed.keys() - owners.keys()) if p != bag.LEAFLET)
    wrong += [f"{path}：不属于任何一件" for path in loose]
    for record in case.records.values():
        replaced = record.voided.replaced_by if record.voided else None
        for other in (record.signs, record.signed_by, replaced):
            if other and other not in case.records:
                wrong.append(f"第 {record.no} 件指向的第 {other} 件不存在")
    return ItemOutcome.of(wrong, seen=[f"{len(listed)} 个文件各属一件，签署件都有所签"])


@checks_item("WZ02")
def description(evidence: CaseEvidence) -> ItemOutcome:
    """Every item of the volume has its title, who answers for it, its day and its pages; the volume how long it is kept."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    found = items(case)
    if not found:
        return not_checked("卷内没有件")
    wrong = [
        f"第 {item.kept.no} 件缺{'、'.join(lacking)}"
        for item in found
        if (lacking := _lacking(evidence, case, item))
    ]
    office = evidence.office
    if not office.foreign_rules:
        kept = retention(case, office.workspace.pack, office.on)
        if kept.kind is RetentionClass.UNKNOWN:
            wrong.append("注销日不明，保管期限算不出来")
    unread = [f"第 {i.kept.no} 件是外来件，责任者不明" for i in found if author(i) is Author.UNKNOWN]
    if office.settings_of is None:
        agency = [str(i.kept.no) for i in found if author(i) is Author.AGENCY]
        unread += [f"第 {'、'.join(agency)} 件的核对机构是哪一个，这里没有登记"] if agency else []
    unread += [f"保管期限没有算：{office.foreign_rules}"] if office.foreign_rules else []
    return ItemOutcome.of(wrong, unread, [f"{len(found)} 件的题名、责任者、日期、页数和保管期限都有"])


def _lacking(evidence: CaseEvidence, case: Case, item: VolumeItem) -> list[str]:
    settings = evidence.office.settings_of
    names = {
        Author.APPLICANT: str(case.fact(FactPath.APPLICANT_NAME) or ""),
        Author.AGENCY: settings.office.verification_agency if settings else "不明",
        Author.OFFICE: settings.office.name if settings else _told_by_bag(evidence.info),
    }
    there = {
        "题名": item.made.title.strip(),
        "责任者": names.get(author(item), "不明"),
        "日期": item.date,
        "页数": item.is_counted,
    }
    return [name for name, value in there.items() if not value]


def _told_by_bag(info: bytes | None) -> str:
    return next(iter(fields(info or b"").get(bag.ORGANISATION, ())), "")


@checks_item("WZ03")
def continuity(evidence: CaseEvidence) -> ItemOutcome:
    """Record numbers run from 0001 without a gap, those that left counted in; pages follow one another."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    numbers = {*case.records, *case.moved_out, *case.expunged, *case.unfiled}
    due = [record_no(n) for n in range(1, max(map(int, numbers), default=0) + 1)]
    wrong = [f"断号：没有第 {number} 件" for number in due if number not in numbers]
    uncounted = [str(i.kept.no) for i in items(case) if not i.is_counted]
    unread = [f"第 {'、'.join(uncounted)} 件页数未清点"] if uncounted else []
    if case.volume:
        found = items(case)
        wrong += [
            _other_pages(i) for i in found if i.numbered and i.kept.pages and i.numbered.count != i.kept.pages
        ]
        later = [str(i.kept.no) for i in found if i.numbered is None]
        unread += [f"第 {'、'.join(later)} 件在立卷以后归档，没有续编页号"] if later else []
    return ItemOutcome.of(wrong, unread, [f"件号 0001 至 {due[-1]} 不断，页数都已清点"] if due else [])


def _other_pages(item: VolumeItem) -> str:
    return f"第 {item.kept.no} 件立卷时编了第 {item.numbered} 页，实有 {item.kept.pages} 页"


@checks_item("WZ04")
def process(evidence: CaseEvidence) -> ItemOutcome:
    """The steps lead to a decision or an end, and each of them says who took it."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    if not case.steps:
        return not_checked("没有登记办理环节")
    wrong = [
        f"{step.title}（{step.on}）没有写办理人" for step in case.steps if not any(step.by or (step.actor,))
    ]
    if run.stage_of(case) is Stage.ACCEPTANCE:
        wrong.append(f"环节停在“{case.state.label}”，没有到决定")
    return ItemOutcome.of(wrong, seen=[f"{len(case.steps)} 个环节都有办理人，到“{case.state.label}”"])


@checks_item("WZ06")
def attachments(evidence: CaseEvidence) -> ItemOutcome:
    """With the papers that have an annex by their nature, the annex lies in the file."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    due = {kind: needed for kind, needed in required_attachments().items() if case.records_of(kind)}
    if not due:
        return not_checked("卷内没有按目录须带附件的件")
    title = evidence.office.workspace.catalogue.title
    wrong = [
        f"{title(kind)}缺附件{title(needed)}" for kind, needed in due.items() if not case.records_of(needed)
    ]
    return ItemOutcome.of(wrong, seen=[f"{len(due)} 种须带附件的件，附件都在卷"])


@cache
def required_attachments() -> Mapping[str, str]:
    """Return the document types that have an annex, and of which type that is."""
    with ATTACHMENTS.open(encoding="utf-8", newline="") as file:
        return {row["document"]: row["attachment"] for row in csv.DictReader(file, delimiter="\t")}


@checks_item("WZ07")
def completeness(evidence: CaseEvidence) -> ItemOutcome:
    """What the checks of completeness ask for before a file is archived is there."""
    case = evidence.case
    if case is None:
        return not_checked(evidence.unread)
    if why := evidence.office.foreign_rules:
        return not_checked(why)
    report = completeness_audit.check(
        evidence.office.workspace, [case.number], stage=Stage.ARCHIVE, on=evidence.office.on
    )
    if not report.cases:
        return not_checked("、".join(report.unread) or "没有检查")
    return ItemOutcome.of(*_of_audit(report.cases[0]))


def _of_audit(audit: completeness_audit.CaseAudit) -> Iterator[list[str]]:
    """Yield what is wrong, what could not be checked, and what was found right."""
    yield [f"{f.check.id} {problem}" for f in audit.findings for problem in f.wrong]
    yield [f"{f.check.id} {matter}" for f in audit.findings for matter in (*f.unknown, *f.running)]
    right = [f.check.id for f in audit.findings if f.verdict is Verdict.PASSED]
    yield [f"{len(right)} 项齐全性检查通过"] if right else []
