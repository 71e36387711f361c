"""What only a real Windows PC can show: tried there, one by one; told by name anywhere else.

The tests run on a Windows Python under Wine (``make wine``), which has no limit on memory or on paths, keeps no access lists of its own and has
neither WPS nor Word; and that a flushed file outlives a power cut no program can see.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from archivist.api.diagnosis import Checkup, Condition, Diagnosis

if TYPE_CHECKING:
    from archivist.workspace import Workspace

MEMORY: Final = "内存上限"
LONG_PATHS: Final = "长路径"
INHERITED: Final = "权限继承"
REPLACED: Final = "反复替换"
OFFICE: Final = "WPS、Word 转 PDF"
POWER: Final = "断电"
CHECKS: Final = {
    MEMORY: "读取进程用到上限时被拦住，不拖垮整台电脑",
    LONG_PATHS: "超过 260 个字的路径能写、能改名、能删",
    INHERITED: "档案库里新建的文件，别的帐号打不开",
    REPLACED: "杀毒软件和预览占用文件时，清单仍能替换",
    OFFICE: "没有 LibreOffice 时，由 WPS 或 Word 转出 PDF",
    POWER: "归档后立即断电，重新开机后档案完好",
}
"""What is tried, in the order in which it is told."""
_BY_HAND: Final = (
    "只能动手试：用试验工作区，另一台电脑上看着，archivist watch 归档约 50 个文件时拔掉电源（笔记本先取下电池）；"
    "重新开机后运行 archivist verify，应没有问题，已显示“归档”的一份不少。NTFS 本机硬盘、移动硬盘各试一次"
)


def windows_checks(workspace: Workspace) -> Diagnosis:
    """Try what Wine cannot prove; on another system each is named as not tried."""
    return Diagnosis(tuple(_tried(what, workspace) for what in CHECKS))


if sys.platform == "win32":
    import subprocess
    import tempfile
    from pathlib import Path

    _MOST_BYTES: Final = 300 << 20
    _EATER: Final = (
        "import sys\ntry:\n b = bytearray(600 << 20)\nexcept MemoryError: sys.exit(71)\nsys.exit(0)\n"
    )
    _TIMES: Final = 200

    def _tried(what: str, workspace: Workspace) -> Checkup:
        if what == POWER:
            return Checkup(what, Condition.ABSENT, _BY_HAND)
        folder = workspace.archive.work
        with tempfile.TemporaryDirectory(prefix="probe-", dir=folder, ignore_cleanup_errors=True) as place:
            try:
                fault = _TRIALS[what](Path(place))
            except Exception as error:  # whatever Windows does here, the others are still to be tried
                fault = f"没有查成（{type(error).__name__}：{error}）"
        state = Condition.ATTENTION if fault else Condition.FINE
        return Checkup(what, state, fault or CHECKS[what])

    def _memory(_place: Path) -> str:
        from archivist.reading.job_object import Job, creation_flags

        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", _EATER], creationflags=creation_flags())
        job = Job(_MOST_BYTES)
        job.take(process)
        try:
            status = process.wait(timeout=60)
        finally:
            job.close()
        return "" if status else "进程用了上限两倍的内存，没有被拦住：一个坏文件可能占满这台电脑的内存"

    def _long_paths(place: Path) -> str:
        from archivist.store import nt

        deep = place.joinpath(*("长" * 60 for _ in range(5)))
        Path(nt.long_path(deep)).mkdir(parents=True)
        Path(nt.long_path(deep / "一.txt")).write_bytes(b"1")
        nt.move(deep / "一.txt", deep / "二.txt")
        nt.unlink(deep / "二.txt")
        try:
            (deep / "三.txt").write_bytes(b"3")
        except OSError:
            return (
                "系统没有打开长路径：工作区的路径超过 120 个字时，有的文件会写不下。"
                "请管理员在组策略“文件系统”中启用“Win32 长路径”，或把工作区放在短一些的位置"
            )
        return ""

    def _inherited(place: Path) -> str:
        from archivist.store import durable_files, nt

        folder = place / "private"
        durable_files.make_private_folder(folder)
        durable_files.write_new(folder / "甲.txt", b"1")
        others = nt.strangers(nt.access_list(folder / "甲.txt"), nt.account())
        return (
            f"别的帐号也能打开（{'、'.join(others)}）：本机其他用户可能看到困难群众的个人信息"
            if others
            else ""
        )

    def _replaced(place: Path) -> str:
        import time

        from archivist.store import durable_files

        began = time.monotonic()
        for n in range(_TIMES):
            durable_files.write_new(place / "new", f"{n}".encode())
            durable_files.replace(place / "new", place / "manifest.txt")
        took = time.monotonic() - began
        if took > _TIMES * 0.2:
            return f"每次 {took / _TIMES:.1f} 秒，很慢：请在杀毒软件中把档案库所在文件夹设为信任"
        return ""

    def _office(place: Path) -> str:
        from archivist.reading import windows_office

        name = windows_office.com_program()
        if not name:
            return "没有安装 WPS 或 Word；有 LibreOffice 的不受影响"
        (place / "样例.rtf").write_text(r"{\rtf1 sample}", encoding="ascii")
        command = windows_office.powershell([str(place / "样例.rtf")], str(place))
        status = subprocess.run(command, capture_output=True, timeout=120, check=False).returncode
        if (place / "样例.pdf").is_file():
            return ""
        return f"{name} 没有转出 PDF（{status}）：请先打开一次，完成首次使用的询问"

    _TRIALS: Final[dict[str, Callable[[Path], str]]] = {
        MEMORY: _memory,
        LONG_PATHS: _long_paths,
        INHERITED: _inherited,
        REPLACED: _replaced,
        OFFICE: _office,
    }

else:

    def _tried(what: str, _workspace: Workspace) -> Checkup:
        return Checkup(what, Condition.ABSENT, f"{CHECKS[what]}：只能在 Windows 电脑上检查")
