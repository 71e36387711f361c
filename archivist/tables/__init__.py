"""Sheets in and out: what a clerk hands in as ``.xlsx``, and what is handed out as one. Only this package imports openpyxl.

``reader`` the one reader: rows of typed cells that say where they stand · ``writer`` the one writer: numbers that can be
reckoned with, text that stays text, a page that can be printed. What a heading means is the business of who asks.
"""

__all__ = ["reader", "writer"]
