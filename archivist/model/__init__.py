"""Values and the fold over events: standard library only, no I/O, no clock.

``ids`` case, record and ID numbers · ``chinese`` names, amounts, dates · ``codes`` the QR payload · ``values``,
``schema`` and ``facts`` what is known of a household · ``case`` events and the state they lead to.
"""
