"""The formats of files, one module each; a new one is one file here and one test.

``registry`` what a format is, and all of them · ``sample`` what is looked at to tell them apart · ``identify`` what a
file really is · ``pdf`` ``images`` ``ooxml`` ``spreadsheets`` ``text`` ``web`` ``mail``
``ofd`` (with ``ofd_drawing``) read · ``documents`` read as the PDF that
LibreOffice makes of them · ``media`` recordings, which have no text · ``unpacking`` how files that hold others are taken
apart, and its limits: ``zip`` ``seven_zip`` ``rar`` ``mail``
``outlook`` · ``unread_office`` recognised and refused with what a clerk can do · ``office_password`` locked
ones opened with their password.
"""

__all__ = [
    "documents",
    "identify",
    "images",
    "mail",
    "media",
    "ofd",
    "ofd_drawing",
    "office_password",
    "ooxml",
    "outlook",
    "pdf",
    "rar",
    "registry",
    "sample",
    "seven_zip",
    "spreadsheets",
    "text",
    "unpacking",
    "unread_office",
    "web",
    "zip",
]
