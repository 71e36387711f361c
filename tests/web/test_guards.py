"""What stands before every answer: hosts, forms, sessions, roles, the access log."""

from __future__ import annotations

import html
import itertools
import json
import re
from pathlib import Path

import pytest

from archivist.model.permissions import EVERYBODY, MAY, Act
from archivist.model.roles import Role
from archivist.web import guards
from archivist.web.routes import ROUTES, Route, Who
from tests.web.browser import CODE, HERE, PIN, STAFF, Browser, Page

CASE = "TJHQ-DB-2024-000001"
FILLED = {
    "{case}": CASE,
    "{item}": "20240308-0a1b2c3d",
    "{record}": "0001",
    "{page}": "1",
    "{batch}": "XH-2024-001",
}


def address(route: Route) -> str:
    """Return an address of a route, of the one household there is."""
    path = route.path
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


def ask(browser: Browser, route: Route) -> int:
    """Ask for a route as its browser would; return the status."""
    if route.files:
        return browser.send(address(route), {"paper": Path(__file__)}).status_code
    answer = browser.post(address(route)) if route.posts else browser.get(address(route))
    return answer.status_code


def logged(page: Page) -> list[dict[str, object]]:
    """Return the entries of the access log."""
    lines = [
        line for file in sorted((page.root / "archive" / "access").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]  # fmt: skip
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8723", "127.0.0.1.evil.example", "192.168.1.7:8723", ""]
)
def test_a_foreign_host_is_refused(page: Page, host: str) -> None:
    """“DNS rebinding → loopback, TrustedHost. T foreign Host → 400”."""
    browser = page.browser("林经办")
    answer = browser.get("/", host=host)
    assert answer.status_code == 400
    assert "王秀兰" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:8723", "127.0.0.1:8723", "127.0.0.1", "[::1]:8723", "[::1]", "LOCALHOST"]
)
def test_this_machine_is_answered(host: str) -> None:
    """“Servers on loopback”: under each of its names."""
    assert guards.is_local(host)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://127.0.0.1:8724",
        "http://localhost:8723",
        "https://127.0.0.1",
    ],
)
def test_a_form_from_elsewhere_changes_nothing(page: Page, origin: str) -> None:
    """“CSRF → token + Origin on each POST; GET never writes. T walk the route table”."""
    browser = page.browser("林经办")
    for route in (r for r in ROUTES if r.posts):
        assert browser.post(address(route), origin=origin).status_code == 403, route.path
    assert browser.get("/").status_code == 200


def test_a_form_without_its_word_changes_nothing(page: Page) -> None:
    """“token + Origin on each POST”: the right origin alone is not enough, nor the word of somebody else's session."""
    browser, other = page.browser("林经办"), page.browser("赵主任")
    for route in (r for r in ROUTES if r.posts and r.who is not Who.ANYBODY):
        for word in ("", "x", other.form_word):
            assert browser.post(address(route), form_word=word).status_code == 403, route.path
    assert browser.get("/").status_code == 200


def test_looking_writes_nothing_but_that_it_was_looked(page: Page) -> None:
    """“GET never writes”."""
    browser = page.browser("林经办")

    def state() -> dict[str, bytes]:
        archive = page.root / "archive"
        return {
            str(p.relative_to(archive)): p.read_bytes()
            for p in archive.rglob("*") if p.is_file() and "access" not in p.parts
        }  # fmt: skip

    before = state()
    for route in (r for r in ROUTES if not r.posts):
        browser.get(address(route))
    assert state() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{'POST' if r.posts else 'GET'} {r.path}")
def test_nobody_who_did_not_sign_in_is_shown_anything(page: Page, route: Route) -> None:
    """“Guessed URL → require(role) per route, deny by default”."""
    answer = page.browser().post(address(route)) if route.posts else page.browser().get(address(route))
    assert CASE not in answer.text
    assert "王秀兰" not in answer.text
    if route.who is not Who.ANYBODY:
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


