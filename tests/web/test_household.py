"""One household: steps taken, documents issued, facts put right, numbers shown, files dropped; and what somebody else did meanwhile."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.web.browser import HERE, PIN, Browser, Page
from tests.web.test_guards import logged
from tests.web.test_screens import WANG_ID, records

CASE = "TJHQ-DB-2024-000001"
AT = f"/case/{CASE}"


def head(browser: Browser, path: str = AT) -> str:
    """Return the head that the forms of a page carry."""
    found = re.search(r'name="head" value="([0-9a-f]{64})"', browser.get(path).text)
    assert found
    return found[1]


def test_what_must_be_done_stands_before_what_may_be_issued(page: Page) -> None:
    """“现在做什么 first, blocked acts say why”: papers that could be issued at any time stand below the next steps."""
    text = page.browser("林经办").get(AT).text.partition("现在做什么")[2].partition("</section>")[0]
    steps = [found.start() for found in re.finditer(r"/step\?step=", text.partition("<details")[0])]
    papers = [found.start() for found in re.finditer("制发 [^<]*…", text)]
    assert steps and papers and max(steps) < min(papers)


def test_a_step_is_planned_and_then_taken(page: Page) -> None:
    """“next step's button, date is today, plan shown → confirm; 2 clicks”: what was only looked at writes nothing."""
    browser = page.browser("林经办")
    text = browser.get(f"{AT}/step").text
    step = re.findall(rf'href="{AT}/step\?step=([a-z_]+)"', text)
    assert step
    with Workspace.open(page.root) as workspace:
        before = workspace.archive.read(CaseNo.parse(CASE)).seq
    for one in step:
        shown = browser.get(f"{AT}/step?step={one}")
        assert shown.status_code == 200
        if 'name="confirmed"' in shown.text:
            break
    else:
        raise AssertionError("no step can be taken")
    with Workspace.open(page.root) as workspace:
        assert workspace.archive.read(CaseNo.parse(CASE)).seq == before
    done = browser.post(f"{AT}/step", step=one, on="2024-03-08", head=head(browser), confirmed="1")
    assert done.headers["location"] == AT
    with Workspace.open(page.root) as workspace:
        assert workspace.archive.read(CaseNo.parse(CASE)).steps[-1].id == one


def test_a_step_that_cannot_be_taken_says_why_and_keeps_what_was_typed(page: Page) -> None:
    """“blocked acts say why”; “nothing typed is lost”."""
    browser = page.browser("林经办")
    (step, *_) = re.findall(rf'href="{AT}/step\?step=([a-z_]+)"', browser.get(f"{AT}/step").text)
    browser.get(f"{AT}/step?step={step}")
    answer = browser.post(
        f"{AT}/step", step=step, on="2024-03-08", by="林经办、佟复审", more="没有等号", confirmed="1"
    )
    assert answer.status_code == 409
    assert 'value="林经办、佟复审"' in answer.text
    assert "没有等号" in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("person", "step"), [("林经办", "abandon"), ("林经办", "accept"), ("佟复审", "review")]
)
def test_nothing_is_called_wrong_before_anything_was_sent(page: Page, person: str, step: str) -> None:
    """“checked on blur”, “Error … beside the field”: a form that nobody sent yet has no error, whatever it will ask for."""
    browser = page.browser(person)
    for path in (f"{AT}/step?step={step}", f"{AT}/issue", f"{AT}/issue?document=受理通知书"):
        text = browser.get(path).text
        assert 'role="alert"' not in text, path
        assert 'id="problem"' not in text, path
    asked = browser.get(f"{AT}/issue?document=受理通知书").text
    assert 'name="document" value="受理通知书"' in asked
    assert (
        'name="document" value="受理通知书"' in browser.get(f"{AT}/issue?document=acceptance_notice").text
    ), "no clerk reads ids"
    assert "办以前还差" in asked


def test_a_step_that_wants_a_reason_says_so_once_it_was_sent_without(page: Page) -> None:
    """“Error: code, cause, 怎么办 beside the field”: the same form, sent."""
    browser = page.browser("林经办")
    offered = re.findall(rf'href="{AT}/step\?step=([a-z_]+)"', browser.get(AT).text)
    for step in dict.fromkeys(offered):
        shown = browser.get(f"{AT}/step?step={step}").text
        if 'role="alert"' in browser.post(f"{AT}/step", step=step, on="2024-03-08").text:
            assert 'role="alert"' not in shown
            return
    raise AssertionError("every step can be taken")


