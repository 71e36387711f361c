"""The law as data.

``packs/*.toml`` one jurisdiction each · ``pack`` load, extend, ask · ``workdays`` the calendar · ``materials`` what must
be in a file · ``retention`` how long it is kept · ``documents`` and ``doctype`` the catalogue of ``doc_templates``.
"""