@pytest.mark.parametrize(
    ("person", "role"),
    list(zip(STAFF, (Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.ARCHIVIST, Role.WITNESS), strict=True)),
)
def test_each_role_gets_what_the_table_gives_it(page: Page, person: str, role: Role) -> None:
    """“A route × role table generated and tested: default deny”."""
    browser = page.browser(person)
    for route in (r for r in ROUTES if r.who is Who.SIGNED_IN):
        refused = ask(browser, route) == 403
        assert refused == (role not in route.roles), f"{person} {route.path}"


def test_every_route_names_who_may() -> None:
    """“default deny”: what a person must sign in for names roles, or nobody gets it."""
    for route in ROUTES:
        assert bool(route.roles) == (route.who is Who.SIGNED_IN), route.path
        looks: tuple[frozenset[Role], ...] = (frozenset(), EVERYBODY, MAY[Act.READ_ACCESS])
        if route.path == "/dropped":  # what became of a file is for who may drop one
            looks = (MAY[Act.FILE],)
        assert route.posts or route.roles in looks, f"{route.path}: who looks is anybody of the office"


def test_somebody_who_left_is_shown_nothing_any_more(page: Page) -> None:
    """“unknown names are refused”: settings hold from the next question on, also for who is signed in."""
    browser = page.browser("林经办")
    settings = page.root / "archivist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('name = "林经办"', 'name = "林经办"\nuntil = 2024-03-07'), encoding="utf-8"
    )
    answer = browser.get(f"/case/{CASE}")
    assert answer.status_code == 403
    assert "王秀兰" not in answer.text


def test_every_answer_has_the_headers(page: Page) -> None:
    """“CSP default-src 'none' …”, “Cache-Control: no-store”: pages, redirects, refusals, static files."""
    browser = page.browser("林经办")
    for path in ("/", "/nowhere", "/static/page.css", "/login", f"/case/{CASE}", "/case/TJHQ-DB-2024-999999"):
        answer = browser.get(path)
        assert {k: answer.headers.get(k) for k in guards.HEADERS} == dict(guards.HEADERS), path
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert "script-src 'self'" in browser.get("/").headers["content-security-policy"]


def test_no_template_has_a_script_or_a_style_in_it() -> None:
    """“CSP without inline; no style attributes”."""
    folder = Path(guards.__file__).with_name("templates")
    files = sorted(folder.glob("*.html"))
    assert len(files) > 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|\|\s*safe|https?://", text), (
            file.name
        )


def test_the_cookie_tells_nothing_and_goes_nowhere(page: Page) -> None:
    """“SameSite=Strict HttpOnly cookie”."""
    browser = page.browser()
    browser.get("/login")
    answer = browser.post("/login", person="林经办", pin=PIN)
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert len(browser.cookie) > 40


def test_a_wrong_pin_opens_nothing(page: Page) -> None:
    """“Passwords → scrypt … fails → wait”."""
    browser = page.browser()
    for pin in ("", "x", PIN.upper()):
        answer = browser.post("/login", person="林经办", pin=pin)
        assert answer.status_code == 403
    assert browser.get("/").status_code == 303
    assert browser.post("/login", person="不在册", pin=PIN).status_code == 403


def test_too_many_wrong_pins_have_to_wait(page: Page) -> None:
    """“5 fails → 1…60 s wait, never a lock-out”: the right one is not looked at before its time."""
    browser = page.browser()
    for _ in range(6):
        browser.post("/login", person="林经办", pin="falsch")
    assert browser.post("/login", person="林经办", pin=PIN).status_code == 403
    page.clock.forward(seconds=60)
    assert browser.post("/login", person="林经办", pin=PIN).status_code == 303


def test_a_first_pin_wants_the_code_of_the_terminal(page: Page) -> None:
    """“first set with a code from the terminal”."""
    settings = page.root / "archivist.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '\n[[people]]\nname = "新来的"\nroles = ["intake"]\n',
        encoding="utf-8",
    )
    browser = page.browser()
    assert "首次登录码" in browser.post("/login", person="新来的", pin="").text
    told = {"person": "新来的", "pin": "paper-boat-3", "again": "paper-boat-3"}
    assert browser.post("/first", code="00000000", **told).status_code == 403
    assert browser.post("/first", code=CODE, **{**told, "again": "other"}).status_code == 403
    assert browser.post("/first", code=CODE, **{**told, "person": "林经办"}).status_code == 403
    assert browser.post("/first", code=CODE, **told).status_code == 303
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/logout", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(page: Page, wanted: str) -> None:
    """A page that sends people here does not choose where they come out, and nobody is signed out by a link."""
    answer = page.browser().post("/login", person="林经办", pin=PIN, next=wanted)
    assert answer.headers["location"] == "/"


