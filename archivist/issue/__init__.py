"""A document, from the case's facts to the filed record that waits for its signature.

``document`` plan and issue, one or many · ``facts`` and ``computed`` case → template values · ``privacy`` what a public
notice may say · ``render`` strict rendering, QR code, inspection · ``layout`` the default templates from parts ·
``pdf`` LibreOffice.
"""
