"""Which household a read file belongs to, and which document it is: certain, or the reason why a person must look.

``recognise`` puts together what ``match_case`` and ``match_type`` find · ``pages`` what one page says of people, with its
``names`` · ``household`` what is on file of one, compared by ``address`` too · ``drop_folder`` the number and the name of a folder ·
``page_type`` what one page looks like · ``paper_date`` the day a paper bears · ``signed_copy`` whether one of our own forms came
back signed · ``split`` where one paper ends and the next begins · ``near_duplicate`` the same paper scanned twice · ``evidence``
the signs, the reasons, and what is asked of the archive.
"""

__all__ = [
    "address",
    "drop_folder",
    "evidence",
    "household",
    "match_case",
    "match_type",
    "names",
    "near_duplicate",
    "page_type",
    "pages",
    "paper_date",
    "recognise",
    "signed_copy",
    "split",
]
