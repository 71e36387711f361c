"""Exactly one case and one type, or a person looks. Nothing is ever guessed into a household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.matching.evidence import Reason, Recognition
from archivist.ingest.matching.recognise import recognise
from archivist.model.case import Case
from archivist.model.facts import parse_facts
from archivist.model.ids import Category
from archivist.procedure.closing import deregister
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, failed_page
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, WANG_ID, make_id

ZHANG_ID = make_id("19710815", "013")
ZHANG = {
    "applicant": {"name": "张三丰", "id_number": ZHANG_ID, "address": "天津市红桥区样例街道另一里9号楼101"}
}


class House:
    """Two households and a way to ask about a page."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace = make_workspace(folder)
        self.wang: Case = open_household(self.workspace)
        self.zhang: Case = open_household(self.workspace, parse_facts(ZHANG))

    def ask(
        self, *pages: str, name: str = "SCAN0001.jpg", codes: tuple[str, ...] = (), failed: str = ""
    ) -> Recognition:
        read = tuple(
            PageText(n, text, codes if n == 1 else (), "ocr", 0.99, 0, 1654, 2339)
            for n, text in enumerate(pages, 1)
        )
        if failed:
            read += (failed_page(len(read) + 1, failed),)
        return recognise(
            ReadResult(JPEG, read), name, WorkspaceDirectory(self.workspace), self.workspace.catalogue
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.workspace.close()


CARD = "居民身份证\n姓名 王秀兰\n公民身份号码 {}"


def test_an_id_number_on_the_page_tells_the_household(house: House) -> None:
    found = house.ask(CARD.format(WANG_ID))
    assert found.certain
    assert found.case is not None and found.case.number == house.wang.number
    assert found.type is not None and found.type.id == "mat_id_card"


def test_an_id_number_with_one_wrong_digit_tells_nothing(house: House) -> None:
    wrong = WANG_ID[:10] + str((int(WANG_ID[10]) + 1) % 10) + WANG_ID[11:]
    found = house.ask(f"居民身份证\n公民身份号码 {wrong}")
    assert found.reason is Reason.NO_CASE


def test_a_member_s_number_tells_the_household_too(house: House) -> None:
    assert house.ask(f"诊断证明书\n患者证号 {make_id('19600110', '011')}").certain


def test_nobody_known_waits_with_its_type(house: House) -> None:
    found = house.ask("居民身份证\n公民身份号码 " + make_id("19900101", "029"))
    assert found.reason is Reason.NO_CASE
    assert found.types == ("mat_id_card",)


def test_a_name_alone_is_a_candidate_never_a_decision(house: House) -> None:
    found = house.ask("诊断证明书\n患者 王秀兰")
    assert found.reason is Reason.NO_CASE
    assert found.cases == (str(house.wang.number),)


def test_a_name_with_its_birth_date_is_enough(house: House) -> None:
    """Evidence, strongest first: … name + birth date/address."""
    assert house.ask("诊断证明书\n患者 王秀兰 出生日期 1962年3月5日").certain
    assert house.ask("诊断证明书\n患者 王 秀 兰\n住址 天津市红桥区邵公庄街道样例里1号楼2门303").certain
    assert not house.ask("诊断证明书\n患者 王秀兰 出生日期 1962年3月6日").certain


def test_numbers_of_two_households_on_one_page_wait(house: House) -> None:
    found = house.ask(f"诊断证明书\n{WANG_ID}\n{ZHANG_ID}")
    assert found.reason is Reason.SEVERAL_CASES
    assert set(found.cases) == {str(house.wang.number), str(house.zhang.number)}


def test_the_drop_folder_tells_the_household(house: House) -> None:
    found = house.ask("诊断证明书", name=f"{house.zhang.number} 张三丰/a.jpg")
    assert found.certain and found.case is not None and found.case.number == house.zhang.number


def test_the_drop_folder_against_somebody_else_s_number_is_a_conflict(house: House) -> None:
    """A file of a clerk's is never guessed into a household."""
    found = house.ask(f"诊断证明书\n{WANG_ID}", name=f"{house.zhang.number} 张三丰/a.jpg")
    assert found.reason is Reason.CONFLICT
    assert set(found.cases) == {str(house.wang.number), str(house.zhang.number)}
    assert found.types == ("mat_medical_evidence",), "what it is can be said all the same"


def test_a_case_number_on_the_page_or_in_the_name(house: House) -> None:
    assert house.ask(f"诊断证明书\n户号：{house.wang.number}").certain
    assert house.ask("诊断证明书", name=f"{house.wang.number}.jpg").certain
    assert house.ask("诊断证明书\n户号：TJHQ-DB-2024-000099").reason is Reason.NO_CASE


def test_a_deregistered_case_takes_nothing_by_itself(house: House) -> None:
    deregister(house.workspace, BY, house.wang.number, on=dt.date(2024, 3, 8), reason="自愿退出")
    assert house.ask(CARD.format(WANG_ID)).reason is Reason.CASE_CLOSED


def test_someone_in_two_households_waits(house: House) -> None:
    """The same person applies under two categories: both are open, a person must say which."""
    open_household(house.workspace, category=Category.ZC)
    assert house.ask(CARD.format(WANG_ID)).reason is Reason.SEVERAL_CASES


def test_no_title_no_name_no_type(house: House) -> None:
    found = house.ask(f"一张纸\n{WANG_ID}")
    assert found.reason is Reason.NO_TYPE
    assert found.cases == (str(house.wang.number),)


def test_the_file_name_may_tell_the_type(house: House) -> None:
    found = house.ask(f"一张纸\n{WANG_ID}", name="王秀兰 户口簿.jpg")
    assert found.certain and found.type is not None and found.type.id == "mat_household_register"


def test_title_and_file_name_that_disagree_wait(house: House) -> None:
    found = house.ask(CARD.format(WANG_ID), name="王秀兰 户口簿.jpg")
    assert found.reason is Reason.SEVERAL_TYPES
    assert set(found.types) == {"mat_id_card", "mat_household_register"}


def test_two_documents_in_one_scan_wait(house: House) -> None:
    """Splitting is not built: filing the whole under the first document would be a guess."""
    found = house.ask(CARD.format(WANG_ID), f"居民户口簿\n{WANG_ID}")
    assert found.reason is Reason.SEVERAL_DOCUMENTS


def test_a_bank_account_is_no_id(house: House) -> None:
    assert house.ask(f"银行卡复印件\n账号 6{WANG_ID}").reason is Reason.NO_CASE


def test_someone_else_s_code_is_just_a_picture(house: House) -> None:
    assert house.ask(CARD.format(WANG_ID), codes=("https://example.invalid/x",)).certain


def test_evidence_never_repeats_a_number(house: House) -> None:
    found = house.ask(CARD.format(WANG_ID))
    assert WANG_ID not in repr(found.evidence)
    assert WANG["applicant"]["name"] not in repr(found.evidence)


@pytest.mark.parametrize("shape", ["{0} 7", "7 {0}", "{1} {2} {3}", "{0}7"])
def test_numbers_beside_numbers_and_numbers_with_blanks(house: House, shape: str) -> None:
    text = shape.format(WANG_ID, WANG_ID[:6], WANG_ID[6:14], WANG_ID[14:])
    assert house.ask(f"诊断证明书\n{text}").certain == (shape != "{0}7")


def test_a_file_with_a_page_that_could_not_be_read_waits(house: House) -> None:
    """“a file with a failed page is never filed by itself as if it was whole”: nobody knows of whom that page is."""
    card = CARD.format(WANG_ID)
    assert house.ask(card).certain
    found = house.ask(card, failed="PDF 第 2 页已损坏")
    assert (found.reason, found.case is not None) == (Reason.PAGES_UNREADABLE, True)
    assert "第 2 页读不出来（PDF 第 2 页已损坏）" in found.message


def test_every_reason_has_its_chinese_words() -> None:
    """The reason in a few Chinese words, as lists show it: short enough for a narrow window, each its own."""
    labels = [reason.label for reason in Reason]
    assert len(set(labels)) == len(labels) and all(2 <= len(label) <= 7 for label in labels)
