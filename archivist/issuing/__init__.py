"""A document, from the case's facts to the filed record that waits for its signature.

``document`` plan and issue, one or many · ``lawful`` whether at all · ``office`` what belongs to no household · ``posted`` one
notice for many · ``facts`` and ``computed`` case → template values · ``privacy`` what a public
notice may say · ``render`` strict rendering, QR code, inspection · ``addendum``
and ``cells`` text too long for its box · ``layout`` the default templates from parts ·
``pdf`` LibreOffice.
"""
