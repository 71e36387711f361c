"""An office's desk in an example: commands typed on a day, and the scans people bring.

Everything is done by the commands a clerk types, run in this process; nothing reaches into the archive. The people are
invented, their numbers have valid check digits.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from archivist.cli.main import main

INTAKE, SECOND, REVIEWER, APPROVER, KEEPER = "林经办", "苏调查", "白主管", "魏主任", "钱档案"
PEOPLE: Final = (
    (INTAKE, ("intake",), "社会救助专干"),
    (SECOND, ("intake",), "社会救助专干"),
    (REVIEWER, ("reviewer",), "民政办负责人"),
    (APPROVER, ("approver", "panel"), "办事处主任"),
    (KEEPER, ("archivist",), "档案管理员"),
)
FAMILY_NAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN_NAMES: Final = ("秀兰", "桂英", "建国", "淑珍", "德福", "玉梅", "长顺", "春花")
PAGE_HEIGHT: Final = 842


class CommandFailed(Exception):
    """A command of the example ended otherwise than it should."""


@dataclass
class Desk:
    """The office's computer: a workspace, and the day it is.

    Attributes:
        folder: the workspace.
        day: civil date on which commands are typed.
        typed: what was typed, in order: day, who sat there, the words.
    """

    folder: Path
    day: dt.date
    typed: list[tuple[dt.date, str, tuple[str, ...]]] = field(default_factory=list)
    sheets: int = 0

    def open_office(self, pack: str, code: str, standard: str) -> None:
        """Make the workspace and write into its settings who works here and what a person may live on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("init", ".", "--pack", pack, "--office", "样例街道", "--code", code, "--district", "样例市样例区", "--agency-sign", "样救字",
                 "--phone", "022-00000001", "--supervision-phone", "022-00000002", "--address", "样例路1号")  # fmt: skip
        settings = self.folder / "archivist.toml"
        text = settings.read_text(encoding="utf-8").replace(
            "[standards]\n", f'[standards]\nDB = "{standard}"\n'
        )
        for name, roles, title in PEOPLE:
            text += f'\n[[people]]\nname = "{name}"\nroles = {json.dumps(roles)}\ntitle = "{title}"\n'
        settings.write_text(text, encoding="utf-8")

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────
    def run(self, *words: str, who: str = INTAKE, done: Sequence[int] = (0, 1)) -> Any:
        """Type one command; return what ``--json`` answers.

        Args:
            words: as they are typed after ``archivist``.
            who: sits at the desk.
            done: the exit statuses that are right; 1 is “done, and somebody has to look at something”.

        Raises:
            CommandFailed: the status is another.
        """
        self.typed.append((self.day, who, words))
        out, err = io.StringIO(), io.StringIO()
        with self._sitting(who), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main([*words, "--json"])
        if status not in done:
            raise CommandFailed(
                f"{self.day} archivist {' '.join(words)} → {status}\n{out.getvalue()}{err.getvalue()}"
            )
        return json.loads(out.getvalue())

    @contextlib.contextmanager
    def _sitting(self, who: str) -> Iterator[None]:
        """Be somebody, on the day, in the workspace; whatever the environment said before holds again after."""
        settings = {
            "ARCHIVIST_AS": who,
            "ARCHIVIST_NOW": f"{self.day}T16:30:00+08:00",
            "ARCHIVIST_WORKSPACE": "",
        }
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        del os.environ["ARCHIVIST_WORKSPACE"]
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value

    def facts(self, values: Mapping[str, object], name: str = "填写.json") -> str:
        """Write what a clerk fills in; return the file's path."""
        path = self.folder / name
        path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        return str(path)

    def plug_in(self) -> Path:
        """Return a stick: a new folder beside the workspace, for a copy must not lie in what it is a copy of."""
        stick = self.folder.with_name(f"{self.folder.name} 移动硬盘")
        stick.mkdir()
        return stick

    # ── scans ────────────────────────────────────────────────────────────────────────────────────────────
    @property
    def inbox(self) -> Path:
        """The folder the scanner writes to."""
        return self.folder / "archive" / "inbox"

    def scan(self, *lines: str, folder: Path | None = None) -> Path:
        """Lay a sheet on the scanner: a PDF of one page with the text layer that a scanner's own reading leaves."""
        self.sheets += 1
        path = (folder or self.inbox) / f"扫描{self.sheets:04d}.pdf"
        path.write_bytes(text_pdf([*lines, f"{self.day} 第{self.sheets}张"]))
        return path

    def file_inbox(self) -> Any:
        """File what lies in the inbox; return what became of it."""
        return self.run("watch", "--once")

    def sign(self, case: str, record: str, title: str) -> None:
        """File the scan of a document that was printed and signed."""
        aside = self.folder / "签字"
        aside.mkdir(exist_ok=True)
        paper = self.scan(title, f"{case} 第 {record} 件", "签名：已签", folder=aside)
        self.run("file", case, str(paper), "--signs", record)


def id_number(birth: dt.date, sequence: int, region: str = "120106") -> str:
    """Return an invented ID number: region, birth, sequence, and the check digit of GB 11643."""
    body = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return body + "10X98765432"[sum(int(d) * 2 ** (17 - n) for n, d in enumerate(body)) % 11]


def invented(number: int) -> tuple[str, str]:
    """Return name and ID number of the n-th invented person; no two are alike."""
    family = FAMILY_NAMES[number % len(FAMILY_NAMES)]
    given = GIVEN_NAMES[number // len(FAMILY_NAMES) % len(GIVEN_NAMES)]
    birth = dt.date(1948, 1, 1) + dt.timedelta(days=97 * number)
    return family + given, id_number(birth, 100 + number)


def text_pdf(lines: Sequence[str]) -> bytes:
    """Return a PDF of one A4 page with some lines of text."""
    shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
    content = f"BT /F1 14 Tf 18 TL 60 {PAGE_HEIGHT - 40} Td {shown} ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 %d]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>" % PAGE_HEIGHT,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>>>",
    )  # fmt: skip
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
