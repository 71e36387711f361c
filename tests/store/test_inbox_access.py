"""「``init --scanner-group GROUP``: an account of that group can write into the inbox and cannot list the cases.」.

Real accounts where the tests run as root, each in a process of its own; otherwise skipped.
"""

from __future__ import annotations

import configparser
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from archivist.errors import InvalidValue, SettingsError
from archivist.store import Archive, Original, durable_files, inbox_access, inbox_place
from archivist.store.disk_probe import examine
from archivist.store.inbox_access import ScannerGroup, access_to, make_drop_folder, open_to_group

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may act for other accounts"
)
OFFICE, SCANNER, STRANGER = 61_001, 61_002, 61_003
GROUP = ScannerGroup(61_100, "61100", ())
"""No such accounts need to be known to the system."""


def act(uid: int, action: Callable[[], object], *groups: int, umask: int = 0o022) -> str:
    """Do something as an account; return what came of it, or the name of the error."""
    out, into = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setgroups(groups)
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.umask(umask)
            said = str(action())
        except BaseException as error:
            said = type(error).__name__
        os.write(into, said.encode())
        os._exit(0)
    os.close(into)
    os.waitpid(child, 0)
    with os.fdopen(out, "rb") as pipe:
        return pipe.read().decode()


def scan(action: Callable[[], object], umask: int = 0o022) -> str:
    return act(SCANNER, action, GROUP.gid, umask=umask)


def office(action: Callable[[], object]) -> str:
    return act(OFFICE, action, GROUP.gid)


@pytest.fixture(params=["/var/tmp", "/dev/shm"])
def root(request: pytest.FixtureRequest) -> Iterator[Path]:
    """An archive of an office's account, opened to the scanner's group."""
    if not os.access(request.param, os.W_OK):
        pytest.skip(f"no {request.param} here")
    base = Path(tempfile.mkdtemp(dir=request.param))
    try:
        base.chmod(0o755)
        os.chown(base, OFFICE, OFFICE)
        archive = Archive(base / "ws" / "archive")

        def lay_out() -> None:
            (base / "ws").mkdir()
            archive.create()
            (archive.cases / "TJHQ-DB-2024-000001").mkdir(0o700)
            (archive.cases / "TJHQ-DB-2024-000001" / "a.txt").touch(0o600)

        assert office(lay_out) == "None"
        assert office(lambda: open_to_group(archive.root, archive.inbox, GROUP)) == "None"
        yield archive.root
    finally:
        shutil.rmtree(base)


def test_a_scanner_puts_files_in_and_sees_no_household(root: Path) -> None:
    """「the group can reach inbox but cannot list archive/cases」."""
    inbox, drop = root / "inbox", root / "inbox" / "TJHQ-DB-2024-000001 王秀兰"
    assert office(lambda: make_drop_folder(drop)) == "None"
    for folder in (inbox, drop):
        assert scan(lambda folder=folder: (folder / "scan.pdf").write_bytes(b"%PDF")) == "4"  # type: ignore[misc]
    for hidden in (root, root / "cases", root / "review", root / "ledger", root / "outbox", root / ".work"):
        assert scan(lambda hidden=hidden: list(hidden.iterdir())) == "PermissionError", hidden  # type: ignore[misc]
    assert scan((root / "cases/TJHQ-DB-2024-000001/a.txt").read_bytes) == "PermissionError"
    assert scan(lambda: (root / "x").touch()) == "PermissionError"
    for mode in (os.R_OK, os.W_OK, os.X_OK):
        assert act(STRANGER, lambda mode=mode: os.access(inbox, mode)) == "False"  # type: ignore[misc]


def test_an_inbox_outside_is_the_group_s_and_the_archive_stays_closed(root: Path) -> None:
    """「the scanner's user cannot list `cases/`」: it need not even come through the archive."""
    base = root.parent.parent
    inbox = base / "扫描"

    def lay_out() -> None:
        root.chmod(0o700)
        inbox_place.make(inbox)
        open_to_group(root, inbox, GROUP)
        make_drop_folder(inbox / "TJHQ-DB-2024-000001 王秀兰")

    assert office(lay_out) == "None"
    for folder in (inbox, inbox / "设备", inbox / "TJHQ-DB-2024-000001 王秀兰"):
        assert scan(lambda folder=folder: (folder / "scan.pdf").write_bytes(b"%PDF")) == "4"  # type: ignore[misc]
        assert act(STRANGER, lambda folder=folder: list(folder.iterdir())) == "PermissionError"  # type: ignore[misc]
    for hidden in (root, root / "cases", root / "inbox"):
        assert scan(lambda hidden=hidden: list(hidden.iterdir())) == "PermissionError", hidden  # type: ignore[misc]
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert office(lambda: Original.of(inbox / "scan.pdf", "scan.pdf").remove(root / ".work")) == "True"
    assert not [f for f in examine(root, inbox) if f.what in ("权限", "收件箱") and f.state != "正常"]


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077, 0o007])
def test_what_a_scanner_made_the_office_reads_and_removes(root: Path, umask: int) -> None:
    """「files written by the scanner account must be readable and removable by the office account」."""
    inbox = root / "inbox"
    if "system.posix_acl_default" not in os.listxattr(inbox) and umask & 0o040:
        pytest.skip("no access lists on this disk: the umask decides")

    def write() -> None:
        (inbox / "批次").mkdir()
        for path in (inbox / "a.pdf", inbox / "批次" / "b.pdf"):
            path.write_bytes(b"%PDF")

    assert scan(write, umask) == "None"

    def take() -> list[bool]:
        found = [Original.of(p, p.name) for p in (inbox / "a.pdf", inbox / "批次" / "b.pdf")]
        return [original.remove(root / ".work") for original in found]

    assert office(take) == "[True, True]"
    assert not (inbox / "a.pdf").exists()
    assert access_to(root / "inbox").faults == (
        f"{GROUP.name} 组里没有任何帐号，请管理员运行 usermod -aG {GROUP.name} 扫描仪的帐号",
    )


