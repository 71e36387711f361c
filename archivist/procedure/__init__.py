"""What becomes of a case.

``cases`` open, change facts, deregister · ``facts_file`` facts from TOML, JSON, .xlsx · ``steps`` what may be done, and doing it:
``refusal_reasons`` why not, ``step_documents`` what it brings forth · ``corrections`` a step put right · ``agenda`` what is due ·
``completeness_audit`` what is missing.
"""

__all__ = [
    "agenda",
    "cases",
    "completeness_audit",
    "corrections",
    "facts_file",
    "refusal_reasons",
    "step_documents",
    "steps",
]
