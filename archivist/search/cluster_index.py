"""An office's index in a cluster: follows the archive as the embedded one does, whenever the cluster is there.

One index for each office (``archivist-tjhq-000001``), asked through the office's alias (``archivist-tjhq``: that office's
documents alone) and the bureau's (``archivist-all``). Filing never waits for a cluster: what it has not followed is told by
the chains and the ledger, as for the embedded index. The documents of a case are written first, that of its facts, which says
how far it was followed, when they are; a document is never replaced by one of an earlier event. Who writes holds a lock of
the workspace (``WRITER``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError, ForeignIndex, IndexFault, IndexNotWritten
from archivist.model.case import Case
from archivist.model.ids import CaseNo, Category, Sha256
from archivist.search import binding
from archivist.search import cluster_generations as generations
from archivist.search import query_tree as q
from archivist.search.cluster_agenda import (
    KeptAgenda,
    OfficeRules,
    keep_moment,
    kept_agenda,
    other_rules,
    read_rules,
)
from archivist.search.cluster_documents import (
    RULES,
    STATE,
    CaseDocuments,
    ClusterState,
    Json,
    OfficeAgenda,
    documents_of,
    facts_actions,
    facts_of,
    record_actions,
    record_id,
)
from archivist.search.cluster_engine import ClusterEngine, followed_to, indexes_of, state_of
from archivist.search.cluster_queries import FACTS, all_of, none_of
from archivist.search.databases import PATIENCE_S
from archivist.search.engine import ArchiveReader
from archivist.search.one_writer import OneWriter
from archivist.search.opensearch import ClusterRequests, Overtaken, wait_until

WRITER: Final = "CLUSTER-WRITER"
"""Locked in the workspace's ``index/`` by whoever writes to the cluster."""
BATCH: Final = 200
"""Cases that are read and written together."""
LOSS_ALLOWED: Final = 10
"""So many cases may vanish at once without question; more only while over half remain."""
PURGED_S: Final = 90.0
"""So long the files of every node may take to let go of what was purged."""
_BESIDE: Final = 2
"""Documents that are of no case: how far the index was followed, and by which rules."""
_LONG_S: Final = 120.0
"""So long one request that goes over many documents may take."""


@dataclass(frozen=True, slots=True)
class Lag:
    """What a cluster's index lacks: cases that changed, and destroyed ones of which it still holds something."""

    behind: tuple[CaseNo, ...]
    to_forget: tuple[CaseNo, ...]

    def __bool__(self) -> bool:
        return bool(self.behind or self.to_forget)

    def without_forgotten(self, tree: q.Node) -> q.Node:
        """Return a query that finds nothing of what was destroyed."""
        return (
            q.And((tree, *(q.Not(q.Numbered(str(n), True)) for n in self.to_forget)))
            if self.to_forget
            else tree
        )