def test_a_drop_folder_is_open_to_whom_the_inbox_is(root: Path, tmp_path: Path) -> None:
    """「new drop folders get the same」, and stay closed where the inbox is."""
    drop = root / "inbox" / "新"
    assert office(lambda: make_drop_folder(drop)) == "None"
    info = drop.stat()
    assert (stat.S_IMODE(info.st_mode), info.st_gid) == (inbox_access.SHARED, GROUP.gid)
    assert office(lambda: make_drop_folder(drop)) == "None", "there already"
    make_drop_folder(tmp_path / "户")
    assert stat.S_IMODE((tmp_path / "户").stat().st_mode) == durable_files.FOLDER_MODE


def the(root: Path, what: str) -> tuple[str, str, str]:
    return next((f.state, f.detail, f.consequence) for f in examine(root) if f.what == what)


def test_doctor_says_who_may_put_files_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """「``doctor`` explains the state (who can write there, what to do)」."""
    group = ScannerGroup(GROUP.gid, "saomiao", ("scanner1", "scanner2"))
    monkeypatch.setattr(inbox_access, "_group", lambda _: group)
    said = "用户组 saomiao（scanner1、scanner2）的帐号可以放入文件，看不到户档"
    assert the(root, "收件箱权限") == ("正常", said, "")
    assert the(root, "权限") == ("正常", "收件箱以外只有本用户能进入和读取", "")

    (root / "inbox" / "旧").mkdir(0o700)
    (root / "inbox" / "旧").chmod(0o700)
    assert "1 个文件夹 saomiao 组不能写入" in the(root, "收件箱权限")[2]
    (root / "inbox" / "旧").rmdir()
    root.chmod(0o700)
    assert "经不过文件夹 archive" in the(root, "收件箱权限")[2]
    root.chmod(0o710)
    (root / "inbox").chmod(0o2777)
    assert "任何用户都能进入收件箱" in the(root, "收件箱权限")[2]
    (root / "inbox").chmod(0o2770)
    (root / "cases").chmod(0o750)
    root.chmod(0o755)
    state, _, remedy = the(root, "权限")
    assert state == "注意"
    os.system(remedy.split("运行 ")[1])
    assert the(root, "权限")[0] == the(root, "收件箱权限")[0] == "正常"


def test_a_workspace_in_a_closed_place_is_told(root: Path) -> None:
    (root.parent.parent).chmod(0o700)
    assert f"经不过文件夹 {root.parent.parent.name}" in the(root, "收件箱权限")[2]


def test_a_group_that_is_none_or_not_ours_is_refused() -> None:
    with pytest.raises(InvalidValue, match="没有用户组"):
        inbox_access.group_named("no-such-group")
    import grp

    other = grp.getgrall()[0].gr_name
    assert act(OFFICE, lambda: inbox_access.group_named(other)) == SettingsError.__name__


def test_the_share_of_the_install_guide_lets_scans_in_and_nobody_near_the_cases(root: Path) -> None:
    """“the Samba example's inbox really closes cases/ from another account”: its masks, played as Samba would, by real accounts."""
    guide = (Path(__file__).parents[2] / "docs/install.md").read_text(encoding="utf-8")
    example = guide.split("```ini\n", 1)[1].split("```", 1)[0]
    share = configparser.ConfigParser()
    share.read_string(example)
    told = share["收件箱"]
    assert (told["oplocks"], told["guest ok"], told["valid users"]) == ("no", "no", "scanner")
    assert f"install -d -o archivist -g {told['force group']} -m 2770 {told['path']}" in guide
    base = root.parent.parent
    inbox = base / PurePosixPath(told["path"]).name

    def as_installed() -> None:
        root.chmod(0o700)
        inbox.mkdir()
        os.chown(inbox, -1, GROUP.gid)
        inbox.chmod(0o2770)

    def as_samba() -> None:
        """What the daemon does for a client: as the account, with the forced group, whatever the client's own umask."""
        for folder in (inbox, inbox / "批次"):
            if folder != inbox:
                folder.mkdir()
                folder.chmod(int(told["force directory mode"], 8) & int(told["directory mask"], 8))
            path = folder / "scan.pdf"
            path.write_bytes(b"%PDF")
            path.chmod(int(told["force create mode"], 8) & int(told["create mask"], 8))

    assert office(as_installed) == "None"
    assert scan(as_samba, umask=0o077) == "None"
    for path in (inbox / "scan.pdf", inbox / "批次" / "scan.pdf"):
        assert office(path.read_bytes) == "b'%PDF'"
        assert act(STRANGER, path.read_bytes) == "PermissionError"
        assert office(lambda path=path: Original.of(path, "scan.pdf").remove(root / ".work")) == "True"  # type: ignore[misc]
    for hidden in (root, root / "cases", root / "inbox", root / "cases/TJHQ-DB-2024-000001"):
        for account in (scan, lambda action: act(STRANGER, action)):
            assert account(lambda hidden=hidden: list(hidden.iterdir())) == "PermissionError", hidden  # type: ignore[misc]
