"""归档范围 is what ``archive check`` says, no other list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archivist.model.standing import Verdict
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.volume_checks import completeness
from archivist.procedure import completeness_audit
from archivist.procedure.completeness_audit import AuditReport, CaseAudit
from archivist.reading.reader_process import Reader
from archivist.rules.completeness.evidence import CheckEvidence, EvidenceKind
from archivist.rules.completeness.run import CheckFinding
from archivist.rules.rule import Stage
from archivist.workspace import Workspace
from tests.kit import BY
from tests.preservation.four_nature.office import ONE, sound_office
from tests.preservation.four_nature.test_items import gathered


@pytest.fixture
def evidence(tmp_path: Path) -> CaseEvidence:
    sound_office(tmp_path)
    with Workspace.open(tmp_path / "ws") as workspace, Reader() as reader:
        return gathered(workspace, reader)


def audit_of(evidence: CaseEvidence) -> CaseAudit:
    (found,) = completeness_audit.check(
        evidence.office.workspace, [ONE], stage=Stage.ARCHIVE, on=BY.today
    ).cases
    return found


def test_what_the_rules_find_wrong_is_wrong(evidence: CaseEvidence) -> None:
    """归档范围: archive check 的材料齐全性规则（C09、C10…），通过 / 缺 / check 报未检的项."""
    audit = audit_of(evidence)
    found = completeness(evidence)
    assert found.verdict is Verdict.FAILED
    assert len(found.wrong) == len({(f.check.id, w) for f in audit.findings for w in f.wrong})


@pytest.mark.parametrize(
    ("wrong", "unknown", "seen", "verdict"),
    [
        ((), (), True, Verdict.PASSED),
        ((), ("照片",), True, Verdict.UNCHECKED),
        ((), (), False, Verdict.UNCHECKED),
        (("缺",), ("照片",), True, Verdict.FAILED),
    ],
)
def test_each_result(
    evidence: CaseEvidence,
    monkeypatch: pytest.MonkeyPatch,
    wrong: tuple[str, ...],
    unknown: tuple[str, ...],
    seen: bool,
    verdict: Verdict,
) -> None:
    """不适用 is a reason of 未检: where no check had anything to look at, nothing is right."""
    audit = audit_of(evidence)
    looked = (CheckEvidence(EvidenceKind.RECORD, "0001", "第 0001 件"),) if seen else ()
    one = CheckFinding(audit.findings[0].check, wrong, unknown, evidence=looked)
    made = AuditReport((replace(audit, findings=(one,)),), ())
    monkeypatch.setattr(completeness_audit, "check", lambda *_, **__: made)
    assert completeness(evidence).verdict is verdict


def test_a_case_that_cannot_be_audited_is_left_open(
    evidence: CaseEvidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness_audit, "check", lambda *_, **__: AuditReport((), ("读不出来",)))
    assert completeness(evidence).unchecked == ("读不出来",)
