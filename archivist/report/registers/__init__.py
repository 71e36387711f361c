"""The registers, one module a theme; a new one is one file here and one test.

``registry`` what is registered of a register, and all of them · ``alerts`` ``applications`` ``roll`` ``payments`` ``temporary``
``quick_relief`` ``rates`` ``reconciliation`` ``recovery`` ``reviews`` ``figures`` ``handed_over`` ``archive`` ``custody`` the rows of each.
"""

__all__ = [
    "alerts",
    "applications",
    "archive",
    "custody",
    "figures",
    "handed_over",
    "payments",
    "quick_relief",
    "rates",
    "reconciliation",
    "recovery",
    "registry",
    "reviews",
    "roll",
    "temporary",
]
