"""The one gate before every act: who is named must be of the office, at the post today, and have a role that may.

Every function of ``api`` that writes to the archive goes through it (``authorised``); which role may do what stands in
``model.permissions`` alone. Where the office registered nobody (``[[people]]``) nothing can be asked, and it is said once a
day. An offline program cannot prove who sits at the machine; what it knows of it stands in the event, see ``model.by``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from archivist import settings_file
from archivist.disposal_errors import TwoPersonsNeeded
from archivist.errors import InvalidValue, NotIdentified, RoleMissing, UnknownActor, WrongWorkspaceKind
from archivist.model.by import By, KnownBy
from archivist.model.permissions import DECIDING, MAY, Act, fits
from archivist.model.roles import Role
from archivist.model.staff import alike
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from pathlib import Path

    from archivist.config import StaffMember
    from archivist.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")
Who = TypeVar("Who", By, Callable[[], By])
UNCHECKED: Final = "archivist.toml 没有登记人员（[[people]]）：以谁的名义办理、有没有岗位，都没有核对"
_TOLD: Final = "roles_unchecked"
"""File in ``index/`` that says on which day it was last said that roles are not checked."""
_TWO: Final = 2
_NEAR: Final = 3
"""So many names are offered for one that nobody has."""


def authorised(
    act: Act,
) -> Callable[[Callable[Concatenate[Workspace, Who, P], R]], Callable[Concatenate[Workspace, Who, P], R]]:
    """Let a use case begin only when its actor may do an act; a trial run (``dry_run``) writes nothing and is open to all.

    The use case raises besides what ``require`` does.
    """

    def gate(
        use_case: Callable[Concatenate[Workspace, Who, P], R],
    ) -> Callable[Concatenate[Workspace, Who, P], R]:
        @functools.wraps(use_case)
        def run(workspace: Workspace, by: Who, /, *args: P.args, **kwargs: P.kwargs) -> R:
            require_kind(workspace.root, act.value)
            if not kwargs.get("dry_run"):
                who = _who(by)
                require(workspace, who, act)
                if who.despite_clock:
                    require(workspace, who, Act.IGNORE_CLOCK)
            return use_case(workspace, by, *args, **kwargs)

        run.act = act  # type: ignore[attr-defined]
        return run

    return gate


def require_kind(root: Path, command: str) -> None:
    """Refuse a command of an office in the bureau's workspace, and the bureau's in an office's.

    Args:
        root: of the workspace.
        command: the words it is typed with (``case show``), or the value of its act.

    Raises:
        WrongWorkspaceKind: E215.
    """
    kind = settings_file.kind(root)
    if command and not fits(command, bureau=kind is WorkspaceKind.BUREAU):
        other = WorkspaceKind.OFFICE if kind is WorkspaceKind.BUREAU else WorkspaceKind.BUREAU
        raise WrongWorkspaceKind(f"这里是{kind.label}的工作区，{command} 是{other.label}的命令")


def require(workspace: Workspace, by: By, act: Act) -> None:
    """Refuse an act to who may not do it; nothing is asked where the office registered nobody.

    Raises:
        UnknownActor: E505, nobody of that name is registered, or at the post today. RoleMissing: E504.
        NotIdentified: E506, there is a PIN and it was not given, or the account is another one's, and the office wants that refused.
        DamagedFile: E212, the file of PINs.
    """
    from archivist.config import OtherAccount
    from archivist.store import pins

    if not workspace.config.people:
        return
    rows = at_post(workspace, by)
    if by.known_by is not KnownBy.PIN and by.actor in pins.read(workspace.root):
        raise NotIdentified(f"{by.actor}设有口令，没有输入")
    if by.registered_account and workspace.config.options.other_account is OtherAccount.REFUSE:
        raise NotIdentified(
            f"{by.actor}登记的账户是 {by.registered_account}，现在的账户是 {by.account}，没有用口令确认"
        )
    if not MAY[act] & roles_of(rows):
        held = "、".join(role.label for row in rows for role in row.roles) or "没有岗位"
        raise RoleMissing(
            f"{act.label}须由{asked(act)}办理，{by.actor}（{held}）",
            remedy=f"用 --as 换人；可以办的：{'、'.join(_who_may(workspace, act, by)) or '还没有人登记这个岗位'}。",
        )


def require_another(workspace: Workspace, by: By, second: By, act: Act) -> None:
    """Refuse whoever is to confirm in person what somebody else does, unless it is another person, at the post, who gave the PIN.

    Raises:
        InvalidValue: E002, both are the same. UnknownActor: E505. NotIdentified: E506.
    """
    if alike(by.actor) == alike(second.actor):
        raise InvalidValue(
            f"{act.label}：须由另一人确认，“{second.actor}”和经办人是同一人",
            remedy="请另一人当面输入本人的口令。没有写入任何内容。",
        )
    at_post(workspace, second)
    if second.known_by is not KnownBy.PIN:
        raise NotIdentified(f"{second.actor}没有当面输入口令", remedy="请本人输入口令。没有写入任何内容。")


def require_two(workspace: Workspace, by: By, second: By, act: Act) -> tuple[str, ...]:
    """Refuse what two people must do together unless both may, and one of them decides (分管领导).

    Args:
        workspace: the open workspace.
        by: who does it; ``require`` was asked already.
        second: who confirms it.
        act: what is done.

    Returns:
        What could not be checked, in Chinese: of an office with fewer than two people registered only the names are compared.

    Raises:
        InvalidValue: E002, both are the same. UnknownActor: E505. RoleMissing: E504. NotIdentified: E506.
    """
    if alike(by.actor) == alike(second.actor):
        raise InvalidValue(
            f"{act.label}：须由另一人确认，“{second.actor}”和经办人是同一人",
            remedy="用 --with 写另一人的姓名。没有写入任何内容。",
        )
    people = workspace.config.people
    if len({alike(person.name) for person in people}) < _TWO:
        return (
            f"未检：archivist.toml 登记的人员不足两人，{by.actor}、{second.actor}是不是两个人、有没有岗位没有核对",
        )
    require(workspace, second, act)
    if not DECIDING & (roles_of(at_post(workspace, by)) | roles_of(at_post(workspace, second))):
        asked = "或".join(f"“{role.label}”" for role in Role if role in DECIDING)
        raise RoleMissing(f"{act.label}：两人中须有一人是{asked}，{by.actor}、{second.actor}都不是")
    return ()


def require_pair(workspace: Workspace, pair: Sequence[By], act: Act) -> tuple[str, ...]:
    """Refuse an act that two people answer for besides whoever enters it, unless both may, and one of them decides (分管领导).

    Args:
        workspace: the open workspace.
        pair: the two, each known as far as it can be known who it is.
        act: what is done.

    Returns:
        What could not be checked, in Chinese.

    Raises:
        TwoPersonsNeeded: E605, fewer than two, or one person twice. UnknownActor: E505. RoleMissing: E504. NotIdentified: E506.
    """
    if len(pair) != _TWO or len({alike(one.actor) for one in pair}) != _TWO:
        raise TwoPersonsNeeded(f"{act.label}：须有不同的两人（--by 两次），现有 {len(pair)} 人")
    first, second = pair
    require(workspace, first, act)
    return require_two(workspace, first, second, act)


def at_post(workspace: Workspace, by: By) -> tuple[StaffMember, ...]:
    """Return the rows of the settings that say who the actor is today; one who came back has more than one.

    Raises:
        UnknownActor: E505.
    """
    people = workspace.config.people
    rows = tuple(person for person in people if person.name == by.actor)
    serving = tuple(person for person in rows if person.serves(by.today))
    if serving:
        return serving
    if rows:
        raise UnknownActor(f"{by.actor}在 {by.today} 不在岗（[[people]] 的 since、until），不能以其名义办理")
    near = _near(by.actor, [person.name for person in people if person.serves(by.today)])
    raise UnknownActor(
        f"“{by.actor}”没有登记在 archivist.toml 的 [[people]] 中，不能以其名义办理",
        problems=[f"是不是 {name}？" for name in near],
    )


def roles_of(rows: Sequence[StaffMember]) -> frozenset[Role]:
    """Return the roles somebody has by all rows that say who it is."""
    return frozenset(role for row in rows for role in row.roles)


def asked(act: Act) -> str:
    """Return who may do an act, in Chinese, in the order of the roles."""
    return "或".join(f"“{role.label}”" for role in Role if role in MAY[act])


def unchecked_today(workspace: Workspace, by: By) -> str:
    """Return that roles are not checked, the first time on a day; empty afterwards and where people are registered.

    What was said stands in ``index/``; where that cannot be written it is said again.
    """
    if workspace.config.people:
        return ""
    note, today = workspace.root / "index" / _TOLD, by.today.isoformat()
    with suppress(OSError, ValueError):
        if note.read_text(encoding="utf-8").strip() == today:
            return ""
    with suppress(OSError):
        note.write_text(f"{today}\n", encoding="utf-8")
    return UNCHECKED


def _who(by: By | Callable[[], By]) -> By:
    return by if isinstance(by, By) else by()


def _who_may(workspace: Workspace, act: Act, by: By) -> list[str]:
    return [p.name for p in workspace.config.people if p.serves(by.today) and MAY[act] & set(p.roles)]


def _near(name: str, names: Sequence[str]) -> list[str]:
    """Return the names that are most like one nobody has."""
    from difflib import get_close_matches

    return get_close_matches(name, list(dict.fromkeys(names)), n=_NEAR, cutoff=0.3)
