"""A request's way: guards, session, roles, handler, access log, answer. Nothing leaves here without all of them."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as Address
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archivist.api.page_preferences import PagePreferences, preferences
from archivist.api.result import Problem
from archivist.errors import ArchiveLocked, ArchivistError, WriteFailed
from archivist.model.roles import Role
from archivist.os_reasons import reason_of
from archivist.web import guards, uploads
from archivist.web.office import ServedOffice
from archivist.web.page_words import on_page
from archivist.web.routes import ROUTES, Route, Who
from archivist.web.sessions import HeldForm, Sessions, SignedIn
from archivist.web.visit import Answer, Visit

Form = Mapping[str, tuple[str, ...]]
COOKIE: Final = "archivist"
THREADS: Final = 4
"""So many requests are worked on at once."""
BUSY_S: Final = 5.0
"""So long an act waits for another writer that does nothing new, before the page says who is writing and offers to try again."""
MOST_FORM_BYTES: Final = 1 << 20
"""No form is larger; files go another way."""
MOST_FIELDS: Final = 2_000
_STATIC: Final = Path(__file__).with_name("static")
_STATUS: Final[Mapping[str, int]] = {
    "E001": 400, "E002": 400, "E003": 409, "E101": 404, "E102": 413, "E103": 503, "E104": 404, "E106": 404, "E107": 404, "E108": 404, "E201": 404, "E206": 404, "E211": 409, "E203": 503, "E213": 503, "E401": 400, "E504": 403, "E505": 403, "E506": 403,
}  # fmt: skip
"""What an error of the tree is to a browser; every other is 500."""


def application(
    office: ServedOffice, first_code: str, seconds: Callable[[], float] = time.monotonic
) -> Starlette:
    """Return the page of an office.

    Args:
        office: whose it is.
        first_code: what somebody without a PIN has to give to set one; said at the terminal alone.
        seconds: a clock that only goes forward; by it one session's questions are paced.
    """
    desk = _Desk(office, first_code, guards.Pace(seconds=seconds))
    addresses: list[Address | Mount] = [
        Address(route.path, desk.answering(route), methods=["POST" if route.posts else "GET"])
        for route in ROUTES
    ]
    app = Starlette(
        routes=[*addresses, Mount("/static", StaticFiles(directory=_STATIC))],
        exception_handlers={HTTPException: desk.refused},
    )
    app.add_middleware(_Guarded)
    app.state.sessions = desk.sessions
    return app


class _Desk:
    """What all requests of one server share."""

    def __init__(self, office: ServedOffice, first_code: str, pace: guards.Pace) -> None:
        self.office = office
        self.first_code = first_code
        self.sessions = Sessions(office.keyboard.machine)
        self.pace = pace
        self.threads = ThreadPoolExecutor(THREADS, "page")

    def answering(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers at an address."""

        async def answer(request: Request) -> Response:
            loop = asyncio.get_running_loop()
            if not route.files or not uploads.brings_files(request):
                form = await _form(request) if route.posts else {}
                return await loop.run_in_executor(self.threads, self.answer, route, request, form, {})
            session = self.sessions.find(request.cookies.get(COOKIE, ""))
            if session is None or session.locked or not _is_own(request):
                return self.answer(
                    route, request, {}, {}
                )  # refused before a byte of a stranger's file is taken
            with tempfile.TemporaryDirectory(prefix="archivist-form-") as folder:
                form, files = await uploads.read(request, Path(folder))
                return await loop.run_in_executor(self.threads, self.answer, route, request, form, files)

        return answer

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer what has no address."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        text = "没有这个页面" if status == 404 else "这个地址不能这样用"
        return Response(f"{text}\n", status, media_type="text/plain; charset=utf-8")

    def answer(self, route: Route, request: Request, form: Form, files: Mapping[str, Path]) -> Response:
        """Answer one request; every fault becomes a page here."""
        word = request.cookies.get(COOKIE, "")
        session = self.sessions.find(word, touches=not route.own)
        if stopped := self._stopped(route, request, form, session):
            return stopped
        try:
            with self.office.open() as workspace:
                workspace.archive.lock.wait_s = BUSY_S
                roles: frozenset[Role] = frozenset()
                wanted = PagePreferences()
                if session and route.who is Who.SIGNED_IN:
                    roles = self.office.roles(workspace, self.office.by(session.person))
                    wanted = preferences(workspace, session.person)
                visit = Visit(
                    self.office, workspace, route.act, _here(request), request.path_params,
                    dict(request.query_params), form, session, self.sessions, word, self.first_code,
                    roles, part="x-part" in request.headers, files=files, settings=wanted,
                )  # fmt: skip
                workspace.disclosing = lambda households, items: visit.record(
                    (list(map(str, households)), list(items))
                )
                return self._sent(request, self._handled(route, visit), visit)
        except (
            ArchivistError
        ) as error:  # the workspace itself cannot be opened, or an error could not be put on record
            return Response(
                on_page(f"{error.what}（{error.code}）\n{error.remedy}\n"),
                503,
                media_type="text/plain; charset=utf-8",
            )

    def _stopped(
        self, route: Route, request: Request, form: Form, session: SignedIn | None
    ) -> Response | None:
        """Return what stops a request before anything is opened for it, if anything does."""
        if route.posts:
            if not _is_own(request):
                return Response("表单来自别处，没有受理\n", 403, media_type="text/plain; charset=utf-8")
            if route.who is not Who.ANYBODY and (
                session is None or form.get("form_word") != (session.form_word,)
            ):
                return (
                    _redirect("/login")
                    if session is None
                    else Response(
                        "表单已过时，请回到页面重新提交\n", 403, media_type="text/plain; charset=utf-8"
                    )
                )
        if route.who is Who.ANYBODY:
            return None
        if session is None:
            return _redirect(f"/login?next={quote(_here(request))}")
        if session.locked and route.who is not Who.LOCKED:
            if route.posts:
                session.held = HeldForm(_here(request), tuple(_again(route, form) or ()))
            return _redirect("/locked" if route.posts else f"/locked?next={quote(_here(request))}")
        if route.search and not self.pace.allows(request.cookies.get(COOKIE, "")):
            return Response(
                "问得太快，稍等再试\n", 429, {"Retry-After": "1"}, media_type="text/plain; charset=utf-8"
            )
        return None

    def _handled(self, route: Route, visit: Visit) -> Answer:
        try:
            if route.who is Who.SIGNED_IN and not route.roles & visit.roles:
                held = "、".join(role.label for role in Role if role in visit.roles) or "没有岗位"
                asked = "、".join(role.label for role in Role if role in route.roles)
                return visit.page("refused.html", status=403, asked=asked, held=held)
            answer = route.handler(visit)
        except ArchivistError as error:
            again = _again(route, form=visit.form) if isinstance(error, ArchiveLocked) else None
            return visit.page(
                "problem.html", status=_STATUS.get(error.code, 500), problem=Problem.of(error), again=again
            )
        except OSError as error:
            return visit.page(
                "problem.html", status=500, problem=Problem.of(WriteFailed(reason_of(error))), again=None
            )
        except Exception as error:
            sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n")
            return visit.page(
                "problem.html",
                status=500,
                problem=Problem.of(ArchivistError(type(error).__name__)),
                again=None,
            )
        finally:
            if route.posts:
                self.office.changed()
                if visit.session and route.who is Who.SIGNED_IN:
                    visit.session.draft = visit.session.held = None
        return answer

    def _sent(self, request: Request, answer: Answer, visit: Visit) -> Response:
        if answer.address:
            response = _redirect(answer.address)
        else:
            response = Response(answer.body, answer.status, media_type=answer.kind)
            if answer.file_name:
                response.headers["content-disposition"] = (
                    f"attachment; filename*=UTF-8''{quote(answer.file_name)}"
                )
        for name, value in answer.headers.items():
            response.headers[name] = value
        if visit.word != request.cookies.get(COOKIE, ""):
            if visit.word:
                response.set_cookie(
                    COOKIE, visit.word, httponly=True, samesite="strict", secure=request.url.scheme == "https"
                )
            else:
                response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response


