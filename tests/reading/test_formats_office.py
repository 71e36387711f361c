"""Documents of former times are read as the PDF that LibreOffice makes of them, beside the reading process and locked in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.errors import PasswordNeeded, UnreadableFile
from archivist.reading import libreoffice
from archivist.reading.formats.identify import identify
from archivist.reading.libreoffice import ConversionFailed, convert, convert_stranger
from archivist.reading.reader_process import Reader
from tests.sampling import sweep

from . import files
from .files import PATIENT
from .test_libreoffice import stand_in

here = pytest.mark.skipif(
    libreoffice.program() is None and not os.environ.get("CI"),
    reason="LibreOffice is not installed; with CI set this fails instead",
)
posix_only = pytest.mark.skipif(os.name != "posix", reason="limits of this kind exist on POSIX only")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(PATIENT) as shared:
        yield shared


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One letter in every format that LibreOffice is asked for."""
    folder = tmp_path_factory.mktemp("letters")
    files.word(folder / "letter.docx")
    for target in ("doc", "rtf", "odt"):
        convert([folder / "letter.docx"], target, folder, limit_s=3600)
    shutil.copyfile(folder / "letter.doc", folder / "letter.wps")
    return folder


@sweep(1 / 4)
@pytest.mark.libreoffice
@here
@pytest.mark.parametrize(
    ("name", "kind"),
    [("letter.doc", "doc"), ("letter.wps", "doc"), ("letter.rtf", "rtf"), ("letter.odt", "odt")],
)
def test_letters_of_former_times_are_read(reader: Reader, letters: Path, name: str, kind: str) -> None:
    """「DOC/WPS/RTF/ODT through LibreOffice … The original bytes and their own extension are kept」."""
    path = letters / name
    before = path.read_bytes()
    result = reader.read(path)
    assert result.format.kind == kind
    assert "最低生活保障申请书" in result.text and "翟堃" in result.text
    assert [(p.source, p.on_paper) for p in result.pages] == [("text", False)]
    assert result.format.extension_of(name) == path.suffix
    assert path.read_bytes() == before
    assert sorted(p.name for p in letters.iterdir()) == sorted(
        f"letter.{s}" for s in ("docx", "doc", "wps", "rtf", "odt")
    )


@pytest.mark.libreoffice
@here
def test_no_link_is_followed_and_no_macro_runs(tmp_path: Path) -> None:
    """「macros and link updates off, no network」: a picture, a section and a field that point elsewhere are left alone."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    with server.accept()[0] as caller:
                        heard.append(caller.recv(1000))
                except TimeoutError:
                    continue

        ear = threading.Thread(target=listen)
        ear.start()
        mark = tmp_path / "ran"
        path = tmp_path / "a.odt"
        _hostile_letter(path, f"http://127.0.0.1:{port}/a", mark)
        convert_stranger(path, "pdf:writer_pdf_Export", tmp_path, limit_s=3600)
        done.set()
        ear.join()
    assert (tmp_path / "a.pdf").is_file()
    assert heard == []
    assert not mark.exists()


def _hostile_letter(path: Path, address: str, mark: Path) -> None:
    """An ODT that asks for a picture and a section from elsewhere, and runs a macro of its own when it is opened."""
    import zipfile

    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("script", "script"),
                            ("svg", "svg-compatible"), ("manifest", "manifest"))
    ) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ooo="http://openoffice.org/2004/office"'  # fmt: skip
    content = (
        f'<?xml version="1.0"?><office:document-content{spaces} office:version="1.2"><office:scripts>'
        '<office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" '
        'xlink:href="vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document"/></office:event-listeners>'
        "</office:scripts><office:body><office:text><text:p>信</text:p>"
        f'<text:p><draw:frame svg:width="2cm" svg:height="2cm"><draw:image xlink:href="{address}.png"/></draw:frame></text:p>'
        f'<text:section text:name="s"><text:section-source xlink:href="{address}.odt"/><text:p>旧</text:p></text:section>'
        "</office:text></office:body></office:document-content>"
    )
    library = "http://openoffice.org/2000/library"
    macro = f'Sub Main\nOpen "{mark}" For Output As #1\nPrint #1, "x"\nClose #1\nEnd Sub'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        package.writestr(
            "Basic/script-lc.xml",
            f'<?xml version="1.0"?><library:libraries xmlns:library="{library}" xmlns:xlink="http://www.w3.org/1999/xlink">'
            '<library:library library:name="Standard" library:link="false"/></library:libraries>',
        )
        package.writestr(
            "Basic/Standard/script-lb.xml",
            f'<?xml version="1.0"?><library:library xmlns:library="{library}" library:name="Standard" library:readonly="false">'
            '<library:element library:name="M"/></library:library>',
        )
        package.writestr(
            "Basic/Standard/M.xml",
            '<?xml version="1.0"?><script:module xmlns:script="http://openoffice.org/2000/script" script:name="M" '
            f'script:language="StarBasic">{macro.replace("&", "&amp;").replace(chr(34), "&quot;")}</script:module>',
        )
        entries = (
            "",
            "content.xml",
            "Basic/script-lc.xml",
            "Basic/Standard/script-lb.xml",
            "Basic/Standard/M.xml",
        )
        package.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest{spaces} manifest:version="1.2">'
            + "".join(
                f'<manifest:file-entry manifest:full-path="{e or "/"}" manifest:media-type='
                f'"{"text/xml" if e else "application/vnd.oasis.opendocument.text"}"/>'
                for e in entries
            )
            + "</manifest:manifest>",
        )


@pytest.mark.libreoffice
@here
def test_nonsense_is_said_to_be_damaged(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableFile, match="旧版 Word"):
        reader.read(path)


@pytest.mark.libreoffice
@here
def test_a_letter_with_a_password_asks_for_it(reader: Reader, tmp_path: Path, letters: Path) -> None:
    data = bytearray((letters / "letter.doc").read_bytes())
    at = next(n for n in range(0, len(data), 512) if data[n : n + 2] == b"\xec\xa5")
    data[at + 11] |= 1
    path = tmp_path / "a.doc"
    path.write_bytes(data)
    with pytest.raises(PasswordNeeded, match="密码"):
        reader.read(path)


# ── without LibreOffice, and with one that misbehaves ────────────────────────────────────────────────────
@pytest.fixture
def rtf(tmp_path: Path) -> Path:
    path = tmp_path / "来信.rtf"
    path.write_bytes(b"{\\rtf1 letter}")
    return path


def test_where_there_is_none_the_file_waits(
    reader: Reader, rtf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「if LibreOffice is missing the file waits with a clear reason」."""
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    with pytest.raises(UnreadableFile, match="没有找到 LibreOffice") as caught:
        reader.read(rtf)
    assert "安装 LibreOffice" in caught.value.remedy
    assert "RTF 文档" in caught.value.what


