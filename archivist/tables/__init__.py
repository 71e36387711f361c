"""Sheets in and out: what a clerk hands in as ``.xlsx`` or ``.csv``, and what is handed out. Only this package imports openpyxl.

``reader`` the one reader of workbooks: rows of typed cells that say where they stand · ``filled_in`` what a clerk filled in, read
strictly · ``any_sheet`` rosters as other programs left them · ``writer`` the one writer: numbers that can be
reckoned with, text that stays text, a page that can be printed. What a heading means is the business of who asks.
"""

__all__ = ["any_sheet", "filled_in", "reader", "writer"]
