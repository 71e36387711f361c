"""The page in the browser (``archivist serve``): screens over the use cases of ``api``, for the people of one office.

- ``server``: the one process that listens, on this machine alone
- ``application``: a request's way from the wire to its answer: guards, session, handler, access log, answer
- ``routes``: the one table of what can be asked for, and who may; what is not in it does not exist
- ``sessions``: who signed in, until when, and whether the screen is locked; in memory alone
- ``guards``: the headers of every answer, foreign hosts, foreign forms, too many questions
- ``office``: the workspace a request opens, who acts in it, and the counts beside the menu
- ``visit``: what a handler is given and what it may answer
- ``proof``: who somebody is by the PIN, a second person too
- ``uploads``: forms that bring files along
- ``watching``: the watch of the inbox within the page's process
- ``page_words``: what errors say of commands, said of screens
- ``rendering``: the templates in ``templates/``; every value is escaped
- ``pages``: one module a screen
"""

__all__ = [
    "application",
    "guards",
    "office",
    "page_words",
    "pages",
    "proof",
    "rendering",
    "routes",
    "server",
    "sessions",
    "uploads",
    "visit",
    "watching",
]
