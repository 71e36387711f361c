"""One module a screen: what it asks ``api`` for, and what it answers.

- ``sign_in``: name and PIN, the first PIN, the lock
- ``today``: 今天, what is open
- ``tray``: 待认领, one item after the other
- ``households``: 户档 and 检索
- ``household``: one household, and its history
- ``record``: 件, one filed paper and its pages
- ``due``: 期限
"""

__all__ = ["due", "household", "households", "record", "sign_in", "today", "tray"]