def test_an_idle_screen_is_locked_and_back_shows_nothing(page: Page) -> None:
    """“Shared PC → idle 10 min or Shift+L navigates to the lock. T Back shows nothing”."""
    browser = page.browser("林经办")
    page.clock.forward(minutes=9)
    assert browser.get(f"/case/{CASE}").status_code == 200
    page.clock.forward(minutes=11)
    for path in ("/", f"/case/{CASE}", "/tray", "/cases?q=王"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/locked")
    locked = browser.get("/locked")
    assert "王秀兰" not in locked.text
    refused = browser.post("/unlock", pin="falsch")
    assert (refused.status_code, "终端" in refused.text) == (403, False), (
        "who sits at a browser has no terminal"
    )
    assert browser.post("/unlock", pin=PIN).status_code == 303
    assert browser.get("/").status_code == 200
    again = browser.get("/locked?next=/due")
    assert (again.status_code, again.headers["location"]) == (303, "/due"), "there is nothing to unlock"


def test_what_was_typed_when_the_screen_was_locked_waits_for_its_person(page: Page) -> None:
    """“draft kept server-side for that person”: on its own screen, until the next act, and for nobody else."""
    browser = page.browser("林经办")
    where = f"/case/{CASE}/step"
    fields = [[where, "reason", "来人说<明>"]]
    locked = browser.post("/lock", next=where, draft=json.dumps(fields))
    assert locked.headers["location"] == f"/locked?next={where}"
    assert "来人说" not in browser.get("/locked").text
    assert browser.post("/unlock", pin=PIN, next=where).headers["location"] == where
    found = re.search(r'data-fields="([^"]*)"', browser.get(where).text)
    assert found and json.loads(html.unescape(found[1])) == fields
    assert "data-fields" not in browser.get(f"/case/{CASE}").text
    assert "data-fields" not in page.browser("林经办").get(where).text
    browser.post("/sign/print")
    assert "data-fields" not in browser.get(where).text


@pytest.mark.parametrize(
    "told", ["[", "{}", "[1]", '[["a", "b"]]', '[["a", "b", 1]]', "x" * 30_000, "null", "[]"]
)
def test_a_draft_nobody_typed_is_none(page: Page, told: str) -> None:
    """“Bad input …, nothing half-done”: the screen is locked all the same."""
    browser = page.browser("林经办")
    assert browser.post("/lock", draft=told).status_code == 303
    assert browser.get("/").headers["location"].startswith("/locked")
    browser.get("/locked")
    browser.post("/unlock", pin=PIN)
    assert "data-fields" not in browser.get("/").text


def test_what_is_sent_to_a_locked_screen_is_not_lost(page: Page) -> None:
    """“nothing typed is lost”: not done, shown after the PIN, sent again by one button; a PIN is never kept."""
    browser = page.browser("林经办")
    browser.get(f"/case/{CASE}")
    page.clock.forward(minutes=11)
    form = {"field": "applicant.phone", "value": "022-00007777", "reason": "来人更正"}
    assert browser.post(f"/case/{CASE}/set", **form).headers["location"] == "/locked"
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).headers["location"] == "/held"
    shown = browser.get("/held").text
    assert "没有办理" in shown and "来人更正" in shown and f'action="/case/{CASE}/set"' in shown
    assert dict(re.findall(r'type="hidden" name="(field|value|reason)" value="([^"]*)"', shown)) == form
    browser.post("/sign/print")
    assert browser.get("/held").headers["location"] == "/", "the next act ends it"
    page.clock.forward(minutes=11)
    browser.post("/settings/pin", old="geheim1", pin="geheim2", again="geheim2")
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).headers["location"] == "/held"
    assert "geheim" not in browser.get("/held").text


