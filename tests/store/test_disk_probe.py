"""What ``doctor`` says of a disk: real mounts where the tests run as root, otherwise skipped with the reason."""

from __future__ import annotations

import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.errors import WriteFailed
from archivist.store import Archive, disk_probe, lock
from archivist.store.disk_probe import DiskFinding, examine, require_writable
from archivist.store.mounts import is_share, mounted

Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mount a file system for one test; what is mounted is unmounted at the end, whatever happens."""
    mounted: list[Path] = []

    def do(*words: str, name: str = "mnt") -> Path:
        if sys.platform != "linux" or os.geteuid() != 0:
            pytest.skip("only root on Linux may mount")
        target = tmp_path / name
        target.mkdir()
        done = subprocess.run(["mount", *words, str(target)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.strip().splitlines()[0]}")
        mounted.append(target)
        return target

    try:
        yield do
    finally:
        for target in reversed(mounted):
            subprocess.run(["umount", str(target)], check=True)


def archive_on(folder: Path) -> Path:
    archive = Archive(folder / "archive")
    archive.create()
    return archive.root


def states(findings: tuple[DiskFinding, ...]) -> dict[str, str]:
    return {f.what: f.state for f in findings}


def the(findings: tuple[DiskFinding, ...], what: str) -> DiskFinding:
    return next(f for f in findings if f.what == what)


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def test_an_ordinary_disk_is_all_right_and_nothing_stays_behind(tmp_path: Path) -> None:
    root = archive_on(tmp_path)
    before = everything(tmp_path)
    found = states(examine(root))
    assert everything(tmp_path) == before
    assert {k: v for k, v in found.items() if k not in ("磁盘种类", "磁盘空间")} == dict.fromkeys(
        ("收件箱权限", "权限", "掉电保护", "写入锁", "文件名大小写", "文件名"), "正常"
    )


# ── where it lies ────────────────────────────────────────────────────────────────────────────────────────
MOUNTS = rb"""
22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/share rw - cifs //server/share rw
31 22 0:41 / /mnt/share/local rw - xfs /dev/sdb rw
32 22 0:42 / /mnt/\346\241\243\346\241\210\040\345\272\223 rw,relatime shared:5 - nfs4 server:/a rw
33 22 0:43 / /mnt/over rw - ext4 /dev/sdc rw
34 33 0:44 / /mnt/over rw - fuse.sshfs me@host: rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a", "ext4"),
        ("/mnt/share", "cifs"),
        ("/mnt/share/x/archive", "cifs"),
        ("/mnt/shared", "ext4"),
        ("/mnt/share/local/x", "xfs"),
        ("/mnt/档案 库/archive", "nfs4"),
        ("/mnt/over/a", "fuse.sshfs"),
    ],
)
def test_the_mount_a_folder_lies_on(path: str, kind: str) -> None:
    assert mounted(MOUNTS, path.encode()) == kind


def test_what_is_a_share() -> None:
    for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone", "vboxsf", "virtiofs"):
        assert is_share(kind), kind
    for kind in ("ext4", "xfs", "btrfs", "fuseblk", "overlay", "vfat", "tmpfs", ""):
        assert not is_share(kind), kind


@pytest.mark.parametrize(
    ("kind", "state", "word"),
    [
        ("cifs", "注意", "网络共享"),
        ("vfat", "注意", "没有日志"),
        ("", "注意", "没有检查"),
        ("zfs", "正常", "zfs"),
    ],
)
def test_each_kind_of_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, state: str, word: str
) -> None:
    root = archive_on(tmp_path)
    monkeypatch.setattr(disk_probe, "filesystem", lambda _: kind)
    found = the(examine(root), "磁盘种类")
    assert found.state == state
    assert word in found.detail + found.consequence


def test_an_inbox_on_a_share_is_named_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = archive_on(tmp_path)
    monkeypatch.setattr(disk_probe, "filesystem", lambda p: "cifs" if p.name == "inbox" else "ext4")
    found = examine(root)
    assert the(found, "磁盘种类").state == "正常"
    assert the(found, "收件箱").state == "注意"


