"""The minutes of a meeting over many households, put together from the extracts in their files."""

from __future__ import annotations

from archivist.issuing.office_documents import render_register
from archivist.report.compilation import register_values
from archivist.report.minutes import meetings, minutes_original
from archivist.report.register import RegisterRequest
from tests.documents.pages import squeezed, text_of
from tests.documents.samples import CATALOGUE, CONFIG, ON
from tests.report.homes import with_record
from tests.report.samples import SAID, asked, minuted


def printed(one: RegisterRequest) -> str:
    document = CATALOGUE.get("minutes_original")
    data = render_register(document, CONFIG, register_values(document, minutes_original(one)), on=ON)
    return squeezed(text_of(data))


def test_one_meeting_is_one_document_and_each_household_an_item() -> None:
    """实施方案「议事协商机构会议纪要须存入救助家庭档案备查」: the extracts are in the files, the original says all of them."""
    ((name, one),) = meetings(
        asked(
            minuted(1),
            minuted(2, category="TK"),
            minuted(3, meeting_no="第4期", meeting_time="2024-09-02 09:00"),
        )
    )
    assert name == "议事协商机构会议 第3期"
    text = printed(one)
    assert (
        "2024年8月15日14时30分，郑有为在街道二楼会议室主持召开示范区人民政府槐树街道办事处议事协商机构会议，研究2户"
        in text
    )
    assert "一、样例里社区户主1最低生活保障，户号：YLJD-DB-2024-000001。" in text
    assert "二、样例里社区户主2特困人员救助供养，户号：YLJD-TK-2024-000002。" in text
    assert text.count("同意5票，反对0票，弃权0票。") == 2
    assert "户主3" not in text
    assert "出席：郑有为（参会人员，街道公共服务办公室主任）" in text


def test_meetings_of_each_kind_stay_apart() -> None:
    found = meetings(
        asked(
            minuted(1),
            minuted(1, "leadership_meeting_minutes"),
            minuted(2, "joint_conference_minutes", "ZC"),
            minuted(2, meeting_no="第4期"),
        )
    )
    assert [name for name, _ in found] == [
        "议事协商机构会议 第3期",
        "议事协商机构会议 第4期",
        "困难群众基本生活保障工作联席会议 第3期",
        "街道班子会 第3期",
    ]
    assert [
        n for n, _ in meetings(asked(minuted(1), minuted(2, meeting_no="第4期"), **{"meeting.no": "第4期"}))
    ] == ["议事协商机构会议 第4期"]


def test_the_leadership_and_the_conference_say_amounts_as_decided() -> None:
    people = "郑有为|成员|街道党工委书记"
    leaders = minuted(
        1, "leadership_meeting_minutes", meeting_source="《议事协商机构会议纪要》第3期", meeting_proposal="予以确认。",
        meeting_result="通过", meeting_amount="1330", meeting_attendees=people,
    )  # fmt: skip
    ((_, one),) = meetings(asked(leaders))
    text = printed(one)
    assert "提请事项：《议事协商机构会议纪要》第3期提请审议：予以确认。" in text
    assert "会议结论：会议审议结论：通过。建议予以确认。会议同意的救助金额为1,330.00元。" in text
    cause = {"conference.cause": "因火灾致困。", "conference.limit": "5000", "conference.proposed": "8000"}
    decided = {
        "conference.reason": "特殊情况超过上限",
        "conference.amount": "8000",
        "meeting.attendees": people,
    }
    joint = minuted(2, "joint_conference_minutes", "ZC")
    joint.case.records["0001"].data["given"].update(cause | decided)  # type: ignore[index]
    ((_, one),) = meetings(asked(joint))
    text = printed(one)
    assert "因火灾致困。标准上限5,000.00元，提请8,000.00元，提请原因：特殊情况超过上限。" in text
    assert "会议确定救助金额为8,000.00元。" in text


def test_what_the_extracts_say_differently_is_pointed_out() -> None:
    ((_, one),) = meetings(asked(minuted(1), minuted(2, meeting_place="街道三楼")))
    register = minutes_original(one)
    assert register.values["meeting.place"] == "街道二楼会议室"
    assert register.doubts == ["YLJD-DB-2024-000002：摘录件所记会议地点与其他户的不一致"]


def test_the_latest_extract_of_a_household_counts() -> None:
    twice = with_record(
        minuted(1),
        "deliberation_minutes",
        "05 初审公示",
        given=SAID | {"meeting.conclusion": "更正：不予确认。"},
    )
    ((_, one),) = meetings(asked(twice))
    text = printed(one)
    assert "更正：不予确认。" in text
    assert "建议予以确认。" not in text
