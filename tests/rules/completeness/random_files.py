"""Household files made in memory by walking a pack's steps at random, with the papers each step needs and brings forth."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from archivist.doctypes.catalogue import REMEDY_PHRASES, Catalogue
from archivist.doctypes.ids import DocumentId
from archivist.model.by import CHINA
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.facts import merge, parse_facts, to_plain
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.model.record import RecordStatus
from archivist.model.step_ids import StepId
from archivist.rules.completeness import required_papers
from archivist.rules.hearing import ANSWER, PROPOSED, SAID, WHO, Proposed
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.step_rows import leading_on
from tests.people import wang

OPENED: Final = (dt.date(2024, 3, 4), dt.date(2026, 7, 6))
"""Under the law before 社会救助法 and under it."""
PEOPLE: Final = ("林经办", "苏调查", "白主管", "魏主任")
TEXT: Final = f"结论：一致。60日内，6个月内，{'，'.join(REMEDY_PHRASES)}"
"""What every paper says: enough for whatever is looked for on one."""
FACTS: Final[Mapping[str, Any]] = {
    "application": {"kinship": False, "disputed": False},
    "benefit": {"amount": "530.00", "care_form": "分散供养"},
}


LATER: Final = (
    "publicity_evidence", "deliberation_minutes", "leadership_meeting_minutes", "self_care_assessment", "care_agreement",
    "periodic_review_form",
)  # fmt: skip
"""Papers that only some files need."""


PROPOSES: Final[Mapping[str, Proposed]] = {
    StepId.SUSPEND: Proposed.SUSPENSION, StepId.TERMINATE: Proposed.TERMINATION, StepId.CHANGE: Proposed.REDUCTION,
}  # fmt: skip
"""What the household is heard about before a step."""


class RandomFile:
    """A household's file that grows; ``rng`` chooses the way, how long things take, and what is left out."""

    def __init__(self, pack: Pack, catalogue: Catalogue, category: Category, rng: random.Random) -> None:
        self.pack, self.catalogue, self.rng, self.day = pack, catalogue, rng, rng.choice(OPENED)
        facts: dict[str, Any] = dict(to_plain(merge(wang(), parse_facts(dict(FACTS)))))
        facts["members"][0]["authorized"] = rng.random() < 0.8
        facts["application"] |= {"disputed": rng.random() < 0.2, "urgent": rng.random() < 0.5}
        facts |= {"agent": {"name": "张代理"}} if rng.random() < 0.2 else {}
        self.case = Case(CaseNo("TEST", category, 2024, 1))
        self._event(Op.CASE_OPENED, {"opened_on": self.day.isoformat(), "facts": facts})

    def grow(self, steps: int) -> Case:
        """Take so many steps, or as many as there are."""
        for material in required_papers.required(self.case, self.pack, self.day):
            for _ in range(self.rng.choice((0, 1, 2, 2))):
                self.file(material.document)
        for _ in range(steps):
            rows = [s for s in leading_on(self.pack, self.case, self.day) if s.id != StepId.DEREGISTER]
            if not rows:
                break
            onward = [
                s
                for s in rows
                if not s.moves[self.case.state].ended and s.moves[self.case.state] is not self.case.state
            ]
            row = self.rng.choice(onward if onward and self.rng.random() < 0.85 else rows)
            heard = next((s for s in rows if s.id == StepId.HEAR), None)
            if heard and row.id in PROPOSES and self.rng.random() < 0.7:
                self._step(heard, PROPOSES[row.id])
            self._step(row)
        for kind in ("consistency_check_sheet", *LATER):
            if self.rng.random() < 0.5:
                self.file(kind)
        return self.case

    def _step(self, row: StepRule, proposed: Proposed = Proposed.REDUCTION) -> None:
        self._papers([need.documents[0] for need in row.needs])
        self.day += dt.timedelta(days=self.rng.choice((0, 1, 12, 12)))
        late = dt.timedelta(days=self.rng.choice((0, 0, 0, 2)))
        by = self.rng.sample(PEOPLE, self.rng.choice((0, 1, 1, 2))) if not row.people else list(PEOPLE[:2])
        if row.apart and self.rng.random() < 0.7:
            by = [name for name in PEOPLE if not any(name in s.by for s in self.case.steps)][:1]
        data: dict[str, Any] = {"step": row.id, "title": row.title, "on": self.day.isoformat(), "by": by}
        data |= {"from": self.case.state.value, "to": row.moves[self.case.state].value}
        if row.id == StepId.HEAR:
            data["values"] = {
                PROPOSED: proposed.value,
                WHO: "王秀兰",
                SAID: "无异议",
                ANSWER: "无",
            }
        self._event(Op.STEP_TAKEN, data, late)
        self._papers(row.makes)

    def _papers(self, names: Sequence[str]) -> None:
        for name in names:
            if self.rng.random() < 0.85:
                self.file(name)

    def file(self, kind: str) -> None:
        """File a paper of a kind, as a scan or issued and signed; a receipt serves all that is there."""
        if kind not in self.catalogue or self.catalogue.get(kind).of_office:
            return
        document = self.catalogue.get(kind)
        no, said = self.case.next_record(), dict[str, Any](typed={"by": "person"})
        if self.rng.random() < 0.1:
            said = {"typed": {"by": "machine", "score": 0.6}}
        if kind == DocumentId.DELIVERY_RECEIPT:
            said["serves"] = [r.no for r in self.case.records.values() if r.type != kind]
        if kind == DocumentId.PERIODIC_REVIEW_FORM:
            said["dated"] = "2025-08-15"
        entry = {"no": no, "type": kind, "title": document.title, "folder": document.folder, "data": said}
        if document.generated and document.needs_signature and self.rng.random() < 0.5:
            said |= {"template_sha256": "0" * 64, "date": self.day.isoformat()}
            self._file(Op.DOCUMENT_ISSUED, entry, RecordStatus.PENDING)
            if self.rng.random() < 0.9:
                copy = entry | {"no": self.case.next_record(), "signs": no, "data": {}}
                self._file(Op.SIGNED_COPY_FILED, copy, RecordStatus.SIGNED_COPY)
        else:
            self._file(Op.RECORD_FILED, entry, RecordStatus.FILED)

    def _file(self, op: Op, entry: dict[str, Any], status: RecordStatus) -> None:
        self._event(op, {"record": entry | {"status": status.value}})

    def _event(self, op: Op, data: Mapping[str, Any], late: dt.timedelta = dt.timedelta(0)) -> None:
        moment = dt.datetime.combine(self.day + late, dt.time(10), CHINA).isoformat()
        zero = Sha256("0" * 64)
        self.case = apply(self.case, Event(self.case.seq + 1, zero, moment, "林经办", op, data), zero)
