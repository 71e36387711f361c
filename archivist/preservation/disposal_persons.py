"""Who takes which part in a disposal: people of the office, and different ones where one may not check oneself.

A name told to the program is a claim; what proves it is the signature under the list's digest, and the signed scan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from archivist.config import Config
from archivist.disposal_errors import TwoPersonsNeeded
from archivist.model.disposals import Disposal
from archivist.model.roles import Role

LEAST_APPRAISERS: Final = 2
WITNESSES: Final = 2
CLEARING: Final = 2


def require_appraisers(config: Config, on: dt.date, names: Sequence[str]) -> None:
    """Refuse an appraisal by too few people, or by people who do not appraise.

    Raises:
        TwoPersonsNeeded: E605, with every reason.
    """
    problems = [*_too_few("鉴定人", names, LEAST_APPRAISERS)]
    for name in names:
        problems += _at_post(config, on, name, "鉴定人", (Role.APPRAISER, Role.APPROVER))
    _refuse("鉴定", problems)


def require_approver(config: Config, on: dt.date, batch: Disposal, approver: str) -> None:
    """Refuse an approval by whoever proposed it, or does not decide.

    Raises:
        TwoPersonsNeeded: E605, with every reason.
    """
    problems = [*_at_post(config, on, approver, "批准人", (Role.APPROVER,))]
    if approver == batch.proposer:
        problems.append(f"{approver}是拟办人，不能又批准")
    _refuse("批准", problems)


def require_executors(
    config: Config, on: dt.date, batch: Disposal, executor: str, witnesses: Sequence[str]
) -> None:
    """Refuse a destruction without two witnesses, or by whoever approved it.

    Raises:
        TwoPersonsNeeded: E605, with every reason.
    """
    problems = [*_too_few("监销人", witnesses, WITNESSES)]
    problems += _at_post(config, on, executor, "销毁操作人", (Role.ARCHIVIST,))
    for name in witnesses:
        problems += _at_post(config, on, name, "监销人", (Role.WITNESS,))
        if name == executor:
            problems.append(f"{name}是销毁操作人，不能又监销")
    for name in (executor, *witnesses):
        if name == batch.approver:
            problems.append(f"{name}是批准人，不能操作或监销")
    _refuse("销毁", problems)


def require_clearing(config: Config, on: dt.date, names: Sequence[str]) -> None:
    """Refuse that fewer than two people of the office say that a copy is cleared.

    Raises:
        TwoPersonsNeeded: E605, with every reason.
    """
    problems = [*_too_few("清除残留的人", names, CLEARING)]
    for name in names:
        problems += _at_post(config, on, name, "清除残留的人", tuple(Role))
    _refuse("登记残留已清", problems)


def _too_few(part: str, names: Sequence[str], least: int) -> Iterator[str]:
    if len({*names}) < least:
        yield f"{part}须有不同的 {least} 人，现有 {len({*names})} 人"


def _at_post(config: Config, on: dt.date, name: str, part: str, roles: Iterable[Role]) -> Iterator[str]:
    """Yield that somebody is not registered, not at the post on a day, or has none of some roles."""
    rows = [person for person in config.people if person.name == name]
    if not rows:
        yield f"{part}{name}没有登记在 archivist.toml 的 [[people]] 中"
    elif not any(person.serves(on) for person in rows):
        yield f"{part}{name}在 {on} 不在岗"
    elif not any({*person.roles} & {*roles} for person in rows if person.serves(on)):
        yield f"{part}{name}没有“{'”或“'.join(role.label for role in roles)}”的岗位"


def _refuse(what: str, problems: Sequence[str]) -> None:
    if problems:
        raise TwoPersonsNeeded(f"{what}的人有 {len(problems)} 项不符", problems=problems)