# ── real mounts ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_small_memory_disk_nearly_full(mount: Mount) -> None:
    root = archive_on(mount("-t", "tmpfs", "-o", "size=8m", "tmpfs"))
    (root / "inbox/大.pdf").write_bytes(b"x" * (3 << 20))
    found = examine(root)
    assert the(found, "磁盘种类").state == "警报"
    assert "tmpfs" in the(found, "磁盘种类").detail
    assert the(found, "磁盘空间").state == "警报"
    assert "最大的文件 3 MB" in the(found, "磁盘空间").detail


def test_a_disk_without_room_for_one_more_name(mount: Mount) -> None:
    """What could not be tried is said to be untried, never to be all right."""
    root = archive_on(mount("-t", "tmpfs", "-o", "size=1m,nr_inodes=15", "tmpfs"))
    with pytest.raises(OSError, match="space"):
        for n in range(20):
            (root / f"f{n}").touch()
    (root / "f0").unlink()
    before = everything(root)
    found = examine(root)
    assert everything(root) == before
    assert [f.what for f in found if f.detail.startswith("没有查成")] == ["写入锁", "文件名大小写", "文件名"]
    assert all(f.state != "正常" for f in found if f.detail.startswith("没有查成"))


def test_a_disk_that_takes_no_writes(mount: Mount) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    root = archive_on(folder)
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    assert states(examine(root))["写入"] == "警报"
    with pytest.raises(WriteFailed, match="不能写入") as refused:
        require_writable(folder)
    assert refused.value.code == "E204"
    words = [
        "init",
        str(folder / "new"),
        "--pack",
        "national",
        "--office",
        "样例街道",
        "--code",
        "XX",
        "--json",
    ]
    done = subprocess.run([sys.executable, "-m", "archivist", *words], capture_output=True, check=False)
    assert done.returncode == 24
    assert json.loads(done.stdout)["error"]["code"] == "E204"


def test_a_folder_that_takes_no_writes_is_not_made_a_workspace(mount: Mount) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    words = ["init", str(folder), "--pack", "national", "--office", "样例街道", "--code", "XX", "--json"]
    done = subprocess.run([sys.executable, "-m", "archivist", *words], capture_output=True, check=False)
    assert done.returncode == 24
    error = json.loads(done.stdout)["error"]
    assert "不能写入" in error["message"]
    assert "权限" in error["remedy"]


def test_init_warns_but_does_not_refuse(mount: Mount) -> None:
    folder = mount("-t", "tmpfs", "-o", "size=8m", "tmpfs")
    words = ["init", str(folder), "--pack", "national", "--office", "样例街道", "--code", "XX"]
    done = subprocess.run(
        [sys.executable, "-m", "archivist", *words], capture_output=True, text=True, check=True
    )
    assert "警报　磁盘种类：档案库在内存盘上" in done.stderr
    assert (folder / "archivist.toml").exists()


CASELESS = {
    "ext4 with casefold": (["mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8"], ["chattr", "+F"]),
    "vfat": (["mkfs.vfat"], None),
    "xfs": (["mkfs.xfs", "-q", "-n", "version=ci"], None),
}


@pytest.mark.parametrize("way", CASELESS)
def test_a_disk_that_does_not_tell_a_from_capital_a(mount: Mount, tmp_path: Path, way: str) -> None:
    make, turn_on = CASELESS[way]
    if shutil.which(make[0]) is None:
        pytest.skip(f"{make[0]} is not installed")
    image = tmp_path / "image"
    image.touch()
    os.truncate(image, 320 << 20)
    subprocess.run([*make, str(image)], check=True, capture_output=True)
    root = mount("-o", "loop", str(image)) / "archive"
    root.mkdir(mode=0o700)
    if turn_on:
        subprocess.run([*turn_on, str(root)], check=True)
    assert the(examine(root), "文件名大小写").state == "注意"


