"""Invented people with valid checksums; no real person's number."""

from __future__ import annotations

from typing import Any

from archivist.model.facts import Facts, parse_facts
from archivist.model.ids import id_check_digit


def make_id(birth: str = "19620305", sequence: str = "002", region: str = "120106") -> str:
    """Return a synthetic ID number."""
    body = region + birth + sequence
    return body + id_check_digit(body)


WANG_ID = make_id("19620305", "002")
WANG: dict[str, Any] = {
    "applicant": {
        "name": "王秀兰",
        "id_type": "居民身份证",
        "id_number": WANG_ID,
        "household_address": "天津市红桥区邵公庄街道样例里1号楼2门303",
        "address": "天津市红桥区邵公庄街道样例里1号楼2门303",
        "village": "样例里社区",
        "hukou": "城镇",
        "phone": "022-00001111",
    },
    "members": [
        {
            "name": "李样例",
            "relation": "配偶",
            "id_number": make_id("19600110", "011"),
            "living_together": True,
            "covered": True,
        }
    ],
    "application": {"date": "2024-03-04", "cause": "因病致贫", "received_on": "2024-03-04"},
}


def wang() -> Facts:
    """Return the facts of an ordinary household."""
    return parse_facts(WANG)
