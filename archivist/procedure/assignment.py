"""Who may act: take a step (roles, number, kinship, separation of duties); void, replace or repeat a document; reopen a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from archivist.config import Config
from archivist.doctypes.catalogue import DocumentKind, DocumentType
from archivist.errors import RoleMissing, UnknownActor
from archivist.model.case import Case
from archivist.model.household import kin_names
from archivist.model.roles import Role
from archivist.rules import across, admissibility, prerequisites
from archivist.rules.attempt import Attempt
from archivist.rules.disposition.arrangement import OWN
from archivist.rules.pack import Pack
from archivist.rules.rule_ids import RuleId

UNEXAMINED: Final = "未检：archivist.toml 没有登记人员（[[people]]），岗位没有核对"
"""What is said where nobody is registered, so that no post can be asked for."""


def people(attempt: Attempt, config: Config) -> list[str]:
    """Return the reasons, in Chinese, that lie with who takes the step."""
    step = attempt.step
    reasons: list[str] = []
    if step.role is not Role.OUTSIDE and config.people:
        for name in attempt.by:
            reasons += _without_role(config, name, (step.role,))
    if step.people and (rule := attempt.pack.rule_for(step.people, attempt.case, attempt.on)):
        least = int(rule.value)
        if len(attempt.by) < least:
            reasons.append(f"须有不同的 {least} 人办理，现有 {len(attempt.by)} 人（{rule.source}）")
    reasons += _without_title(attempt, config)
    kin = kin_names(attempt.case)
    reasons += [f"近亲属回避：{name}是登记的近亲属关系人，不得办理" for name in attempt.by if name in kin]
    return reasons + prerequisites.apart(attempt)


def _without_title(attempt: Attempt, config: Config) -> Iterable[str]:
    """Yield who decides though the rules want somebody of another post (镇长、主任), or one whose post nobody registered."""
    if attempt.step.role is not Role.APPROVER or not config.people:
        return
    rule = attempt.pack.rule_for(RuleId.APPROVER_TITLE, attempt.case, attempt.on)
    if rule is None:
        return
    titles = str(rule.value).split("、")
    for name in attempt.by:
        person = config.person(name)
        if person and not any(
            person.title.endswith(title) and f"副{title}" not in person.title for title in titles
        ):
            held = f"职务登记为“{person.title}”" if person.title else "没有登记职务（[[people]] 的 title）"
            yield f"“{attempt.step.title}”须由{'或'.join(titles)}办理，{name}{held}（{rule.source}）"


def over_document(
    config: Config,
    actor: str,
    pack: Pack,
    case: Case,
    document: DocumentType,
    *,
    signed: bool,
    today: dt.date,
) -> list[str]:
    """Return why somebody may not void, replace or repeat a document of a case.

    What is signed, and any decision, only the one who decides may undo or repeat; any other paper also whoever makes it: the
    role of a step that brings it forth or asks for it, of the archive's own papers the archivist.

    Args:
        config: the office, with its people; where none are registered nothing is asked.
        actor: who acts.
        pack: its rules.
        case: whose document it is.
        document: of which type.
        signed: whether its signed copy is on file.
        today: the day on which it is done.
    """
    roles: list[Role] = [Role.APPROVER]
    if not signed and document.kind is not DocumentKind.DECISION:
        rows = [
            *admissibility.makers(pack, case, document.id, today),
            *admissibility.users(pack, case, document.id, today),
        ]
        makes = [row.role for row in rows if row.role is not Role.OUTSIDE]
        if not makes:
            makes.append(Role.ARCHIVIST if document.id in OWN else Role.INTAKE)
        roles = [*dict.fromkeys(makes), *roles]
    return list(_without_role(config, actor, roles))


def over_closed_file(config: Config, actor: str) -> list[str]:
    """Return why somebody may not reopen a file (撤销注销): it undoes what ended a procedure, so the one who decides must."""
    return list(_without_role(config, actor, (Role.APPROVER,)))


def over_appraisal(config: Config, actor: str, appraisers: Iterable[str]) -> list[str]:
    """Return why some people may not appraise a file and another not decide on it: one person never does both."""
    reasons = list(_without_role(config, actor, (Role.APPROVER,)))
    for name in appraisers:
        reasons += _without_role(config, name, (Role.APPRAISER,))
        if name == actor:
            reasons.append(f"{name}参加了鉴定，不能又作决定")
    return reasons


def over_release(config: Config, names: Sequence[str], today: dt.date) -> list[str]:
    """Return why two people may not release a hold: one must review and the other decide, at their posts today.

    Nothing is asked where the office registered nobody.
    """
    if not config.people:
        return []
    reasons: list[str] = []
    held: list[set[Role]] = []
    for name in names:
        serving = [p for p in config.people if p.name == name and p.serves(today)]
        held.append({role for person in serving for role in person.roles})
        if not serving:
            reasons.append(
                f"{UnknownActor.title}（{UnknownActor.code}）：{name}没有登记，或者 {today} 不在岗"
            )
    wanted = (Role.REVIEWER, Role.APPROVER)
    pairs = ((one, other) for one in range(len(held)) for other in range(len(held)) if one != other)
    if not reasons and not any(wanted[0] in held[one] and wanted[1] in held[other] for one, other in pairs):
        reasons += [
            f"{name}（{'、'.join(role.label for role in Role if role in roles) or '没有岗位'}）"
            for name, roles in zip(names, held, strict=True)
        ]
    return reasons


def _without_role(config: Config, name: str, roles: Iterable[Role]) -> Iterable[str]:
    """Yield that somebody has none of some roles; nothing where the office registered nobody."""
    person = config.person(name)
    if not config.people or (person and any(role in person.roles for role in roles)):
        return
    held = "、".join(r.label for r in person.roles) if person else "没有登记"
    asked = "或".join(f"“{role.label}”" for role in roles)
    yield f"{RoleMissing.title}（{RoleMissing.code}）：须由{asked}办理，{name}（{held or '没有岗位'}）"


def exception(attempt: Attempt, config: Config, actor: str) -> list[str]:
    """Return the reasons against granting something though another household speaks against it.

    Args:
        attempt: the step, with the exception it was told.
        config: the people of the office.
        actor: who records it.
    """
    if not attempt.values.get(across.EXCEPTION):
        return []
    if not attempt.values.get(across.EXCEPTED):
        return [f"没有须写明{across.EXCEPTION_LABEL}的情形，请去掉 --set {across.EXCEPTION}"]
    people = [p for name in (*attempt.by, actor) if (p := config.person(name))]
    if config.people and not any(Role.APPROVER in person.roles for person in people):
        return [
            f"{RoleMissing.title}（{RoleMissing.code}）：{across.EXCEPTION_LABEL}须由“{Role.APPROVER.label}”写明"
        ]
    return []