def test_locking_by_hand_and_leaving(page: Page) -> None:
    """“Shift+L”; “换人登录” ends the session for good."""
    browser = page.browser("林经办")
    word = browser.cookie
    assert browser.post("/lock").headers["location"] == "/locked"
    assert browser.get("/").headers["location"].startswith("/locked")
    browser.get("/locked")
    assert browser.post("/logout").headers["location"] == "/login"
    browser.client.cookies.set("archivist", word)
    assert browser.get("/").headers["location"].startswith("/login")


def test_a_session_ends_after_twelve_hours_however_busy(page: Page) -> None:
    """“12 h limit”."""
    browser = page.browser("林经办")
    for _ in range(79):
        page.clock.forward(minutes=9)
        assert browser.get("/").status_code == 200
    page.clock.forward(minutes=9, seconds=1)
    assert browser.get("/").headers["location"].startswith("/login")


def test_whom_an_answer_names_is_on_record_before_it_leaves(page: Page) -> None:
    """“access log before answer”; once in ten minutes for the same look; the words searched for never."""
    browser = page.browser("林经办")
    before = len(logged(page))
    browser.get("/cases?q=王秀兰")
    browser.get(f"/case/{CASE}")
    browser.get(f"/case/{CASE}")
    entries = logged(page)[before:]
    assert [(e["act"], e["households"]) for e in entries] == [("search", [CASE]), ("case show", [CASE])]
    assert all(e["face"] == "web" and e["actor"] == "林经办" for e in entries)
    assert "王秀兰" not in json.dumps(logged(page), ensure_ascii=False)
    page.clock.forward(minutes=9, seconds=59)
    browser.get("/due")
    page.clock.forward(seconds=2)
    browser.get(f"/case/{CASE}")
    assert logged(page)[-1]["act"] == "case show"
    assert len([e for e in logged(page) if e["act"] == "case show"]) == 2


def test_without_the_entry_there_is_no_answer(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """“T no log line → no answer”."""
    from archivist.errors import AccessNotLogged
    from archivist.store.access_log import AccessLog

    browser = page.browser("林经办")

    def refuse(*_: object, **__: object) -> None:
        raise AccessNotLogged("磁盘满")

    monkeypatch.setattr(AccessLog, "enter", refuse)
    for route in (r for r in ROUTES if not r.posts and r.who is Who.SIGNED_IN):
        answer = browser.get(address(route))
        assert CASE not in answer.text, route.path
        assert "王秀兰" not in answer.text, route.path
    assert browser.get(f"/case/{CASE}").status_code == 503


def test_too_many_questions_in_a_second_are_not_answered() -> None:
    """“search 10/s”."""
    at = itertools.count()
    moments = [0.0, *(n / 100 for n in range(11)), 0.999, 1.0]
    pace = guards.Pace(seconds=lambda: moments[next(at)])
    assert [pace.allows("林") for _ in range(10)] == [True] * 10
    assert not pace.allows("林")
    assert pace.allows("赵"), "one person's questions are not another's"


def test_who_asks_too_fast_is_told_so_and_when_to_come_back(page: Page) -> None:
    """“rate limits”: of a session, on what is asked with every key, and on nothing else."""
    page.gap_s = 0.01
    browser = page.browser("林经办")
    answers = [browser.get("/cases?q=王秀兰") for _ in range(12)]
    assert [a.status_code for a in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1" and "太快" in answers[-1].text
    assert browser.get("/due").status_code == 200
    assert page.browser("佟复审").get("/cases?q=王秀兰").status_code == 200
    page.gap_s = 1
    assert browser.get("/cases?q=王秀兰").status_code == 200


def test_a_form_that_is_too_large_or_no_form_is_refused(page: Page) -> None:
    """“Bad input gets a clear error”, never a crash: bytes, fields and sizes nobody types."""
    browser = page.browser("林经办")
    headers = {"origin": HERE, "content-type": "application/x-www-form-urlencoded"}
    for body, status in (
        (b"a=" + b"x" * (1 << 20), 413),
        (b"&".join(b"a=1" for _ in range(3_000)), 400),
        (b"a=%ff%fe", 400),
    ):
        assert browser.client.post("/lock", content=body, headers=headers).status_code == status
    assert browser.get("/").status_code == 200
