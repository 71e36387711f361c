"""How a search in a cluster is refused (E404); the rest of the tree of errors stands in ``archivist.errors``."""

from __future__ import annotations

from archivist.errors import IndexFault


class ClusterDown(IndexFault):
    """The search cluster does not answer, or not to this user; filing does not need it, it is made good later."""

    code, exit_status, title = "E404", 44, "检索集群不可用"
    remedy = "归档不受影响，集群恢复后自动补齐；现在请用本机的索引检索（--engine embedded）。"
