"""The search in a cluster: what an office keeps there, and what the bureau finds there of all its offices.

Filing never waits for a cluster. What it lacks is told by the chains and the ledger; a search makes it good when it is
little, ``reindex --to opensearch --behind`` whatever it is.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from archivist.api.search_pages import HitsWanted
from archivist.api.searching import Reindexed, SearchAnswer, answered, household_named
from archivist.errors import ArchivistError, IndexFault, RuleFault, SettingsError, UnknownPack
from archivist.os_reasons import reason_of
from archivist.settings_file import WorkspaceKind

if TYPE_CHECKING:
    from archivist.model.case import Case
    from archivist.rules.pack import Pack
    from archivist.search.cluster_index import ClusterIndex, Lag
    from archivist.search.engine import Results, SearchEngine
    from archivist.search.opensearch import ClusterRequests
    from archivist.search.paging import Page
    from archivist.search.query_tree import Node
    from archivist.workspace import Workspace

USER: Final = "ARCHIVIST_CLUSTER_USER"
PASSWORD: Final = "ARCHIVIST_CLUSTER_PASSWORD"
"""Environment variables; the password stands nowhere else."""
_FOLLOWED_AT_ONCE: Final = 200
"""So many cases a question lets the cluster follow before it is answered."""
_GLANCE_S: Final = 1.0
"""So long each node is waited for by who only looks how things stand."""


@dataclass(frozen=True, slots=True)
class ClusterStanding:
    """How a cluster stands.

    Attributes:
        fine: whether it is there and lacks nothing.
        said: what is to be said of it.
        lag: how many households it lacks something of; ``None`` where it did not answer, and at the bureau.
    """

    fine: bool
    said: str
    lag: int | None = None


def search(
    workspace: Workspace,
    query: str,
    *,
    now: dt.datetime,
    filters: Mapping[str, str] = {},
    wanted: HitsWanted = HitsWanted(),  # noqa: B008 — frozen
) -> SearchAnswer:
    """Answer a query from the cluster: of an office's own files, at the bureau of all offices'.

    Args:
        workspace: the open workspace.
        query: in the query language; may be empty when there are filters.
        now: the moment, aware.
        filters: name of a field → value; ``case`` may be whatever names a household of the office.
        wanted: which hits, in which order, and what is said of them.

    Raises:
        BadQuery: E401. ClusterDown: E404. IndexFault: E400. SettingsError: E500.
    """
    from archivist.search.cluster_generations import BUREAU

    if workspace.config.kind is not WorkspaceKind.BUREAU:
        filters = household_named(workspace, filters)
    notices: tuple[str, ...] = ()
    with requests_of(workspace) as cluster:
        engine: SearchEngine
        lag: Lag | None = None
        if workspace.config.kind is WorkspaceKind.BUREAU:
            from archivist.search.cluster_engine import ClusterEngine

            engine = ClusterEngine(cluster, BUREAU)
            notices = _without_an_index(workspace, cluster)
        else:
            index = index_of(workspace, cluster, now)
            lag = made_current(index)
            notices, engine = lacks(lag), index.engine

        def ask(tree: Node, page: Page) -> Results:
            return engine.search(lag.without_forgotten(tree) if lag else tree, page)

        return answered(ask, query, filters, wanted, workspace=workspace, notices=notices)


def _without_an_index(workspace: Workspace, cluster: ClusterRequests) -> tuple[str, ...]:
    """Say which offices of the bureau's settings have no index in the cluster: nothing of theirs is found."""
    from archivist.search.cluster_agenda import offices_of
    from archivist.search.cluster_generations import BUREAU

    there = offices_of(cluster, BUREAU)
    missing = [office for office in workspace.config.offices if office.code not in there]
    if not missing:
        return ()
    names = "、".join(f"{office.name}（{office.code}）" for office in missing)
    return (f"结果不含{names}：还没有在集群里建索引，请在这些单位运行 archivist reindex --to opensearch",)


def reindex(
    workspace: Workspace,
    now: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
    *,
    behind: bool = False,
) -> Reindexed:
    """Make the office's index in the cluster again from the archive, or only what it lacks; the old one answers meanwhile.

    Args:
        workspace: the office's.
        now: the moment, aware.
        progress: called with the cases done and the cases there are.
        behind: follow what changed, forget what was destroyed, work out what is due again where the rules changed, and no more.

    Returns:
        The number of cases in the new index, or of those that had changed.

    Raises:
        ClusterDown: E404. IndexFault: E400. IndexNotWritten: E402. SettingsError: E500.
    """
    with requests_of(workspace) as cluster:
        index = index_of(workspace, cluster, now)
        done = Reindexed(index.catch_up() if behind else index.rebuild(progress))
    if index.changed:
        raise IndexFault(
            f"{len(index.changed)} 户的事件链缺少集群记得的事件，没有跟进；其余的已补齐",
            remedy="运行 archivist verify 查明；查明并作出决定后，运行 archivist reindex --to opensearch 重建。",
        )
    return done


def follow(workspace: Workspace, now: dt.datetime, *, patience_s: float) -> int:
    """Bring the office's index in the cluster up to the archive, and forget what was destroyed; return how many had changed.

    Args:
        workspace: the office's.
        now: the moment, aware.
        patience_s: so long the cluster is waited for.

    Raises:
        ClusterDown: E404, it did not answer for ``patience_s`` seconds. IndexFault: E400. IndexNotWritten: E402. SettingsError: E500.
    """
    with requests_of(workspace, patience_s) as cluster:
        index = index_of(workspace, cluster, now)
        if index.lag().to_forget:
            return index.catch_up()
        count = index.follow_many(wait_s=0)
        index.work_out_again()
        return count


