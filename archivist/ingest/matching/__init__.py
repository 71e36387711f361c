"""Which household a read file belongs to, and which document it is: certain, or the reason why a person must look.

``recognise`` puts together what ``match_case`` and ``match_type`` find · ``page_type`` what one page looks like ·
``signed_copy`` whether one of our own forms came back signed · ``split`` where one paper ends and the next begins ·
``evidence`` the signs, the reasons, and what is asked of the archive.
"""

__all__ = ["evidence", "match_case", "match_type", "page_type", "recognise", "signed_copy", "split"]
