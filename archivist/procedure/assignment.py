"""Who may take a step: roles, number, kinship, separation of duties."""

from __future__ import annotations

from archivist.config import Config
from archivist.errors import RoleMissing
from archivist.model.household import kin_names
from archivist.model.roles import Role
from archivist.rules import prerequisites
from archivist.rules.guards import Attempt


def people(attempt: Attempt, config: Config) -> list[str]:
    """Return the reasons, in Chinese, that lie with who takes the step."""
    step, reasons = attempt.step, []
    if step.role is not Role.OUTSIDE and config.people:
        for name in attempt.by:
            person = config.person(name)
            if person is None or step.role not in person.roles:
                held = "、".join(r.label for r in person.roles) if person else "没有登记"
                reasons.append(
                    f"{RoleMissing.title}（{RoleMissing.code}）：须由“{step.role.label}”办理，{name}（{held or '没有岗位'}）"
                )
    if step.people and (rule := attempt.pack.rule_for(step.people, attempt.case)):
        least = int(rule.value)
        if len(attempt.by) < least:
            reasons.append(f"须有不同的 {least} 人办理，现有 {len(attempt.by)} 人（{rule.source}）")
    kin = kin_names(attempt.case)
    reasons += [f"近亲属回避：{name}是登记的近亲属关系人，不得办理" for name in attempt.by if name in kin]
    return reasons + prerequisites.apart(attempt)
