"""Files dropped on a household or on the tray, or chosen: they go into the inbox, and the watcher does the rest."""

from __future__ import annotations

from archivist.api import dropping
from archivist.errors import UsageError
from archivist.web.visit import Answer, Visit


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
    if visit.part:  # our own script asks for one file after another, and shows its line
        lines = [
            f"{f.name}：{f.problem.message}。{f.problem.remedy}"
            if f.problem
            else f"{f.laid_as}：已进收件箱，等候识别"
            for f in done.files
        ]
        return Answer("\n".join(lines).encode(), 409 if failed else 200, "text/plain; charset=utf-8")
    return visit.page("dropped.html", status=409 if failed else 200, files=done.files, case=case)
