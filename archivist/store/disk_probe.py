"""What the disk under an archive cannot promise, found by trying it.

``examine`` asks the system where the folder lies and tries, in a folder of its own that it takes away again, what the
commit protocol and the names in an archive rely on. Three things cannot be tried from one process on one machine and
are taken on trust: that ``O_EXCL`` and ``rename`` are atomic for others on a network share, that a lock reaches other
hosts, and that the drive writes out its cache when it says so (only pulling the plug would tell).
"""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from archivist.errors import ArchiveLocked, WriteFailed
from archivist.os_reasons import reason_of
from archivist.store import durable_files, inbox_access, inbox_place, nt
from archivist.store.lock import WriterLock
from archivist.store.mounts import filesystem, is_share

State = Literal["正常", "注意", "警报"]

LEAST_FREE: Final = 1 << 30
"""Bytes; with less there is hardly room for a day's scans."""
TIMES_LARGEST: Final = 4
"""A file being filed lies in the inbox and in the case at once; its text and the index need room too."""
MOST_ENTRIES: Final = 200_000
"""So many files and folders have their permissions looked at; more would keep the clerk waiting."""

_FAT: Final = re.compile(r"vfat|msdos|exfat")
_MEMORY: Final = ("tmpfs", "ramfs")
_NAMES: Final = (
    ("中文", "户档 申请"),
    ("生僻字（四字节）", "赵𬭊𠮷"),
    ("未合成的字符（NFD）", "e\u0301 A\u030a"),
)


@dataclass(frozen=True, slots=True)
class DiskFinding:
    """One thing looked at: what it is, how it stands, and what follows from it when it is not 正常."""

    what: str
    state: State
    detail: str
    consequence: str = ""


def require_writable(folder: Path) -> None:
    """Refuse a folder in which nothing can be made; ``folder`` must exist.

    Raises:
        WriteFailed: E204.
    """
    try:
        _empty_probe(folder).rmdir()
    except OSError as error:
        raise WriteFailed(
            f"这个文件夹不能写入（{reason_of(error)}），没有建立任何内容",
            file=folder.name,
            remedy="换一个有写入权限的文件夹，或请管理员开放权限后重试。",
        ) from error


def require_room(folder: Path) -> None:
    """Refuse on Windows a place whose path leaves no room for what a workspace makes below it.

    Raises:
        WriteFailed: E204.
    """
    if sys.platform == "win32" and len(path := str(folder.absolute())) > nt.LONGEST_ROOT:  # pragma: no cover
        raise WriteFailed(
            f"工作区的路径有 {len(path)} 个字，Windows 的路径一共只能有 260 个字，没有建立任何内容",
            file=folder.name,
            remedy=f"换一个短一些的位置，如 D:\\救助档案（最多 {nt.LONGEST_ROOT} 个字）。",
        )


def examine(folder: Path, inbox: Path | None = None) -> tuple[DiskFinding, ...]:
    """Look at the disk under ``archive/``. Leaves nothing behind; a probe cut short by a kill goes at the next start.

    Args:
        folder: the archive folder; it must exist.
        inbox: where it is not in the archive; it need not be there.
    """
    own = folder / "inbox"
    inbox = inbox or own
    found = [_kind(folder), *_inbox(folder, inbox), _space(folder, inbox), *_permissions(folder, inbox)]
    try:
        probe = _empty_probe(folder / ".work" if (folder / ".work").is_dir() else folder)
    except OSError as error:
        reason = reason_of(error)
        return (
            DiskFinding("写入", "警报", f"不能写入（{reason}）", "什么都不能归档；请检查权限与硬件"),
            *found,
        )
    try:
        for what, attempt in (
            ("掉电保护", _folder_fsync),
            ("写入锁", _locking),
            ("文件名大小写", _case),
            ("文件名", _names),
        ):
            try:
                found.extend(attempt(what, probe))
            except OSError as error:
                found.append(
                    DiskFinding(what, "注意", f"没有查成（{reason_of(error)}）", "磁盘有了空间之后再查一次")
                )
    finally:
        shutil.rmtree(probe, ignore_errors=True)
    return tuple(found)


def _empty_probe(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="probe-", dir=folder))


# ── where it lies ────────────────────────────────────────────────────────────────────────────────────────
def _kind(folder: Path) -> DiskFinding:
    what, kind = "磁盘种类", filesystem(folder)
    if not kind:
        return DiskFinding(what, "注意", "这个系统上认不出磁盘种类，没有检查", "档案库请放在本机硬盘上")
    if is_share(kind):
        return DiskFinding(
            what,
            "注意",
            f"档案库在网络共享上（{kind}）",
            "写入锁可能管不到别的电脑，断电后的完好取决于对方服务器：只在一台电脑上运行本程序，最好把档案库移到本机硬盘",
        )
    if kind in _MEMORY:
        return DiskFinding(
            what, "警报", f"档案库在内存盘上（{kind}）", "关机即全部丢失，只可用于演示；请移到硬盘上"
        )
    if _FAT.fullmatch(kind):
        return DiskFinding(
            what, "注意", f"档案库在 {kind} 上", "没有日志和访问权限，断电易损坏、谁都能读；请用 NTFS 或 ext4"
        )
    return DiskFinding(what, "正常", f"本机磁盘（{kind}）")


