"""The office's people as acts know them: their roles, their accounts, and the PINs they may have."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.authorisation import at_post, authorised
from archivist.api.result import Result
from archivist.errors import InvalidValue, UnknownActor
from archivist.model.by import By, KnownBy
from archivist.model.event import Op
from archivist.model.permissions import Act
from archivist.model.roles import Role

if TYPE_CHECKING:
    from pathlib import Path

    from archivist.workspace import Workspace

_REMEMBERED: Final = "pin_sessions"
"""Folder in ``index/`` that says who gave the PIN at which terminal; nothing is lost with it."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody of the settings.

    Attributes:
        account: of the operating system, empty where none is registered.
        serving: whether the person is at the post today.
        has_pin: whether the person has a PIN.
    """

    name: str
    roles: tuple[Role, ...]
    title: str
    account: str
    serving: bool
    has_pin: bool


@dataclass(frozen=True, slots=True)
class People(Result):
    """Who is registered."""

    SCHEMA: ClassVar[str] = "archivist/people/1"

    people: tuple[PersonView, ...]


@dataclass(frozen=True, slots=True)
class PinChanged(Result):
    """That somebody's PIN was set or taken away."""

    SCHEMA: ClassVar[str] = "archivist/people-pin/1"

    name: str
    has_pin: bool


def list_people(workspace: Workspace, on: dt.date) -> People:
    """Return who is registered, as of a day.

    Raises:
        DamagedFile: E212, the file of PINs.
    """
    from archivist.store import pins

    kept = pins.read(workspace.root)
    rows = workspace.config.people
    return People(
        tuple(PersonView(p.name, p.roles, p.title, p.account, p.serves(on), p.name in kept) for p in rows)
    )


def has_pin(workspace: Workspace, name: str) -> bool:
    """Tell whether somebody has a PIN.

    Raises:
        DamagedFile: E212.
    """
    from archivist.store import pins

    return name in pins.read(workspace.root)


@authorised(Act.SET_PIN)
def set_pin(workspace: Workspace, by: By, name: str, ask: Callable[[], str]) -> PinChanged:
    """Set a person's own PIN; who has one already gave it to act at all.

    Args:
        workspace: the open workspace.
        by: who sets it, and when.
        name: whose it is.
        ask: asks the person for it.

    Raises:
        InvalidValue: E002, it is another's, or the new one is none. NotIdentified: E506.
    """
    from archivist.store import pins

    if by.actor != name:
        raise InvalidValue("口令由本人设", remedy=f"用 --as {name}，由{name}自己输入。")
    pin = ask()
    with workspace.archive.writing(by.actor):
        pins.put(workspace.root, name, pin)
        workspace.archive.note(Op.PIN_CHANGED, {"person": name, "how": "set"}, workspace.stamp(by))
    return PinChanged(name, True)


@authorised(Act.CLEAR_PIN)
def clear_pin(workspace: Workspace, by: By, name: str) -> PinChanged:
    """Take away the PIN of somebody who forgot it.

    Raises:
        UnknownActor: E505, nobody of that name is registered. InvalidValue: E002, there is none.
    """
    from archivist.store import pins

    if not workspace.config.person(name) and not has_pin(workspace, name):
        raise UnknownActor(f"“{name}”没有登记在 archivist.toml 的 [[people]] 中")
    with workspace.archive.writing(by.actor):
        if not pins.remove(workspace.root, name):
            raise InvalidValue(f"{name}没有设口令")
        workspace.archive.note(Op.PIN_CHANGED, {"person": name, "how": "cleared"}, workspace.stamp(by))
    return PinChanged(name, False)


def prove(workspace: Workspace, by: By, pin: str, terminal: str = "", *, counted: bool = True) -> By:
    """Return who acts as known by the PIN.

    Args:
        workspace: the open workspace.
        by: who acts.
        pin: what was typed.
        terminal: where, for it to be remembered there as long as the settings say; empty where it is not to be.
        counted: whether a wrong one is counted; an archive that takes no writes counts none.

    Raises:
        NotIdentified: E506, it is wrong, or has to wait. UnknownActor: E505. DamagedFile: E212.
    """
    from archivist.store import pins

    at_post(workspace, by)
    with workspace.archive.writing(by.actor) if counted else nullcontext():
        pins.check(workspace.root, by.actor, pin, by.real_time, counted=counted)
    minutes = workspace.config.options.pin_minutes
    if terminal and minutes:
        _remember(workspace, by, terminal)
    return _known(by)


def remembered(workspace: Workspace, by: By, terminal: str) -> By | None:
    """Return who acts as known by the PIN given a while ago at the same terminal; None where it must be asked for."""
    minutes = workspace.config.options.pin_minutes
    if not terminal or not minutes:
        return None
    path = _token(workspace, by, terminal)
    with suppress(OSError, ValueError, KeyError, TypeError):
        state = path.stat()
        if os.name != "nt" and (state.st_uid != os.getuid() or state.st_mode & 0o077):
            return None
        note = json.loads(path.read_bytes())
        since = dt.datetime.fromisoformat(note["since"])
        genuine = hmac.compare_digest(note["mac"], _mac(workspace, by, terminal, note["since"]))
        if genuine and since <= by.real_time < since + dt.timedelta(minutes=minutes):
            return _known(by)
    return None


def _remember(workspace: Workspace, by: By, terminal: str) -> None:
    since = by.real_time.isoformat(timespec="seconds")
    note = json.dumps({"since": since, "mac": _mac(workspace, by, terminal, since)}).encode()
    path = _token(workspace, by, terminal)
    with suppress(OSError):  # then it is asked for again
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(note)


def _token(workspace: Workspace, by: By, terminal: str) -> Path:
    named = hashlib.sha256(json.dumps([by.actor, by.account, by.host, terminal]).encode()).hexdigest()
    return workspace.root / "index" / _REMEMBERED / named[:32]


def _mac(workspace: Workspace, by: By, terminal: str, since: str) -> str:
    """Return what only who reads the file of PINs can make; another PIN makes another."""
    from archivist.store import pins

    key = bytes.fromhex(pins.read(workspace.root)[by.actor].hash)
    said = json.dumps([by.actor, by.account, by.host, terminal, since]).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _known(by: By) -> By:
    return replace(by, known_by=KnownBy.PIN, registered_account="")