def standing(workspace: Workspace, *, at_a_glance: bool = False) -> ClusterStanding | None:
    """Return how the cluster stands; ``None`` where none is set up.

    Args:
        workspace: the open workspace.
        at_a_glance: each node is asked once, and waited for a second: whoever only looks does not wait for one that is down.
    """
    if not workspace.config.cluster.urls:
        return None
    try:
        with requests_of(workspace, *((0.0, _GLANCE_S) if at_a_glance else ())) as cluster:
            if workspace.config.kind is WorkspaceKind.BUREAU:
                missing = _without_an_index(workspace, cluster)
                return ClusterStanding(not missing, "；".join(missing) or "各单位的索引都在")
            lag = index_of(workspace, cluster, None).lag()
    except ArchivistError as error:
        return ClusterStanding(False, f"{error}；{error.remedy}")
    return ClusterStanding(not lag, "；".join(lacks(lag)) or "与档案库一致", len(lag.behind))


def lacks(lag: Lag) -> tuple[str, ...]:
    """Say what the cluster lacks."""
    how = "运行 archivist reindex --to opensearch --behind 补上"
    said = []
    if lag.behind:
        said.append(f"集群还缺 {len(lag.behind)} 户的最新内容，结果可能不全：{how}")
    if lag.to_forget:
        said.append(f"集群里还有已销毁的 {len(lag.to_forget)} 户没有清除（不再显示）：{how}")
    return tuple(said)


def made_current(index: ClusterIndex) -> Lag:
    """Let the cluster follow what little it lacks; return what it lacks still."""
    lag = index.lag()
    if 0 < len(lag.behind) <= _FOLLOWED_AT_ONCE:
        with suppress(IndexFault):
            index.follow_many(wait_s=0)
        lag = index.lag()
    return lag


class _WorkedOut:
    """What is due, worked out by the workspace's rules (an ``OfficeAgenda``); they are read when a case is followed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def _pack(self) -> Pack | None:
        with suppress(RuleFault, UnknownPack):
            return self._workspace.pack
        return None

    @cached_property
    def stamp(self) -> str:
        from archivist.procedure.case_sights import rules_stamp

        return rules_stamp(self._pack) if self._pack else ""

    def rules(self) -> str:
        return self._workspace.pack_text()

    def standing(self, case: Case) -> str:
        from archivist.procedure.case_sights import worked_out

        return worked_out(case, self._pack) if self._pack else ""

    def handed_over(self) -> list[str]:
        return sorted(map(str, self._workspace.archive.custody.readable()))


def index_of(workspace: Workspace, cluster: ClusterRequests, now: dt.datetime | None) -> ClusterIndex:
    """Return the office's index in a cluster; ``now`` is the moment, where anything is to be followed.

    Raises:
        SettingsError: E500, the workspace is a bureau's, or its office has no code.
    """
    from archivist.search.cluster_index import ClusterIndex

    office = workspace.config.office.code
    if workspace.config.kind is WorkspaceKind.BUREAU or not office:
        raise SettingsError(
            "集群里的索引由各镇街自己建立" if office else "没有写明单位代码，集群里的索引无从命名",
            file="archivist.toml",
            remedy="请在镇街的工作区运行；[office] code 是单位代码。",
        )
    moment = now.isoformat(timespec="seconds") if now else ""
    folder = workspace.root / "index"
    return ClusterIndex(cluster, office, workspace.archive, folder, _WorkedOut(workspace), moment)


@contextmanager
def requests_of(
    workspace: Workspace, patience_s: float | None = None, answer_s: float | None = None
) -> Iterator[ClusterRequests]:
    """Speak to the cluster of the settings for a block, with a patience of one's own where it is given (seconds).

    Raises:
        SettingsError: E500, there is none, or nobody could be asked as the settings have it.
    """
    settings = workspace.config.cluster
    if not settings.urls:
        raise SettingsError(
            "没有设置检索集群",
            file="archivist.toml",
            remedy='请在 [cluster] 写明 urls = ["https://…:9200"]；本机的索引照常可用。',
        )
    from archivist.search.opensearch import ClusterAddress, ClusterRequests

    user = os.environ.get(USER, settings.user)
    if ":" in user:  # parts user and password on the way
        raise SettingsError(
            "集群的用户名里不能有冒号",
            file="archivist.toml",
            remedy=f"请改 [cluster] user 或环境变量 {USER}；本机的索引照常可用。",
        )
    address = ClusterAddress(settings.urls, _authority(workspace), user, os.environ.get(PASSWORD, ""))
    if patience_s is not None:
        address = replace(address, patience_s=patience_s)
    if answer_s is not None:
        address = replace(address, answer_s=answer_s)
    cluster = ClusterRequests(address)
    try:
        yield cluster
    finally:
        cluster.close()


def _authority(workspace: Workspace) -> str:
    """Return where the certificate authority of the settings lies, from the workspace's folder on; empty for the system's own.

    Raises:
        SettingsError: E500, there is no certificate.
    """
    named = workspace.config.cluster.ca
    if not named:
        return ""
    import ssl

    path = workspace.root / named
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        why = "里面没有证书"
    except OSError as error:
        why = reason_of(error)
    else:
        return str(path)
    raise SettingsError(
        f"[cluster] ca 所指的文件“{named}”用不了：{why}",
        file="archivist.toml",
        remedy="请写明签发集群证书的 CA 文件（PEM），相对路径从工作区算起；本机的索引照常可用。",
    )
