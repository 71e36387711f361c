"""The workspace a request opens, who acts in it, and the counts beside the menu.

Every request opens the workspace anew (some 5 ms without rules, 35 ms with them): what another program changed meanwhile, settings
included, is seen, and no request shares anything open with another.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from archivist.api import disposal, people
from archivist.api.agenda import AgendaView
from archivist.api.authorisation import at_post, require_kind, roles_of
from archivist.api.disposal import DisposalView
from archivist.api.gathered import Gathered
from archivist.api.page_images import Drawing
from archivist.api.review import waiting
from archivist.api.unsigned import unsigned
from archivist.api.watching import who_watches
from archivist.errors import ArchivistError, UnknownActor
from archivist.model.by import By, KnownBy
from archivist.model.roles import Role
from archivist.model.standing import LimitStatus
from archivist.web.watching import Watcher
from archivist.workspace import Workspace

FRESH: Final = dt.timedelta(seconds=30)
"""So long the counts beside the menu, and the list of today, may be behind what other programs write."""
WEEK: Final = 7
SIGNED_WITHIN: Final = 7
"""A document that is out to be signed for more days is asked after."""
_LOOKS_S: Final = 120.0
"""So long somebody who opened a waiting file is taken to be looking at it."""
_AT_ONCE_S: Final = 0.15
"""Gathering that takes no longer is done before the answer."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Where whatever is done here comes from.

    Attributes:
        account, host: of the operating system's account the server runs as, and of the machine.
        clock: the moment acts are done at; ``machine`` the machine's own clock.
    """

    account: str
    host: str
    clock: Callable[[], dt.datetime]
    machine: Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Glance:
    """What the frame of every screen shows: how much waits where.

    Attributes:
        taken: when the deadlines were gathered, by the machine's clock.
        agenda: what is overdue, or due within a week; ``None`` where it could not be gathered, ``doubt`` says why.
        unsigned: documents that are out to be signed; ``late`` those for more than ``SIGNED_WITHIN`` days.
        batches: disposals that wait for an appraisal or an approval.
        waiting: files in the tray.
        watched: who watches the inbox at this moment, in words; empty where nobody does.
    """

    taken: dt.datetime
    agenda: AgendaView | None
    unsigned: int = 0
    late: int = 0
    batches: tuple[DisposalView, ...] = ()
    waiting: int = 0
    watched: str = ""
    doubt: str = ""

    @property
    def overdue(self) -> int:
        """How many limits are past."""
        return self.agenda.counts.get(LimitStatus.OVERDUE, 0) if self.agenda else 0


@dataclass(slots=True)
class ServedOffice:
    """One office's workspace, as the page uses it; ``drawing`` makes its page pictures, ``gathered`` is what all sessions share."""

    root: Path
    keyboard: Keyboard
    drawing: Drawing = field(default_factory=Drawing)
    gathered: Gathered = field(default_factory=Gathered)
    _glance: Glance | None = None
    _took: float = 0.0
    _changed: bool = False
    _gathering: bool = False
    _looking: dict[str, dict[str, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        self.watcher = Watcher(self.root)

    def open(self) -> Workspace:
        """Open the workspace for one request; whoever opens it closes it.

        Raises:
            NotAWorkspace: E205. WrongWorkspaceKind: E215, it is the bureau's.
        """
        workspace = Workspace.open(self.root)
        require_kind(workspace.root, "serve")
        return workspace

    def by(self, person: str, *, proven: bool = True) -> By:
        """Return somebody who signed in as whoever acts now."""
        moment, real = self.keyboard.clock(), self.keyboard.machine()
        return By(
            person, moment,
            account=self.keyboard.account, host=self.keyboard.host,
            clock=real if abs(real - moment) > dt.timedelta(seconds=1) else None,
            known_by=KnownBy.PIN if proven else None,
        )  # fmt: skip

    def roles(self, workspace: Workspace, by: By) -> frozenset[Role]:
        """Return the roles of somebody today; none where the person is no longer at the post, or the PIN was taken away."""
        try:
            rows = at_post(workspace, by)
        except UnknownActor:
            return frozenset()
        return roles_of(rows) if people.has_pin(workspace, by.actor) else frozenset()

    def glance(self, workspace: Workspace) -> Glance:
        """Return the counts of the frame.

        In a small office they are always those of this moment; in a large one, where the deadlines take longer to gather, they
        are gathered beside the answer and may be ``FRESH`` old.
        """
        now = self.keyboard.machine()
        with self._lock:
            held = self._glance
            if held is None or (self._stale(held, now) and self._took < _AT_ONCE_S):
                held = self._glance = self._counted(workspace, now)
                self._changed = False
            elif self._stale(held, now) and not self._gathering:
                self._gathering = True
                Thread(target=self._gather, daemon=True).start()
        return replace(held, waiting=waiting(workspace), watched=who_watches(workspace))

    def looking(self, item: str, person: str) -> list[str]:
        """Note that somebody looks at a waiting file; return who else did within two minutes."""
        now = time.monotonic()
        with self._lock:
            there = {who: at for who, at in self._looking.get(item, {}).items() if now - at < _LOOKS_S}
            self._looking = {k: v for k, v in self._looking.items() if now - max(v.values()) < _LOOKS_S}
            self._looking[item] = there | {person: now}
        return sorted(who for who in there if who != person)

    def changed(self) -> None:
        """Something was done here: the counts are old."""
        with self._lock:
            self._changed = True

    def _stale(self, held: Glance, now: dt.datetime) -> bool:
        return self._changed or not dt.timedelta() <= now - held.taken < FRESH

    def _gather(self) -> None:
        try:
            with self.open() as workspace:
                counted = self._counted(workspace, self.keyboard.machine())
            with self._lock:
                self._glance, self._changed = counted, False
        except (
            ArchivistError,
            OSError,
        ):  # the next question gathers again, and the request itself says what is wrong
            pass
        finally:
            with self._lock:
                self._gathering = False

    def _counted(self, workspace: Workspace, now: dt.datetime) -> Glance:
        began = time.monotonic()
        try:
            due = self.gathered.due(workspace, on=self.keyboard.clock(), days=WEEK)
            out = unsigned(workspace, on=self.keyboard.clock().date())
            batches = tuple(
                b
                for b in disposal.list_disposals(workspace).disposals
                if b.state in ("proposed", "appraised")
            )
            glance = Glance(now, due, len(out.waiting), len(out.longer_than(SIGNED_WITHIN)), batches)
        except ArchivistError as error:
            glance = Glance(now, None, doubt=f"期限算不出来：{error.what}（{error.code}）")
        self._took = time.monotonic() - began
        return glance