@posix_only
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import signal; signal.pause()", "没有完成"),
        ("raise SystemExit(77)", "77"),
        ("pass", "打不开"),
        ("b = bytearray(8 << 30)", "异常结束"),
        ("open(__import__('sys').argv[-1] + '.big', 'wb').truncate(1 << 40)", "异常结束"),
    ],
    ids=["hangs", "fails", "makes nothing", "eats memory", "fills the disk"],
)
def test_one_that_misbehaves_is_ended(
    tmp_path: Path, rtf: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    """「a time limit of its own」, and limits on memory and on what it writes."""
    program = stand_in(tmp_path, body)
    monkeypatch.setattr(libreoffice, "program", lambda: program)
    with pytest.raises(ConversionFailed, match=words):
        convert_stranger(rtf, "pdf", tmp_path, limit_s=2 if "pause" in body else 3600)


@posix_only
def test_each_stranger_gets_a_profile_that_is_thrown_away(
    tmp_path: Path, rtf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """「a throw-away profile per conversion」: with its settings in it before the program starts."""
    body = (
        "import sys, pathlib, urllib.parse\n"
        "profile = pathlib.Path(urllib.parse.unquote(sys.argv[1].partition('file://')[2]))\n"
        f"with open({str(tmp_path / 'seen')!r}, 'a') as seen: print(profile, file=seen)\n"
        "settings = (profile / 'user/registrymodifications.xcu').read_text()\n"
        "assert 'DisableMacrosExecution' in settings and 'ooInetProxyType' in settings\n"
        f"open({str(tmp_path / '来信.pdf')!r}, 'w').close()\n"
    )
    program = stand_in(tmp_path, body)
    monkeypatch.setattr(libreoffice, "program", lambda: program)
    for _ in range(2):
        convert_stranger(rtf, "pdf:writer_pdf_Export", tmp_path, limit_s=3600)
    first, second = (tmp_path / "seen").read_text().split()
    assert first != second
    assert not Path(first).exists() and not Path(second).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has places without network")
def test_there_is_no_network_where_the_kernel_allows_that(tmp_path: Path) -> None:
    launcher = Path(libreoffice.__file__).with_name("limited_run.py")
    with socket.create_server(("127.0.0.1", 0)) as server:
        ask = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)"
        command = [
            sys.executable,
            "-I",
            "-S",
            str(launcher),
            "4000000000",
            "1000000",
            "60",
            sys.executable,
            "-c",
            ask,
        ]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0
    if not allowed:
        pytest.skip("this kernel does not let ordinary users leave the network")
    assert done.returncode != 0 and "Network is unreachable" in done.stderr


def test_an_open_document_is_told_by_its_first_member(tmp_path: Path) -> None:
    import zipfile

    for kind, expected in (
        ("text", "odt"),
        ("spreadsheet", "ods"),
        ("presentation", "slides"),
        ("graphics", "office-package"),
    ):
        with zipfile.ZipFile(tmp_path / "a", "w") as package:
            package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
            package.writestr("content.xml", "<x/>")
        assert identify(tmp_path / "a").kind == expected
