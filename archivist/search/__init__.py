"""Finding things again.

``index`` the facade: follow the chain, rebuild, ask · ``query`` language → ``tree`` · ``embedded`` runs a tree over
``catalogue`` (SQLite: names, numbers, lists) and ``whoosh`` (full text; ``segment``, ``postings``) · ``text`` normal
forms and tokens, ``variants`` traditional forms · ``engine`` the protocols and results.
"""
