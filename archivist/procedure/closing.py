"""Closing a file and taking that back: what is open is named before; 注销, 撤销注销."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import CaseClosed, InvalidValue, StepRefused
from archivist.model.by import By
from archivist.model.case import Case, CaseStatus
from archivist.model.event import Op
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo
from archivist.model.standing import MatterKind
from archivist.model.stated_days import StatedDay, stated
from archivist.model.step_ids import StepId
from archivist.procedure import assignment
from archivist.procedure.cases import drop_folder, refuse_second
from archivist.rules import prerequisites
from archivist.rules.attempt import Attempt
from archivist.rules.disposition.retention import retention
from archivist.rules.open_matters import OpenMatter, open_matters, unexamined
from archivist.rules.rule import StepRule
from archivist.store import Draft, durable_files, held_files
from archivist.store.inbox_access import make_drop_folder
from archivist.workspace import Workspace

_APPRAISALS: Final = (
    DocumentId.DISPOSAL_APPRAISAL_OPINION,
    DocumentId.DESTRUCTION_APPROVAL,
    DocumentId.DESTRUCTION_REGISTER,
    DocumentId.DESTRUCTION_SUPERVISION_RECORD,
    DocumentId.ELECTRONIC_DESTRUCTION_LOG,
)
"""Documents of the office by which files are appraised and destroyed."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A file that may be closed.

    Attributes:
        case: as it stands.
        on: the civil day, as it is stated.
        matters: what it leaves open, each in a sentence.
        warnings: what could not be looked at (未检).
    """

    case: Case
    on: StatedDay
    matters: tuple[OpenMatter, ...]
    warnings: tuple[str, ...]


# ── closing ──────────────────────────────────────────────────────────────────────────────────────────────
def plan_closing(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    *,
    on: dt.date | StatedDay,
    reason: str,
    people: Sequence[str] = (),
) -> Closing:
    """Say what a file would leave open; nothing is written. Refuses what ``deregister`` refuses."""
    case, day = workspace.archive.read(number), stated(on)
    _refuse_unlawful(workspace, by, case, day, reason, people)
    groups, unknown = held_files.known_group_holds(workspace.archive)
    matters = (
        *open_matters(case, workspace.pack, workspace.catalogue, day.last or by.today, groups),
        *_in_tray(workspace, number),
        *_in_folder(workspace, number),
    )
    warnings = (
        *unexamined(case),
        *filter(None, [unknown]),
        *(() if workspace.config.people else (assignment.UNEXAMINED,)),
    )
    return Closing(case, day, matters, warnings)


def refuse_open(closing: Closing, command: str = "") -> None:
    """Refuse to close a file that leaves something open, of which nobody said that he knows.

    Args:
        closing: what was found.
        command: by which it is closed all the same, without ``--yes``.

    Raises:
        StepRefused: E209, with everything that is open.
    """
    if closing.matters:
        closes = command or f"archivist case deregister {closing.case.number} --reason 理由"
        raise StepRefused(
            f"注销以前还有 {len(closing.matters)} 项未了",
            file=str(closing.case.number),
            problems=[f"{matter.kind.label}：{matter.text}" for matter in closing.matters],
            remedy=f"逐项办好再注销；确认仍要注销的，加 --yes：{closes} --yes。",
        )


def deregister(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    *,
    on: dt.date | StatedDay,
    reason: str,
    people: Sequence[str] = (),
    matters: Sequence[OpenMatter] = (),
) -> Case:
    """Deregister a household (注销): its retention starts to run. The file itself stays as it is.

    A case whose steps were recorded must stand where its procedure ends; an older paper file has no steps.

    Args:
        workspace: the open workspace.
        by: who records it, and when.
        number: the case.
        on: civil day of deregistration; not in the future. Only of a file without steps it may be known in part or not at all.
        reason: why.
        people: who did it; the actor when nobody is named.
        matters: what was open and known to be; the event counts them by kind.

    Raises:
        CaseClosed: E207, when it is deregistered already, or its procedure has not come to an end.
        InvalidValue: E002, when the date lies outside the case. StepRefused: E209, what ended it was not issued or not
            served, or this person may not.
    """
    day = stated(on)

    def draft(case: Case) -> Draft:
        _refuse_unlawful(workspace, by, case, day, reason, people)
        return Draft(Op.DEREGISTERED, closing_data(day, matters), reason)

    case, _ = workspace.commit(number, draft, by)
    remove_drop_folders(workspace, number)
    return case


def closing_data(day: StatedDay, matters: Sequence[OpenMatter]) -> dict[str, object]:
    """Return what the event says that closes a file on a day, with matters open that were known."""
    counted = Counter(matter.kind.value for matter in matters)
    data: dict[str, object] = {"date": day.last.isoformat()} if day.last else {}
    data |= {} if day.exact else {"stated": day.text}
    return data | ({"open": dict(sorted(counted.items()))} if counted else {})


def remove_drop_folders(workspace: Workspace, number: CaseNo) -> None:
    """Remove the drop folders of a file that was closed, as far as they are empty."""
    for folder in _folders(workspace, number):
        with suppress(OSError):  # a scan may have come in between; an empty folder left does no harm
            if not any(folder.iterdir()):
                folder.rmdir()


def _refuse_unlawful(
    workspace: Workspace, by: By, case: Case, day: StatedDay, reason: str, people: Sequence[str]
) -> None:
    if case.status is CaseStatus.DEREGISTERED:
        raise CaseClosed(f"已于 {case.deregistration_stated} 注销", file=str(case.number))
    rows = [step for step in workspace.pack.steps_of(case, by.today) if step.id == StepId.DEREGISTER]
    here = [row for row in rows if case.state in row.moves]
    if case.steps and not here:
        allowed = "、".join(dict.fromkeys(state.label for row in rows for state in row.moves))
        raise CaseClosed(
            f"户档现为“{case.state.label}”，程序没有走完，不能注销；须在“{allowed}”时注销",
            file=str(case.number),
            remedy="用 archivist case step 户 查看现在能办的环节。",
        )
    if case.steps and not day.exact:
        raise InvalidValue(
            f"注销日期“{day.text}”不是确切的一日：有环节记录的户档须写明哪一日", file=str(case.number)
        )
    if (on := day.last) is None:
        return
    first = max(case.opened_on, *(s.on for s in case.steps[-1:]), dt.date.min)
    if not first <= on <= by.today:
        after = f"上一环节“{case.steps[-1].title}”" if case.steps else "立户日"
        raise InvalidValue(f"注销日期 {on} 应在{after}（{first}）与今天之间", file=str(case.number))
    if case.steps and (problems := _lacking(workspace, by, case, here[0], on, reason, people)):
        raise StepRefused(
            f"“{here[0].title}”有 {len(problems)} 项不符", file=str(case.number), problems=problems
        )


def _lacking(
    workspace: Workspace, by: By, case: Case, row: StepRule, on: dt.date, reason: str, people: Sequence[str]
) -> list[str]:
    """Return what the row of the step demands that is not there, and why these people may not take it."""
    names = tuple(people) or (by.actor,)
    attempt = Attempt(case, workspace.pack, row, on, by=names, reason=reason, catalogue=workspace.catalogue)
    return [
        *prerequisites.unmet(attempt),
        *prerequisites.papers(attempt, workspace.catalogue)[0],
        *assignment.people(attempt, workspace.config),
    ]


def _in_tray(workspace: Workspace, number: CaseNo) -> Iterator[OpenMatter]:
    for item in workspace.archive.tray.items():
        if str(number) in item.details.get("cases", ()):
            yield OpenMatter(
                MatterKind.IN_TRAY,
                f"待认领 {item.id}（{item.name}）可能是本户的：archivist review show {item.id}",
            )


def _in_folder(workspace: Workspace, number: CaseNo) -> Iterator[OpenMatter]:
    for folder in _folders(workspace, number):
        if names := sorted(path.name for path in folder.iterdir()):
            yield OpenMatter(
                MatterKind.IN_FOLDER,
                f"{folder.name} 里还有 {len(names)} 个没有收取：{'、'.join(names)}",
            )


def _folders(workspace: Workspace, number: CaseNo) -> Iterator[Path]:
    """Yield the drop folders of a case, those of an earlier applicant's name too."""
    found = sorted(workspace.archive.inbox.glob(f"{number}*"))
    return (path for path in found if path.name.split(" ")[0] == str(number) and path.is_dir())