class ClusterIndex:
    """What the house tells an office's index in a cluster.

    Args:
        cluster: where it is.
        office: the code of the office.
        archive: where the truth is.
        folder: the workspace's ``index/``, for the lock.
        agenda: works out what is due in a case.
        now: the moment, ISO 8601 with offset; what is followed now is known to be there as of it.
    """

    def __init__(
        self,
        cluster: ClusterRequests,
        office: str,
        archive: ArchiveReader,
        folder: Path,
        agenda: OfficeAgenda,
        now: str,
    ) -> None:
        self._cluster, self._office, self._archive, self._folder = cluster, office, archive, folder
        self._agenda, self._now = agenda, now
        self.alias = generations.alias_of(office)
        self.engine = ClusterEngine(cluster, self.alias)
        self._turn = OneWriter(folder / WRITER)
        self.unread: set[CaseNo] = set()
        self.changed: set[CaseNo] = set()
        """Cases not followed, for their chains have lost the heads that were known of them."""

    # ── what it lacks ────────────────────────────────────────────────────────────────────────────────────
    def lag(self) -> Lag:
        """Return what the index lacks, as far as the archive's marks and ledger tell; reads no case.

        Raises:
            ClusterDown: E404. IndexFault: E400, there is no index. ForeignIndex: E403, it is another archive's.
        """
        state = self._bound(index := self._current())
        return Lag(tuple(self._behind(index, state)), tuple(self._to_forget()))

    def agenda(self, category: Category | None = None) -> KeptAgenda:
        """Return what is kept of this office's cases for the agenda.

        Raises:
            IndexFault: E400, also where it was worked out by other rules than the office's own.
        """
        index = self._current()
        self._bound(index)
        if read_rules(self._cluster, index).stamp != self._agenda.stamp:
            raise other_rules(self._office)
        return kept_agenda(self._cluster, self.engine, index, category)

    def _behind(self, index: str, state: ClusterState) -> list[CaseNo]:
        changed = sorted(set(self._archive.trail.changed_since(state.place)) - {*self._archive.destroyed()})
        behind = []
        for some in _parts(changed):
            heads = {n: _head(f) for n, f in followed_to(self._cluster, index, some).items()}
            behind += [n for n in some if binding.is_behind(self._archive, n, heads.get(n))]
        return behind

    def _to_forget(self) -> list[CaseNo]:
        destroyed = sorted(self._archive.destroyed())
        return sorted(n for some in _parts(destroyed) for n in self.engine.heads(some))

    def _bound(self, index: str) -> ClusterState:
        """Return how far an index was followed, unless it is of another archive or of a state this one has not come to."""
        state, trail = state_of(self._cluster, index), self._archive.trail
        if state.origin and not trail.holds(state.origin):
            raise ForeignIndex("集群里这个单位的索引是另一个档案库的")
        if state.place and not trail.holds(state.place):
            raise ForeignIndex("集群里的索引比档案库新，或总账被改过")
        return state

    # ── following ────────────────────────────────────────────────────────────────────────────────────────
    def follow_many(self, numbers: Iterable[CaseNo] = (), *, wait_s: float = PATIENCE_S) -> int:
        """Bring these cases, and whatever else was missed, up to their chains' heads; returns how many had moved.

        Another writer of this workspace is waited for ``wait_s`` seconds.

        Raises:
            ClusterDown: E404. IndexFault: E400. IndexNotWritten: E402. ForeignIndex: E403.

        Survives: a kill of this program or of a node at any point leaves the cases to be followed again.
        """
        with self._turn.alone(wait_s):
            index = self._current()
            state = self._bound(index)
            origin, end = self._archive.trail.origin(), self._archive.trail.end()
            wanted = dict.fromkeys([*numbers, *self._behind(index, state)])
            count, whole = 0, True
            for some in _parts(list(wanted)):
                moved, missed = self._follow(index, some)
                count, whole = count + moved, whole and not missed
            if whole:
                if (origin, end) != (state.origin, state.place):
                    self._keep_state(index, ClusterState(origin, end))
                keep_moment(self._cluster, index, self._now)
            self._cluster.ask("POST", f"/{index}/_refresh")
            return count

    def _follow(self, index: str, numbers: Sequence[CaseNo]) -> tuple[int, int]:
        """Write the documents of some cases, then those of their facts; returns how many moved and how many could not be followed."""
        known = followed_to(self._cluster, index, numbers)
        moved: list[CaseDocuments] = []
        missed = 0
        for number in numbers:
            head = self._head(number)
            if head and number in known and head == _head(known[number]):
                continue
            if number in known and self._lost(number, known[number]):
                self.changed.add(number)
                missed += 1
            elif self._archive.is_listed(number) and (case := self._readable(number)):
                self.changed.discard(number)
                moved.append(documents_of(self._office, self._archive, case, self._agenda))
            else:
                missed += 1
        gone = [
            (case.number, record, case.seq)
            for case in moved
            for record in known.get(case.number, {}).get("records", ())
            if record_id(case.number, record) not in case.records
        ]
        try:
            self._cluster.bulk(index, record_actions(moved, gone))
            self._cluster.bulk(index, facts_actions(moved))
        except Overtaken:
            raise ForeignIndex("集群里有一户的索引比档案库新") from None
        if gone:
            self._purge(index, [record_id(number, record) for number, record, _ in gone])
        return len(moved), missed

    def catch_up(self) -> int:
        """Follow every case whose head has moved and forget those that are gone; returns how many there were.

        Raises:
            ClusterDown: E404. IndexFault: E400, also when most cases have vanished from the archive.
        """
        with self._turn.alone():
            index = self._current()
            self._bound(index)
            self._cluster.ask("POST", f"/{index}/_refresh")
            known = self.engine.heads()
            there = set(self._archive.case_numbers())
            destroyed = known.keys() & {*self._archive.destroyed()}
            vanished = known.keys() - there - destroyed
            if len(vanished) > max(LOSS_ALLOWED, len(known) // 2):
                raise IndexFault(
                    f"档案库里少了 {len(vanished)} 户，可能是文件夹没有接好，集群里的索引未作改动",
                    remedy="检查档案库所在的磁盘；确认无误后运行 archivist reindex --to opensearch。",
                )
            if destroyed or vanished:
                self.remove(*destroyed, *vanished)
            moved = [n for n in sorted(there) if known.get(n) != self._head(n)]
            count = self.follow_many(moved) + len(destroyed | vanished)
            self.work_out_again()
            return count

    def work_out_again(self) -> None:
        """Work out what is due in every case that was followed under other rules, then say under which it is.

        Survives: until it is said, whoever asks what is due is told that it is being worked out.
        """
        stamp, index = self._agenda.stamp, self._current()
        if not stamp:
            return
        others = [
            CaseNo.parse(found["case"])
            for found in self.engine.walk(all_of(FACTS, none_of({"term": {"rules": stamp}})), "case")
        ]
        for some in _parts(others):
            known = followed_to(self._cluster, index, some)
            cases = (case for number in some if (case := self._readable(number)))
            still = [c for c in cases if c.number in known and _head(known[c.number]) == (c.seq, c.head)]
            made = (
                CaseDocuments(c.number, c.seq, facts_of(self._office, c, self._agenda), {}) for c in still
            )
            self._cluster.bulk(index, facts_actions(made))
        kept = read_rules(self._cluster, index)
        if others or (kept.stamp, kept.handed_over) != (stamp, frozenset(self._agenda.handed_over())):
            self._keep_rules(index)
            self._cluster.ask("POST", f"/{index}/_refresh")

    def remove(self, *numbers: CaseNo) -> None:
        """Forget these cases entirely; returns when no node's files hold anything of them any more.

        Raises:
            ClusterDown: E404. IndexNotWritten: E402, it is not confirmed yet; ``catch_up`` tries again.
        """
        with self._turn.alone():
            index = self._current()
            self._cluster.ask("POST", f"/{index}/_refresh")
            for some in _parts(numbers):
                query = {"query": {"terms": {"case": list(map(str, some))}}}
                params = {"conflicts": "proceed", "refresh": "true"}
                self._cluster.ask(
                    "POST", f"/{index}/_delete_by_query", query, params=params, answer_s=_LONG_S
                )
                if self._cluster.ask("POST", f"/{index}/_count", query)["count"]:
                    raise IndexNotWritten(
                        "集群里还有已销毁户的内容",
                        remedy="请稍后再试：archivist reindex --to opensearch --behind。",
                    )
            self._purge(index, ())

    def _purge(self, index: str, ids: Sequence[str]) -> None:
        """Let every node write anew the files that hold anything deleted.

        Args:
            index: the name of an index.
            ids: of documents that must be gone.

        Raises:
            IndexNotWritten: E402, a node has not done so.
        """
        self._cluster.ask("POST", f"/{index}/_refresh")
        if ids:
            left = self._cluster.ask("POST", f"/{index}/_count", {"query": {"ids": {"values": list(ids)}}})
            if left["count"]:
                raise IndexNotWritten("集群里还有已删去的文件")

        def purged() -> bool:
            self._cluster.ask("POST", f"/{index}/_flush", params={"force": "true", "wait_if_ongoing": "true"})
            only = {"only_expunge_deletes": "true", "flush": "true"}
            self._cluster.ask("POST", f"/{index}/_forcemerge", params=only, answer_s=_LONG_S)
            self._cluster.ask("POST", f"/{index}/_refresh")
            stats = self._cluster.ask("GET", f"/{index}/_stats/docs")
            return not stats["_shards"]["failed"] and not stats["_all"]["total"]["docs"]["deleted"]

        if not wait_until(purged, PURGED_S):
            raise IndexNotWritten(
                "已从检索结果中删去，但集群的磁盘文件里还没有确认清除",
                remedy="请看集群是否有节点不在线；恢复后运行 archivist reindex --to opensearch。",
            )

    # ── made anew ────────────────────────────────────────────────────────────────────────────────────────
    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the whole index again from the archive alone, then let the aliases stand for it; the old one answers meanwhile.

        Args:
            progress: called with the cases done and the cases there are.

        Returns:
            The number of cases.

        Raises:
            ForeignIndex: E403, what stands there under this office's name is another archive's.
            ClusterDown: E404. IndexNotWritten: E402.

        Survives: until the aliases are switched, all at once, the old index stays in use, however this ends; what a
            rebuild that was cut short left behind the next one removes.
        """
        with self._turn.alone():
            origin, end = self._archive.trail.origin(), self._archive.trail.end()
            numbers = list(self._archive.case_numbers())
            used = generations.used(self._cluster, self.alias)
            generations.require_own(self._cluster, used, self._archive.trail)
            name = generations.begin(self._cluster, self.alias, used)
            missed = documents = done = 0
            for some in _parts(numbers):
                cases = [case for number in some if (case := self._readable(number))]
                made = [documents_of(self._office, self._archive, case, self._agenda) for case in cases]
                missed += len(some) - len(made)
                self._cluster.bulk(name, record_actions(made, ()))
                self._cluster.bulk(name, facts_actions(made))
                documents += sum(1 + len(case.records) for case in made)
                done += len(some)
                if progress:
                    progress(done, len(numbers))
            self._keep_rules(name)
            self._keep_state(name, ClusterState(origin, None if missed else end))
            if not missed:
                keep_moment(self._cluster, name, self._now)
            self._cluster.ask("PUT", f"/{name}/_settings", {"index.refresh_interval": None})
            self._cluster.ask("POST", f"/{name}/_refresh")
            found = int(self._cluster.ask("POST", f"/{name}/_count")["count"])
            if found != documents + _BESIDE:
                raise IndexFault(
                    f"集群里建了 {found - _BESIDE} 份，应有 {documents} 份，没有启用；请再试一次"
                )
            generations.switch(self._cluster, self._office, self.alias, used, name)
            return len(numbers)

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────
    def _current(self) -> str:
        return indexes_of(self._cluster, self.alias)[-1]

    def _keep_state(self, index: str, state: ClusterState) -> None:
        self._cluster.ask("PUT", f"/{index}/_doc/{STATE}", state.document())

    def _keep_rules(self, index: str) -> None:
        agenda, stamp = self._agenda, self._agenda.stamp
        text = agenda.rules() if stamp else ""
        rules = OfficeRules(self._office, stamp, text, frozenset(agenda.handed_over()))
        self._cluster.ask("PUT", f"/{index}/_doc/{RULES}", rules.document())

    def _head(self, number: CaseNo) -> tuple[int, Sha256] | None:
        try:
            return self._archive.head(number)
        except ArchiveError:
            self.unread.add(number)
            return None

    def _lost(self, number: CaseNo, known: Json) -> bool:
        """Tell whether a case's chain has lost the head to which it was followed."""
        seq, head = _head(known)
        return self._archive.event_digest(str(number), seq) != head

    def _readable(self, number: CaseNo) -> Case | None:
        try:
            return self._archive.read(number)
        except ArchiveError:
            self.unread.add(number)
            return None


def _head(facts: Json) -> tuple[int, Sha256]:
    return int(facts["seq"]), Sha256(facts["head"])


def _parts(numbers: Sequence[CaseNo]) -> Iterator[Sequence[CaseNo]]:
    return (numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH))
