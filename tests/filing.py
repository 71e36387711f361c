"""Papers and steps put into a case straight away, through the archive itself: real chains, real files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archivist.model.by import By
from archivist.model.case import Case, Op, RecordStatus
from archivist.model.ids import CaseNo
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.kit import BY


def file_papers(workspace: Workspace, number: CaseNo, *kinds: str, text: str = "样例", by: By = BY) -> Case:
    """File one scan of each type with some text on it."""
    for kind in kinds:
        document = workspace.catalogue.get(kind)

        def draft(
            case: Case, kind: str = kind, title: str = document.title, folder: str = document.folder
        ) -> Draft:
            no = case.next_record()
            entry = {
                "no": no,
                "type": kind,
                "title": title,
                "folder": folder,
                "status": RecordStatus.FILED.value,
            }
            scan = NewFile(f"data/{folder}/{no} {title}.txt", f"{no} {text}".encode(), no)
            return Draft(
                Op.RECORD_FILED, {"record": entry}, files=(scan, NewFile(f"text/{no}.txt", text.encode(), no))
            )

        workspace.commit(number, draft, by)
    return workspace.archive.read(number)


def sign(workspace: Workspace, number: CaseNo, record: str) -> Case:
    """File the signed copy of a document that was issued."""

    def draft(case: Case) -> Draft:
        no, signed = case.next_record(), case.records[next(r for r in case.records if r == record)]
        entry = {"no": no, "type": signed.type, "title": signed.title, "folder": signed.folder,
                 "status": RecordStatus.SIGNED_COPY.value, "signs": record}  # fmt: skip
        scan = NewFile(f"data/{signed.folder}/{no} {signed.title}.txt", f"{no} 已签".encode(), no)
        return Draft(Op.SIGNED_COPY_FILED, {"record": entry}, files=(scan,))

    return workspace.commit(number, draft, BY)[0]


def walk(workspace: Workspace, number: CaseNo, *steps: tuple[str, str, Sequence[str]]) -> Case:
    """Record steps (id, day, people) as they stand in the pack, without asking its guards."""
    for step, day, people in steps:

        def draft(case: Case, step: str = step, day: str = day, people: Sequence[str] = people) -> Draft:
            rule = next(s for s in workspace.pack.steps_of(case) if s.id == step)
            data = {"step": step, "title": rule.title, "from": case.state.value, "to": rule.moves[case.state].value,
                    "on": dt.date.fromisoformat(day).isoformat(), "by": list(people)}  # fmt: skip
            return Draft(Op.STEP_TAKEN, data)

        workspace.commit(number, draft, BY)
    return workspace.archive.read(number)