# ── taking it back ───────────────────────────────────────────────────────────────────────────────────────
def reopen(workspace: Workspace, by: By, number: CaseNo, *, reason: str) -> Case:
    """Take back a deregistration (撤销注销): the file stands where it stood before, and no retention runs.

    Args:
        workspace: the open workspace.
        by: who takes it back, and when; where people are registered, the one who decides.
        number: the case.
        reason: why; always told.

    Raises:
        InvalidValue: E002, no reason. CaseClosed: E207, it is not deregistered. CaseExists: E208, the applicant has another
            live file in this category. StepRefused: E209, with every reason at once: this person may not, a paper says that
            it is closed, it may have been appraised.

    Survives: a kill at any point; an empty drop folder of a file that is still closed does no harm.
    """
    if not reason.strip():
        raise InvalidValue("撤销注销须写明理由（--reason）")

    def draft(case: Case) -> Draft:
        if case.status is not CaseStatus.DEREGISTERED:
            raise CaseClosed(f"没有注销，现为“{case.state.label}”，不用撤销", file=str(number))
        problems = [*assignment.over_closed_file(workspace.config, by.actor), *_papers_of_end(case)]
        problems += [*_merged(case), *_appraised(workspace, case)]
        if problems:
            raise StepRefused(f"撤销注销有 {len(problems)} 项不符", file=str(number), problems=problems)
        refuse_second(workspace, case.category, str(case.fact(FactPath.APPLICANT_ID_NUMBER) or ""))
        with durable_files.writing("没有撤销注销：投放文件夹没有建成", file=str(number)):
            make_drop_folder(drop_folder(workspace, case))
        return Draft(Op.REOPENED, {}, reason.strip())

    return workspace.commit(number, draft, by)[0]