def _inbox(folder: Path, inbox: Path) -> Iterator[DiskFinding]:
    own = folder / "inbox"
    if inbox != own:
        if why := inbox_place.trouble(inbox):
            yield DiskFinding(
                "收件箱", "警报", f"{inbox} 现在用不了：{why}", "扫描件收不进来；文件都还在原处"
            )
            return
        if left := sum(1 for _ in _sizes(own)):
            yield DiskFinding(
                "收件箱",
                "注意",
                f"收件箱已改在 {inbox}，archive/inbox 里还有 {left} 个文件不会收取",
                f"请把它们移到 {inbox}",
            )
    kind = filesystem(inbox)
    if is_share(kind) and not is_share(filesystem(folder)):
        yield DiskFinding(
            "收件箱",
            "注意",
            f"收件箱在网络共享上（{kind}）",
            "别的电脑放进来的文件没有即时通知，要等下一次全面查看",
        )


def _space(folder: Path, inbox: Path) -> DiskFinding:
    free = shutil.disk_usage(folder).free
    largest = max(_sizes(inbox), default=0)
    detail = f"剩余 {_amount(free)}" + (f"，收件箱里最大的文件 {_amount(largest)}" if largest else "")
    room = "请腾出空间或换更大的磁盘；写不下时不会损坏已归档的，原件留在收件箱"
    if free < TIMES_LARGEST * largest or free < LEAST_FREE // 16:
        return DiskFinding("磁盘空间", "警报", detail, f"很可能写不下收件箱里的文件。{room}")
    if free < LEAST_FREE:
        return DiskFinding("磁盘空间", "注意", detail, f"不到 {_amount(LEAST_FREE)}。{room}")
    return DiskFinding("磁盘空间", "正常", detail)


def _sizes(inbox: Path) -> Iterator[int]:
    for path in inbox.rglob("*"):
        with suppress(OSError):
            if stat.S_ISREG((info := path.lstat()).st_mode):
                yield info.st_size


def _amount(size: int) -> str:
    return f"{size / 2**30:.1f} GB" if size >= 1 << 30 else f"{size / 2**20:.0f} MB"


# ── who may read it ──────────────────────────────────────────────────────────────────────────────────────
def _permissions(folder: Path, inbox: Path) -> Iterator[DiskFinding]:
    if sys.platform == "win32":  # pragma: no cover
        yield _access_list(folder)
        return
    yield from _inbox_access(inbox)
    inbox = folder / "inbox"
    shared = inbox.is_dir() and inbox_access.is_shared(inbox)
    folders = readable = seen = 0
    for path, info in _walk(folder):
        seen += 1
        inside = inbox in (path, *path.parents)
        if stat.S_ISDIR(info.st_mode):
            passed = shared and path == folder and stat.S_IMODE(info.st_mode) == inbox_access.PASSED_THROUGH
            is_private = stat.S_IMODE(info.st_mode) & 0o777 == durable_files.FOLDER_MODE
            folders += not (is_private or passed or (shared and inside))
        elif stat.S_ISREG(info.st_mode):
            # What lies in the inbox has the scanner's permissions; it gets the archive's when it is filed.
            readable += bool(info.st_mode & 0o077) and not inside
        if seen == MOST_ENTRIES:
            break
    part = f"（只看了前 {seen} 项）" if seen == MOST_ENTRIES else ""
    if folders or readable:
        # Owner first: a folder the owner cannot enter could not be repaired by going down into it.
        top = folder.resolve()
        private = sorted(p for p in top.iterdir() if p.name != "inbox") if shared else [top]
        command = f"chmod -R u+rX,go-rwx {shlex.join(map(str, private))}"
        if shared:
            command = f"chmod {inbox_access.PASSED_THROUGH:o} {shlex.quote(str(top))} && {command}"
        yield DiskFinding(
            "权限",
            "注意",
            f"{folders} 个文件夹的权限不是 0700，{readable} 个文件别人也能读写{part}",
            f"本机其他用户可能看到困难群众的个人信息；运行 {command}",
        )
    elif shared:
        yield DiskFinding("权限", "正常", f"收件箱以外只有本用户能进入和读取{part}")
    else:
        yield DiskFinding("权限", "正常", f"只有本用户能进入和读取{part}")


