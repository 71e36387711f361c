"""What becomes of a case.

``cases`` open, change facts, deregister · ``facts_file`` facts from TOML, JSON, .xlsx · ``disposal`` the retention list.
"""
