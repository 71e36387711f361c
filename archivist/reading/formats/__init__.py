"""The formats of files, one module each; a new one is one file here and one test.

``registry`` what a format is, and all of them · ``sample`` what is looked at to tell them apart · ``identify`` what a
file really is · ``pdf`` ``images`` ``ooxml`` ``text`` ``web`` ``mail`` read · ``unpacking`` how files that hold others are
taken apart, and its limits: ``containers`` ``mail`` · ``legacy_office`` ``ofd`` recognised and refused with what a clerk
can do.
"""

__all__ = [
    "containers",
    "identify",
    "images",
    "legacy_office",
    "mail",
    "ofd",
    "ooxml",
    "pdf",
    "registry",
    "sample",
    "text",
    "unpacking",
    "web",
]
