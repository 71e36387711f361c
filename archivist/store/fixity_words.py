"""What the faults that a check can find are called in Chinese, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "缺失",
        "changed": "被改动",
        "extra": "多出",
        "chain": "事件链断开",
        "state": "内容前后矛盾",
        "unchecked": "未检",
        "newer": "由更新版本的程序写入",
        "foreign": "无关文件",
        "stray": "不属于事件链的文件",
        "misplaced": "户号不符",
        "double": "同一份档案有两份",
        "nested": "里面套着另一份档案",
        "link": "是链接",
        "history": "历史被改动或截断",
        "gone": "案卷不见了",
        "returned": "已销毁的又出现了",
    }
)
REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "用 archivist restore 从备份或报送副本恢复",
        "changed": "用 archivist restore 从备份或报送副本恢复",
        "extra": "查明来历；用 archivist restore 移到 outbox/损坏，或核实后记录决定",
        "chain": "用 archivist restore 从备份恢复事件文件",
        "state": "请保留现场，交维护人员",
        "unchecked": "查明读不出来的原因（权限、磁盘）后重新检查",
        "newer": "请升级本程序后再核对；升级以前这里不接受写入",
        "foreign": "别的程序留下的，不影响档案；用 archivist doctor --tidy 移到 outbox/无关文件，不删除",
        "stray": "查明来历；用 archivist restore 移到 outbox/损坏",
        "misplaced": "查明是谁、何时换的；先移开占着位置的，再把它放回“实为”所写的名下，然后重新核对",
        "double": "比对两份，把多余的一份移出档案库另行保管，然后重新核对",
        "nested": "查明来历；它若是这里缺的档案，移回它自己的位置，否则移出档案库，然后重新核对",
        "link": "查明是谁设的；只删去链接本身，把原来的文件夹或文件放回，或用 archivist restore 从备份恢复",
        "history": "不要运行别的命令；先用 archivist verify --against 与封存、备份核对，再用 archivist restore 恢复；确有缘由的，用 archivist verify --accept 记录决定",
        "returned": "总账中有它的墓碑，不得再用：查明是谁从哪里放回来的，移出档案库，按残留清除",
        "gone": "用 archivist restore 从备份恢复；确已不在的，用 archivist verify --accept 记录决定",
    }
)
