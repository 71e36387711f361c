"""Who cannot act alone applies by a guardian as agent, whose paper is in the file.

Source: 民法典第二十三条「无民事行为能力人、限制民事行为能力人的监护人是其法定代理人」.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.model.case import Case
from archivist.model.facts import single
from archivist.model.field_schema import AGENT, APPLICANT
from archivist.model.household import Ages, incapacity
from archivist.rules.completeness.required_papers import handed_in, open_doubts, settling

GUARDIAN: Final = "监护人"
"""Stands in the relation of an agent who is the applicant's guardian."""
PAPERS: Final = (
    "mat_guardian_evidence", "mat_birth_certificate", "mat_kinship_proof", "mat_adoption", "mat_judgment",
)  # fmt: skip
"""Any of them shows whose guardian somebody is."""


def lacking(case: Case, catalogue: Catalogue, on: dt.date, ages: Ages) -> list[str]:
    """Return what an applicant who cannot act alone lacks on a day, in Chinese; nothing where they can."""
    why = incapacity(single(case.facts, APPLICANT.key), on, ages)
    if not why:
        return []
    agent, reasons = single(case.facts, AGENT.key), []
    if not agent.get("name") or GUARDIAN not in str(agent.get("relation") or ""):
        reasons.append(
            f"申请人{why}，须由监护人代理（民法典第二十三条）：登记代理人，与申请人关系写“监护人”（agent.name、agent.relation）"
        )
    elif not agent.get("id_number"):
        reasons.append(f"申请人{why}，监护人{agent['name']}没有登记证件号（agent.id_number）")
    elif ward := incapacity(agent, on, ages):
        reasons.append(f"监护人{agent['name']}{ward}，不能代理")
    reasons += [settling(case, doubt) for doubt in open_doubts(case, *PAPERS)]
    if not handed_in(case, *PAPERS):
        titles = "或".join(f"“{catalogue.title(name)}”" for name in PAPERS)
        reasons.append(f"申请人{why}，卷内没有监护关系的证明（{titles}）")
    return reasons