# ── what cannot be mounted everywhere ────────────────────────────────────────────────────────────────────
def test_names_that_do_not_tell_a_from_capital_a(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = archive_on(tmp_path)
    real = Path.exists
    monkeypatch.setattr(
        Path, "exists", lambda p: any(e.name.lower() == p.name.lower() for e in p.parent.iterdir()) or real(p)
    )
    assert the(examine(root), "文件名大小写").state == "注意"


def test_a_disk_that_cannot_sync_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = archive_on(tmp_path)
    monkeypatch.setattr(os, "fsync", _refuse(errno.EINVAL))
    found = the(examine(root), "掉电保护")
    assert found.state == "注意"
    assert "不间断电源" in found.consequence


def _refuse(code: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize(("answer", "word"), [(True, "不起作用"), (False, "不支持")])
def test_a_disk_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bool, word: str
) -> None:
    root = archive_on(tmp_path)
    monkeypatch.setattr(lock, "try_lock", lambda _: answer)
    found = the(examine(root), "写入锁")
    assert found.state == "警报"
    assert word in found.detail


def test_a_disk_that_refuses_rare_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = archive_on(tmp_path)
    real = Path.mkdir

    def mkdir(path: Path, mode: int = 0o777, exist_ok: bool = False) -> None:
        if any(ord(c) > 0xFFFF for c in path.name):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(path, mode, exist_ok=exist_ok)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    found = the(examine(root), "文件名")
    assert (found.state, found.detail) == ("警报", "建不了这样的文件名：生僻字（四字节）")


def test_a_disk_that_composes_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unicodedata

    root = archive_on(tmp_path)
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda p: [unicodedata.normalize("NFC", n) for n in real(p)])
    found = the(examine(root), "文件名")
    assert (found.state, found.detail) == ("注意", "磁盘会改写文件名：未合成的字符（NFD）")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps names in UTF-16")
def test_a_system_whose_names_are_not_utf_8(tmp_path: Path) -> None:
    root = archive_on(tmp_path)
    code = (
        "import json, sys; from pathlib import Path; from archivist.store.disk_probe import examine\n"
        "print(json.dumps({f.what: [f.state, f.detail] for f in examine(Path(sys.argv[1]))}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(root)],
        env={**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    state, detail = json.loads(done.stdout)["文件名"]
    assert state == "警报"
    assert "记文件名" in detail


# ── who may read it ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_open_folders_and_files_are_counted_and_the_command_given_mends_them(tmp_path: Path) -> None:
    root = archive_on(tmp_path / "我的 街道")
    case = root / "cases/TJHQ-DB-2024-000001/data"
    case.mkdir(parents=True)
    case.chmod(0o700)
    case.parent.chmod(0o750)
    (root / "outbox").chmod(0o755)
    for name, mode in (("a.pdf", 0o400), ("b.pdf", 0o444), ("c.pdf", 0o640)):
        (case / name).touch()
        (case / name).chmod(mode)
    (root / "inbox/扫描.pdf").touch()
    (root / "inbox/扫描.pdf").chmod(0o644)
    found = the(examine(root), "权限")
    assert found.state == "注意"
    assert found.detail == "2 个文件夹的权限不是 0700，2 个文件别人也能读写"
    command = found.consequence.split("运行 ")[1].split("（")[0]
    assert shlex.split(command) == ["chmod", "-R", "u+rX,go-rwx", str(root)]
    subprocess.run(shlex.split(command), check=True)
    assert the(examine(root), "权限").state == "正常"
    assert (case / "a.pdf").stat().st_mode & 0o777 == 0o400, "filed papers stay read-only"


def test_everything_the_program_makes_under_the_archive_is_private(tmp_path: Path) -> None:
    from tests.kit import make_workspace, open_household

    old = os.umask(0)
    try:
        with make_workspace(tmp_path) as workspace:
            open_household(workspace)
            assert workspace.index.find_cases("王秀兰")
            root = workspace.archive.root
        assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
        done = subprocess.run(
            [sys.executable, "-m", "archivist", "generate", "受理通知书", "王秀兰", "--draft",
             "--set", "申请.受理日期=2024-03-05", "--workspace", str(tmp_path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        os.umask(old)
    assert done.returncode == 0, done.stderr
    assert list(root.glob("outbox/*/*.docx"))
    assert list(root.glob("inbox/*"))
    for path in root.rglob("*"):
        assert not path.stat().st_mode & 0o077, path
    assert the(examine(root), "权限").state == "正常"