class _Guarded:
    """Refuses foreign hosts, and puts the headers on every answer, static files and refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(k.lower().encode(), v.encode()) for k, v in guards.HEADERS.items()]
                names = {name for name, _ in own}
                message["headers"] = [
                    pair for pair in message.get("headers", ()) if pair[0] not in names
                ] + own
            await send(message)

        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if not guards.is_local(host):
            refusal = Response("这个地址不是本页的\n", 400, media_type="text/plain; charset=utf-8")
            await refusal(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def _again(route: Route, form: Form) -> list[tuple[str, str]] | None:
    """Return what a form posted, for it to be sent once more by one button; nothing where it held a PIN or a file."""
    if not route.posts or route.files or any("pin" in name or name == "old" for name in form):
        return None
    return [(name, value) for name, values in form.items() for value in values if name != "form_word"]


def _redirect(address: str) -> Response:
    return Response(status_code=303, headers={"location": address})


def _is_own(request: Request) -> bool:
    return guards.is_own(request.headers.get("origin", ""), request.headers.get("host", ""))


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _form(request: Request) -> Form:
    """Return what a form posted, name → every value; files go another way."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            raise HTTPException(413)
    form: dict[str, tuple[str, ...]] = {}
    try:
        for name, value in parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        ):
            form[name] = (*form.get(name, ()), value)
    except ValueError:
        raise HTTPException(400) from None
    return form
