"""What a paper says and what it looks like.

``values`` what it says · ``render`` from values to pages · ``template`` the layout language, building and checking templates.
"""

__all__ = ["render", "template", "values"]
