"""The command line. Only here is the clock read and anything printed.

``main`` the group and the one error edge · ``identity`` who sits there · ``session`` options, workspace, tables, progress, JSON, ``encoding`` what a console can carry, ``asking`` questions, ``parameters`` days and pairs, ``viewer`` a file opened in its program · one thin module
for each family of commands: ``cases`` (with ``steps``, ``household_changes``, ``records``, ``expunging``, ``transfers``, ``history``, ``finishing``, ``case_export``) ·
``agenda`` · ``next_acts`` · ``check`` (with ``four_nature``) · ``inbox`` ``review`` (with ``rearranging``, ``passwords``, ``page_images``) · ``documents`` · ``printing`` · ``reports`` · ``templates`` · ``find`` ·
``fixity`` · ``backup`` · ``submissions`` (with ``signatures``) · ``ledger`` · ``people`` · ``access`` · ``retention`` ``disposal`` (with ``holds``) · ``bureau`` · ``rules`` · ``setup`` · ``serve`` (the page) · ``demo``.
"""

__all__ = [
    "access",
    "agenda",
    "asking",
    "backup",
    "bureau",
    "case_export",
    "cases",
    "check",
    "demo",
    "documents",
    "encoding",
    "expunging",
    "find",
    "finishing",
    "fixity",
    "four_nature",
    "history",
    "holds",
    "household_changes",
    "identity",
    "inbox",
    "ledger",
    "main",
    "next_acts",
    "page_images",
    "parameters",
    "passwords",
    "people",
    "printing",
    "rearranging",
    "records",
    "reports",
    "retention",
    "review",
    "rules",
    "serve",
    "session",
    "setup",
    "signatures",
    "steps",
    "submissions",
    "templates",
    "transfers",
    "viewer",
]