def test_the_steps_to_come_stand_behind_those_taken(page: Page) -> None:
    """“stage ribbon”: what was done with its day, where it stands, what comes by the rules, and until when."""
    browser = page.browser("林经办")
    assert "列入发放" in browser.get(AT).text.partition('<ol class="steps"')[2].partition("</ol>")[0]
    for step in re.findall(rf'href="{AT}/step\?step=([a-z_]+)"', browser.get(f"{AT}/step").text):
        if 'name="confirmed"' in browser.get(f"{AT}/step?step={step}").text:
            browser.post(f"{AT}/step", step=step, on="2024-03-08", head=head(browser), confirmed="1")
            break
    ribbon = browser.get(AT).text.partition('<ol class="steps"')[2].partition("</ol>")[0]
    titles = re.findall(r"</span>([^<]+)<small", ribbon)
    assert titles.index("受理") < titles.index("提请信息核对") < titles.index("列入发放") == len(titles) - 1
    taken, _, coming = ribbon.partition("</li>")
    assert 'aria-current="step"' in taken
    assert "03-08" in taken
    assert "aria-current" not in coming
    assert coming.count("还没有办") == len(titles) - 1


def test_a_document_is_planned_issued_and_shown(page: Page) -> None:
    """“G, document, all gaps in one form”: from the household's page to the paper, once."""
    browser = page.browser("林经办")
    (page.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    Office(page.root).typed("file", CASE, "诊断.txt", "--type", "其他材料", "--pin-stdin", answers=f"{PIN}\n")
    shown = browser.get(f"{AT}/issue?document=卷内文件目录")
    assert "可以制发" in shown.text, shown.text[-3000:]
    assert len(records(page)) == 1
    done = browser.post(
        f"{AT}/issue", document="卷内文件目录", on="2024-03-08", head=head(browser), confirmed="1"
    )
    assert done.headers["location"] == f"{AT}/0002"
    assert records(page)[1] == "卷内文件目录"
    assert "卷内文件目录" in browser.get(f"{AT}/0002").text
    refused = browser.post(f"{AT}/issue", document="没有这种", on="2024-03-08", confirmed="1")
    assert refused.status_code == 409


def test_a_fact_is_put_right_in_its_place_with_the_reason(page: Page) -> None:
    """“facts edited in place: value + reason, one event”; a value that does not fit is said beside the field."""
    browser = page.browser("林经办")
    first = head(browser)
    wrong = browser.post(f"{AT}/set", fact="applicant.phone", value="三二一", reason="核实", head=first)
    assert wrong.status_code == 409
    assert 'value="三二一" class="bad" aria-invalid="true"' in wrong.text
    done = browser.post(f"{AT}/set", fact="applicant.phone", value="022-00002222", reason="核实", head=first)
    assert done.status_code == 303
    assert "022-00002222" in browser.get(AT).text
    assert "核实" in browser.get(f"{AT}/log").text


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(page: Page) -> None:
    """“Stale: forms carry the event head; changed → 409 shows the other's change”."""
    browser = page.browser("林经办")
    old = head(browser)
    Office(page.root).typed(
        "case", "set", CASE, "申请人.联系电话=022-00003333", "--pin-stdin", answers=f"{PIN}\n"
    )
    late = browser.post(f"{AT}/set", fact="applicant.phone", value="022-00004444", reason="核实", head=old)
    assert late.status_code == 409
    assert "有人改过" in late.text
    assert "林经办 信息变更" in late.text
    assert "022-00004444" not in browser.get(AT).text
    assert browser.post(f"{AT}/step", step="accept", head=old, confirmed="1").status_code == 409


def test_whole_numbers_are_shown_for_a_minute_and_each_time_on_record(page: Page) -> None:
    """“显示 60 s”; “reveal … logged before the answer”; not to whoever may not see them."""
    browser = page.browser("林经办")
    assert WANG_ID not in browser.get(AT).text
    before = len(logged(page))
    for _ in range(2):
        answer = browser.post(f"{AT}/reveal")
        assert WANG_ID in answer.text
        assert answer.headers["refresh"] == f"60;url={AT}"
    assert [e["act"] for e in logged(page)[before:]] == 2 * ["case show --full"]
    witness = page.browser("何监销")
    witness.get(AT)
    refused = witness.post(f"{AT}/reveal")
    assert refused.status_code == 403
    assert WANG_ID not in refused.text


def sent(browser: Browser, path: str, *files: tuple[str, bytes], part: bool = True) -> tuple[int, str]:
    """Send files as the browser does when they are dropped."""
    answer = browser.client.post(
        path, data={"form_word": browser.form_word}, files=[("file", file) for file in files],
        headers={"origin": HERE, **({"x-part": "1"} if part else {})},
    )  # fmt: skip
    return answer.status_code, answer.text


def inbox(page: Page) -> dict[str, bytes]:
    """Return what lies in the inbox."""
    folder = page.root / "archive/inbox"
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_files_dropped_on_a_household_lie_whole_in_its_folder(page: Page) -> None:
    """“Upload: … streamed to inbox/<case>/*.part, fsync, rename”: byte for byte, never over another, nothing half left."""
    browser = page.browser("林经办")
    browser.get(AT)
    assert sent(browser, f"{AT}/upload", ("扫描.pdf", b"one")) == (200, "扫描.pdf：已进收件箱，等候识别")
    assert sent(browser, f"{AT}/upload", ("扫描.pdf", b"two"))[0] == 200
    assert inbox(page) == {f"{CASE} 王秀兰/扫描.pdf": b"one", f"{CASE} 王秀兰/扫描 (2).pdf": b"two"}


def test_what_became_of_a_dropped_file_is_told(page: Page) -> None:
    """“per file 排队→识别→归档 0010/待认领”: by its digest; whom the answer names is on record."""
    browser = page.browser("林经办")
    browser.get(AT)
    known, strange = "诊断证明\n患者王秀兰\n".encode(), "不知何人何事\n".encode()
    assert sent(browser, f"{AT}/upload", ("诊断.txt", known))[0] == 200
    assert sent(browser, "/tray/upload", ("某信.txt", strange))[0] == 200

    def became(data: bytes) -> tuple[int, str]:
        answer = browser.get(f"/dropped?sha256={hashlib.sha256(data).hexdigest()}")
        return answer.status_code, answer.text

    assert became(known) == became(strange) == (202, "已进收件箱，等候识别")
    Office(page.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=None)
    assert became(known) == (200, "已归档：王秀兰户，第 0001 件 医疗诊断材料")
    assert became(strange) == (200, "认不准，在待认领")

    assert [e for e in logged(page) if e.get("households") == [CASE] and e["act"] == "review list"]
    for wrong in ("", "x", "a" * 64, "../x"):
        assert browser.get(f"/dropped?sha256={wrong}").status_code == 404


def test_what_became_of_a_file_is_told_to_nobody_who_did_not_drop_it(page: Page) -> None:
    """“deny by default”: a copy of a paper, or its digest, tells nobody in whose file it lies."""
    known = "诊断证明\n患者王秀兰\n".encode()
    address = f"/dropped?sha256={hashlib.sha256(known).hexdigest()}"
    browser = page.browser("林经办")
    browser.get(AT)
    assert sent(browser, f"{AT}/upload", ("诊断.txt", known))[0] == 200
    Office(page.root).typed("watch", "--once", "--pin-stdin", answers=f"{PIN}\n", check=None)
    assert "王秀兰" in browser.get(address).text
    for person, status in (("孟档案", 404), ("林经办", 404), ("佟复审", 403), ("何监销", 403)):
        answer = page.browser(person).get(address)
        assert (answer.status_code, "王秀兰" in answer.text) == (status, False), person


def test_files_chosen_without_script_are_told_of_on_a_page(page: Page) -> None:
    """“by 选文件 … every act a plain form that works without JS”; on the tray they are nobody's yet."""
    browser = page.browser("林经办")
    browser.get("/tray")
    status, text = sent(browser, "/tray/upload", ("a.pdf", b"a"), ("b.jpg", b"b"), part=False)
    assert status == 200
    assert "a.pdf" in text
    assert inbox(page) == {"a.pdf": b"a", "b.jpg": b"b"}
    assert sent(browser, "/tray/upload")[0] in (400, 403)


def test_a_name_leads_nowhere_else(page: Page) -> None:
    """“Whatever is dropped … hostile, misnamed”: no name leaves the inbox or hides in it."""
    browser = page.browser("林经办")
    browser.get(AT)
    for name in (
        "../../settings.toml",
        "..\\..\\x.pdf",
        "/etc/passwd",
        ".hidden",
        "Thumbs.db",
        "名" * 90 + ".pdf",
    ):
        sent(browser, f"{AT}/upload", (name, b"x"))
    outside = {p.name for p in page.root.iterdir()}
    assert not {"settings.toml", "x.pdf"} & outside
    assert {Path(n).parts[0] for n in inbox(page)} <= {f"{CASE} 王秀兰"}
    assert all(not Path(n).name.startswith(".") for n in inbox(page))


def test_a_file_from_elsewhere_or_of_a_stranger_is_not_taken(page: Page) -> None:
    """“CSRF … token + Origin on each POST”: of files too."""
    browser = page.browser("林经办")
    browser.get(AT)
    browser.form_word = "x"
    assert sent(browser, f"{AT}/upload", ("a.pdf", b"a"))[0] == 403
    witness = page.browser("何监销")
    witness.get(AT)
    assert sent(witness, f"{AT}/upload", ("a.pdf", b"a"))[0] == 403
    assert inbox(page) == {}
