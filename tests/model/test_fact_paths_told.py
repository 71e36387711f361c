"""How a fact is named in what a clerk is told: in Chinese, so that it can be typed again."""

from __future__ import annotations

import re

import pytest

from archivist.errors import InvalidValue
from archivist.model.facts import Path, set_fact
from archivist.model.field_schema import GROUPS


@pytest.mark.parametrize("text", ["猫.姓名", "申请人.猫", "成员.姓名", "成员[一].姓名", "成员[-1].姓名"])
def test_what_there_is_is_told_in_chinese(text: str) -> None:
    """「Bad input: clear Chinese error」: no list of English keys for a clerk to choose from."""
    with pytest.raises(InvalidValue) as caught:
        Path.parse(text)
    assert not re.search("[A-Za-z]{2,}", caught.value.what)


def test_a_group_alone_is_told_by_an_example_in_chinese() -> None:
    """「what to do next」: the example can be typed as it stands."""
    with pytest.raises(InvalidValue) as caught:
        set_fact({}, Path.parse("申请人"), "王")
    example = caught.value.what.rpartition("如 ")[2]
    assert Path.parse(example).field is not None


def test_every_name_that_is_told_can_be_typed() -> None:
    """Names in messages are those that ``case set`` takes."""
    for group in GROUPS:
        row = "[1]" if group.many else ""
        for field in group.fields:
            assert Path.parse(f"{group.label}{row}.{field.label}").field == field