def _papers_of_end(case: Case) -> Iterator[str]:
    """Yield the papers that say the file is closed and hold."""
    for record in case.records_of(DocumentId.DEREGISTRATION_FORM):
        if record.issued:
            yield (
                f"第 {record.no} 件《{record.title}》还有效，先作废："
                f"archivist case record void {case.number} {record.no} --reason 理由"
            )


def _merged(case: Case) -> Iterator[str]:
    """Yield that the people of the file belong to another household since."""
    if case.merged_into:
        living = case.merged_into.case
        yield (
            f"已并入 {living}，成员登记在那里；又要分开的，在那一户办分户，另立新户："
            f"archivist case split {living} --members … --reason 理由"
        )


def _appraised(workspace: Workspace, case: Case) -> Iterator[str]:
    """Yield that the file may have been appraised: such a document was issued when its period had run out.

    The ledger does not say which files a document names, so every one that could stand on it counts.
    """
    for event in workspace.archive.ledger_events():
        if event.op is not Op.OFFICE_DOCUMENT_ISSUED or event.data.get("document") not in _APPRAISALS:
            continue
        period = retention(case, workspace.pack, dt.date.fromisoformat(event.data["date"]))
        if period.expired:
            yield f"保管期满（{period.expires}）以后制发过《{event.data['title']}》（{event.data['date']}），本户可能已经鉴定"
