"""A cluster of OpenSearch as this program speaks to it: one request after another, repeated while the cluster is busy or a node is gone.

The only module that imports opensearch-py (the extra ``cluster``). Nothing is logged, and no message repeats what the cluster
said: requests hold names, numbers and what was asked, answers hold papers. The password comes from the environment alone.
"""

from __future__ import annotations

import base64
import logging
import math
import random
import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from archivist.cluster_errors import ClusterDown
from archivist.errors import IndexFault, IndexNotWritten
from archivist.search.cluster_documents import Json, encoded

try:
    import opensearchpy
    from opensearchpy.exceptions import (
        AuthenticationException,
        AuthorizationException,
        NotFoundError,
        OpenSearchException,
        SSLError,
        TransportError,
    )
except ImportError as error:  # pragma: no cover
    raise IndexFault(
        "没有安装集群检索所需的组件", remedy="运行 pip install 'archivist[cluster]'；本机的索引不受影响。"
    ) from error

REQUEST_S: Final = 20.0
"""So long one request may take before another node is asked."""
BULK_BYTES: Final = 4 << 20
BULK_LINES: Final = 1_000
"""Documents in one request; half as many after each time that the cluster is too busy for so many."""
PATIENCE_S: Final = 120.0
"""So long writing is tried again: a node that died or hangs is found out by the others within a minute or so."""
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 10.0
_BUSY: Final = frozenset({429, 502, 503, 504})
_ACTION: Final = re.compile(r"\b(?:indices|cluster):[a-z_/*:\[\]]*[a-z*]")
"""A right as the cluster names it, which says nothing of what was asked."""
_LOGGERS: Final = ("opensearch", "opensearchpy.trace")
_BLOCKED: Final = (
    "flood-stage",
    "flood stage",
    "disk usage exceeded",
    "read-only",
    "cluster_block_exception",
)


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster is and who asks it; what is printed of it says neither user nor password.

    Attributes:
        urls: of its nodes, such as ``https://10.1.2.3:9200``.
        ca: file of the certificate authority that signed the nodes' certificates; the system's own when empty.
        user: of the cluster; nobody when empty.
        patience_s: so long something is tried again; with none each node is asked once at most.
        answer_s: so long one answer of one node is waited for, unless a request says otherwise.
    """

    urls: tuple[str, ...]
    ca: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    patience_s: float = PATIENCE_S
    answer_s: float = REQUEST_S


class ClusterRequests:
    """Speaks to one cluster; each call waits while the cluster is busy, up to the patience of its address."""

    def __init__(self, address: ClusterAddress) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).disabled = True
        account = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
        self._address = address
        self._client = opensearchpy.OpenSearch(
            hosts=list(address.urls),
            headers={"authorization": f"Basic {account}"} if address.user else None,
            ca_certs=address.ca or None,
            timeout=address.answer_s,
            max_retries=max(3, len(address.urls)) if address.patience_s else len(address.urls) - 1,
            retry_on_timeout=True,
            http_compress=False,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        patience_s: float | None = None,
        answer_s: float | None = None,
    ) -> Json:
        """Return the answer to a request that may be repeated.

        Args:
            method: of HTTP.
            path: with its slash.
            body: JSON, or bytes as they are sent.
            params: behind the question mark.
            patience_s: so long it is tried again, where the address has no less patience.
            answer_s: so long one answer is waited for; as the address says when ``None``.

        Raises:
            ClusterDown: E404, it does not answer, or not to this user. IndexNotWritten: E402, it has no room. NotThere: it has no such thing.
            AlreadyThere: it has such a thing.
        """
        patience_s = min(self._address.patience_s, math.inf if patience_s is None else patience_s)
        until = time.monotonic() + patience_s
        timeout = self._address.answer_s if answer_s is None else answer_s
        for pause in _pauses():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # notes of what later versions will do away with
                    found: Json = self._client.transport.perform_request(
                        method, path, params={**(params or {}), "request_timeout": timeout}, body=body
                    )
                return found
            except NotFoundError as error:
                raise NotThere from error
            except OpenSearchException as error:
                if _type(error) == "resource_already_exists_exception":
                    raise AlreadyThere from None
                if not _passes(error) or time.monotonic() + pause > until:
                    raise _fault(error) from None
                time.sleep(pause)
        raise AssertionError

    def bulk(self, index: str, actions: Iterable[tuple[Json, Json | None]]) -> None:
        """Write and delete documents, in order by id; returns when every one is written, or raises.

        Whatever the cluster is too busy for is sent again, less at a time, after a pause that grows.

        Args:
            index: the name of an index.
            actions: each the action's own line and the document, ``None`` to delete.

        Raises:
            ClusterDown: E404. IndexNotWritten: E402, the cluster has no room, or refuses a document.
        """
        size = BULK_LINES
        for chunk in _chunks(actions):
            waiting, until = chunk, time.monotonic() + self._address.patience_s
            pauses = _pauses()
            while waiting:
                refused = []
                for start in range(0, len(waiting), size):
                    refused += self._bulk_once(index, waiting[start : start + size])
                if refused:
                    size = max(1, size // 2)
                    pause = next(pauses)
                    if time.monotonic() + pause > until:
                        raise ClusterDown("集群一直太忙，没有写完")
                    time.sleep(pause)
                waiting = refused

    def _bulk_once(
        self, index: str, actions: list[tuple[Json, Json | None]]
    ) -> list[tuple[Json, Json | None]]:
        """Send actions once; return those to be sent again."""
        lines = [line for action, document in actions for line in (action, document) if line is not None]
        answer = self.ask("POST", f"/{index}/_bulk", encoded(lines))
        refused = []
        for action, item in zip(actions, answer["items"], strict=True):
            ((verb, said),) = item.items()
            status = int(said["status"])
            if status < 300 or (verb == "delete" and status == 404):
                continue
            reason = str(said.get("error", {}).get("reason", ""))
            if any(word in reason for word in _BLOCKED):
                raise _full()
            if status in _BUSY:
                refused.append(action)
            elif status == 409:
                raise Overtaken
            else:
                raise IndexNotWritten(f"集群不收一份文件（{status}）", remedy=_ASK)
        return refused


class NotThere(LookupError):
    """The cluster has no such index, alias or document."""


class AlreadyThere(RuntimeError):
    """The cluster has such an index: it was made by an attempt whose answer was lost."""


class Overtaken(RuntimeError):
    """The cluster knows a later state of a case than the one that was to be written."""


_ASK: Final = "请管理集群的人查看集群的日志；归档不受影响。"


def _full() -> IndexNotWritten:
    return IndexNotWritten(
        "集群的磁盘快满了，已停止写入", remedy="请管理集群的人腾出空间；归档不受影响，之后自动补齐。"
    )


def _passes(error: OpenSearchException) -> bool:
    """Tell whether an error is worth another try."""
    if isinstance(error, SSLError | AuthenticationException | AuthorizationException):
        return False
    if not isinstance(error, TransportError):
        return False
    return error.status_code in _BUSY and not _is_block(error) if isinstance(error.status_code, int) else True


def _type(error: OpenSearchException) -> str:
    """Return the kind of an error as the cluster names it; the name says nothing of what was asked."""
    name = str(error.error) if isinstance(error, TransportError) else ""
    return name if re.fullmatch("[a-z_]+", name) else ""


def _is_block(error: TransportError) -> bool:
    return any(word in str(error.info) for word in _BLOCKED[:3])


def _fault(error: OpenSearchException) -> IndexFault:
    """Return what an error means, without a word of what was asked or said."""
    if isinstance(error, SSLError):
        return ClusterDown("集群的证书不可信", remedy="请在 [cluster] ca 写明签发证书的 CA 文件。")
    if isinstance(error, AuthenticationException):
        return ClusterDown(
            "集群不认这个用户", remedy="请核对 [cluster] user 和环境变量 ARCHIVIST_CLUSTER_PASSWORD。"
        )
    if isinstance(error, AuthorizationException) and not _is_block(error):
        lacking = "、".join(_ACTION.findall(str(error.info)))
        return ClusterDown(
            f"这个用户在集群里没有这项权限{f'（{lacking}）' if lacking else ''}",
            remedy="请管理集群的人核对给这个用户的角色（docs/cluster.md）；本机的索引不受影响。",
        )
    if isinstance(error, TransportError) and isinstance(error.status_code, int):
        if _is_block(error):
            return _full()
        return ClusterDown(f"集群没有办成（{error.status_code} {_type(error)}）", remedy=_ASK)
    return ClusterDown("集群没有应答")


def _pauses() -> Iterator[float]:
    """Yield growing pauses in seconds, each a little different, so that offices do not come back all at once."""
    pause = FIRST_PAUSE_S
    while True:
        yield pause * random.uniform(0.75, 1.25)
        pause = min(pause * 2, LONGEST_PAUSE_S)


def _chunks(actions: Iterable[tuple[Json, Json | None]]) -> Iterator[list[tuple[Json, Json | None]]]:
    """Yield the actions in pieces of some ``BULK_BYTES``, counted roughly."""
    chunk: list[tuple[Json, Json | None]] = []
    size = 0
    for action in actions:
        chunk.append(action)
        size += _bytes(action[1]) if action[1] else 100
        if size >= BULK_BYTES or len(chunk) >= BULK_LINES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _bytes(document: Mapping[str, Any]) -> int:
    """Return about how long a document is when it is sent: most of its characters are Chinese."""
    return 500 + 3 * sum(len(value) for value in document.values() if isinstance(value, str))


def wait_until(check: Callable[[], bool], wait_s: float) -> bool:
    """Ask again and again whether something has come about; return whether it has within so many seconds."""
    until = time.monotonic() + wait_s
    for pause in _pauses():
        if check():
            return True
        if time.monotonic() + pause > until:
            return False
        time.sleep(pause)
    raise AssertionError
