"""The law as data.

``packs/*.toml`` one jurisdiction each · ``pack`` load, extend, ask · ``workdays`` the calendar · ``materials`` what must
be in a file · ``volume`` what a file consists of · ``retention`` how long it is kept · ``holds`` what forbids its
destruction · ``documents`` and ``doctype`` the catalogue of ``doc_templates``.
"""