if sys.platform == "win32":  # pragma: no cover

    def _access_list(folder: Path) -> DiskFinding:
        others = nt.strangers(nt.access_list(folder), nt.account())
        if not others:
            return DiskFinding("权限", "正常", "只有本用户、系统和管理员能打开档案库")
        return DiskFinding(
            "权限",
            "注意",
            f"别的帐号也能打开档案库（{'、'.join(others)}）",
            "本机其他用户可能看到困难群众的个人信息；"
            f'运行 icacls "{folder}" /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F"',
        )


def _inbox_access(inbox: Path) -> Iterator[DiskFinding]:
    what = "收件箱权限"
    if not inbox.is_dir():
        return
    access = inbox_access.access_to(inbox)
    if access.group is None:
        who = "只有本用户能放入文件（扫描仪用别的帐号写入的，见使用指南“扫描仪的帐号”）"
    else:
        members = "、".join(access.group.members) or "没有帐号"
        who = f"用户组 {access.group.name}（{members}）的帐号可以放入文件，看不到户档"
    if access.faults:
        yield DiskFinding(what, "注意", who, "；".join(access.faults))
    else:
        yield DiskFinding(what, "正常", who)


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield everything in a folder and itself; what vanishes meanwhile or cannot be entered is passed over."""
    todo = [folder]
    while todo:
        path = todo.pop()
        try:
            info = path.lstat()
            yield path, info
            if stat.S_ISDIR(info.st_mode):
                todo.extend(path.iterdir())
        except OSError:
            continue


# ── what it does when tried ──────────────────────────────────────────────────────────────────────────────
def _folder_fsync(what: str, probe: Path) -> Iterator[DiskFinding]:
    lost = "突然断电时，最后几次归档可能丢失；请配不间断电源，纸质原件当天不要销毁"
    try:
        durable_files.sync_folder(probe, strict=True)
    except OSError as error:
        yield DiskFinding(what, "注意", f"这个磁盘不能把文件夹同步到磁盘（{reason_of(error)}）", lost)
    else:
        yield DiskFinding(what, "正常", "文件夹可同步到磁盘")


def _locking(what: str, probe: Path) -> Iterator[DiskFinding]:
    """Hold a lock and try for it a second time: that one must be refused."""
    path = probe / "lock"
    try:
        with WriterLock(path, wait_s=0).held("检查"):
            try:
                with WriterLock(path, wait_s=0).held("检查"):
                    yield DiskFinding(
                        what, "警报", "锁不起作用", "两个程序会同时写入而互相破坏：同一时间只能运行一个命令"
                    )
            except ArchiveLocked:
                yield DiskFinding(what, "正常", "同一时间只有一个程序能写入（限本机）")
    except ArchiveLocked:
        yield DiskFinding(what, "警报", "这个磁盘不支持文件锁", "不能归档；请把档案库移到本机硬盘")
    except WriteFailed as error:
        raise OSError(error.what) from error


def _case(what: str, probe: Path) -> Iterator[DiskFinding]:
    (probe / "Case-a").touch(durable_files.FILE_MODE)
    if (probe / "CASE-A").exists():
        yield DiskFinding(
            what,
            "注意",
            "不区分大小写",
            "先后投放只有大小写不同的两个文件时，后一个会顶替前一个；扫描件请用不同的名称",
        )
    else:
        yield DiskFinding(what, "正常", "区分大小写")


def _names(what: str, probe: Path) -> Iterator[DiskFinding]:
    """Make folders with the names that occur, and see whether they come back as they were given."""
    if (encoding := sys.getfilesystemencoding()) != "utf-8":
        yield DiskFinding(
            what,
            "警报",
            f"系统环境用 {encoding} 记文件名",
            "别的电脑上会是乱码，核对清单时报缺文件；请把语言环境设为 UTF-8，如 LANG=zh_CN.UTF-8",
        )
        return
    refused: list[str] = []
    changed: list[str] = []
    for label, name in _NAMES:
        inside = probe / f"names {len(refused)} {len(changed)}"
        inside.mkdir(durable_files.FOLDER_MODE, exist_ok=True)
        try:
            (inside / name).mkdir(durable_files.FOLDER_MODE)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            refused.append(label)
        else:
            found = os.listdir(inside)  # noqa: PTH208 — the bare names are the question
            if found != [name]:
                changed.append(label)
            else:
                (inside / name).rmdir()
    if refused:
        yield DiskFinding(
            what,
            "警报",
            f"建不了这样的文件名：{'、'.join(refused)}",
            "立户、归档会失败；请换用能存 UTF-8 文件名的磁盘",
        )
    if changed:
        yield DiskFinding(
            what,
            "注意",
            f"磁盘会改写文件名：{'、'.join(changed)}",
            "拷贝到别的电脑之后，核对清单时可能报缺文件",
        )
    if not refused and not changed:
        yield DiskFinding(what, "正常", "中文、生僻字原样保存")
