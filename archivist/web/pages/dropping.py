"""Files dropped on a household or on the tray, or chosen: they go into the inbox, and the watcher does the rest."""

from __future__ import annotations

from typing import Final

from archivist.api import dropping
from archivist.errors import UsageError
from archivist.web.page_words import on_page
from archivist.web.visit import Answer, Visit

_TEXT: Final = "text/plain; charset=utf-8"
_NOT_YET: Final = 202
_NOT_HERE: Final = 404


def put(visit: Visit) -> Answer:
    """Lay what came into the inbox; say of each file what became of it.

    Raises:
        UsageError: E001, nothing came along. CaseNotFound: E201.
    """
    case = visit.place.get("case", "")
    names = visit.form.get("file_name", ())
    fields = ["file" if n == 1 else f"file{n}" for n in range(1, len(names) + 1)]
    came = [
        (name, visit.files[field]) for name, field in zip(names, fields, strict=True) if field in visit.files
    ]
    if not came:
        raise UsageError("没有选文件", remedy="拖进来，或点“选文件”。")
    done = dropping.put(visit.workspace, came, case=case)
    failed = any(one.problem for one in done.files)
    assert visit.session is not None
    visit.session.dropped.update(f.sha256 for f in done.files if f.sha256)
    if visit.part:  # our own script asks for one file after another, and shows its line
        lines = [
            on_page(f"{f.name}：{f.problem.message}。{f.problem.remedy}")
            if f.problem
            else f"{f.laid_as}：已进收件箱，等候识别"
            for f in done.files
        ]
        digest = {"x-digest": done.files[0].sha256} if len(done.files) == 1 else {}
        return Answer("\n".join(lines).encode(), 409 if failed else 200, _TEXT, headers=digest)
    return visit.page("dropped.html", status=409 if failed else 200, files=done.files, case=case)


def became(visit: Visit) -> Answer:
    """Answer with a line that says what became of a file that was dropped; 202 while nothing did.

    Whoever holds a copy of a paper learns by its digest in whose file it lies: so it is told to who dropped it, and nobody else.

    Raises:
        AccessNotLogged: E213.
    """
    digest = visit.asked.get("sha256", "")
    if visit.session is None or digest not in visit.session.dropped:
        return Answer("这个文件不是在这里放入的".encode(), _NOT_HERE, _TEXT)
    found = dropping.came_to(visit.workspace, digest)
    if found is None:
        return Answer("已进收件箱，等候识别".encode(), _NOT_YET, _TEXT)
    visit.record(found)
    if found.item:
        return Answer("认不准，在待认领".encode(), kind=_TEXT)
    return Answer(f"已归档：{found.applicant}户，第 {found.record} 件 {found.title}".encode(), kind=_TEXT)
