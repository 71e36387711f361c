"""One module a screen: what it asks ``api`` for, and what it answers.

- ``sign_in``: name and PIN, the first PIN, the lock
- ``today``: 今天, what is open
- ``tray``: 待认领, one item after the other
- ``tray_pages``: its pages turned, parted, joined; many items at once
- ``households``: 户档 and 检索
- ``opening``: 立户, a new household
- ``household``: one household, and its history
- ``dropping``: files brought to a household or the tray
- ``acts``: a step taken, a document issued
- ``bulk_issue``: a document of many households at once
- ``record``: 件, one filed paper and its pages
- ``due``: 期限
- ``sign``: 待签打印
- ``reports``: 册表
- ``retention``: 保管, batches that are appraised and approved
- ``system``: 运行
- ``settings``: 设置, and who looked at what
"""

__all__ = [
    "acts",
    "bulk_issue",
    "dropping",
    "due",
    "household",
    "households",
    "opening",
    "record",
    "reports",
    "retention",
    "settings",
    "sign",
    "sign_in",
    "system",
    "today",
    "tray",
    "tray_pages",
]
