"""The layout language, and the templates built from it.

``grammar`` the language → ``build`` a template from it, by ``page`` ``letterhead`` ``parts`` ``forms`` ``tables``
``household_tables`` ``fields`` and the one ``writer`` · ``text_width`` how wide words are · ``keep_together``
``signature_places`` what may not be torn apart or forgotten · ``check`` whether a template, also a clerk's own, can be used,
by ``left_behind`` ``visible_text`` ``off_page`` ``placeholders`` what an editor leaves in its file ·
``printed_sample`` what it looks like on paper · ``own_copy`` none of a clerk's is used before that · ``wording_changes`` how two differ.
"""

__all__ = [
    "build",
    "check",
    "fields",
    "forms",
    "grammar",
    "household_tables",
    "keep_together",
    "left_behind",
    "letterhead",
    "off_page",
    "own_copy",
    "page",
    "parts",
    "placeholders",
    "printed_sample",
    "signature_places",
    "tables",
    "text_width",
    "visible_text",
    "wording_changes",
    "writer",
]
