"""Write a small archive with the program as it was at some commit, for ``tests/data/old_archives``.

    python tools/make_old_archive.py COMMIT NAME

To be run with the last commit of a format, before the next one is raised: what that program wrote must be read for ever,
and only that program can write it. The commit is checked out beside, its own code does the work with today's packages,
at a told moment, for invented people; ``<NAME>.zip`` holds ``cases/``, ``ledger/``, ``review/``, ``batches/``, ``access/`` and ``FORMAT``, as far as it
wrote them. A command that a program does not know yet is passed over, and says so.
"""

from __future__ import annotations

import os
import site
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
TARGET: Final = ROOT / "tests/data/old_archives"
SETTINGS: Final = """
pack = "tianjin-hongqiao"
[office]
name = "天津市红桥区样例街道办事处"
code = "TJHQ"
district = "天津市红桥区"
bureau = "天津市红桥区民政局"
review_authority = "天津市红桥区人民政府"
court = "天津市红桥区人民法院"
verification_agency = "天津市红桥区核对机构"
agency_sign = "红样救字"
address = "样例路1号"
phone = "022-00000001"
supervision_phone = "022-00000002"
[standards]
DB = "1130"
[options]
settle_s = 0.2
readers = 1
"""
ONE: Final = "TJHQ-DB-2024-000001"
TWO: Final = "TJHQ-DB-2024-000002"
PAPERS: Final = {
    "诊断证明.txt": "诊断证明书\n姓名 王样例\n",
    "申请书.txt": "社会救助申请书\n姓名 王样例\n",
    "收条.txt": "收条\n",
    "archive/inbox/旧件.txt": "不知道是什么\n",
}
COMMANDS: Final = (
    ("case", "open", "低保", "--name", "王样例", "--id", "120106196203050023", "--set", "applicant.address=样例里1号",
     "--set", "applicant.village=样例里社区", "--set", "application.date=2024-03-04", "--set", "application.received_on=2024-03-04",
     "--set", "application.cause=因病致贫", "--on", "2024-03-04"),
    ("case", "open", "低保", "--name", "赵样例", "--id", "120106196203050066", "--set", "applicant.address=样例里2号",
     "--on", "2024-03-04"),
    ("file", ONE, "诊断证明.txt", "--type", "other"),
    ("file", ONE, "申请书.txt", "--type", "社会救助申请书"),
    ("case", "step", ONE, "submit", "--on", "2024-03-04"),
    ("generate", "integrity_commitment", ONE),
    ("case", "set", ONE, "applicant.phone=022-00001111", "--reason", "更正"),
    ("file", TWO, "收条.txt", "--type", "other"),
    ("watch", "--once"),
    ("case", "deregister", TWO, "--on", "2024-03-05", "--reason", "死亡"),
    ("verify",),
)  # fmt: skip


def run(code: Path, workspace: Path, command: tuple[str, ...]) -> bool:
    """Run a command of the program in ``code``; tells whether it was done."""
    packages = os.pathsep.join(p for p in site.getsitepackages() + sys.path if p.endswith("site-packages"))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "archivist", *command],
        cwd=workspace,
        env={
            **os.environ,
            "PYTHONPATH": f"{code}{os.pathsep}{packages}",
            "ARCHIVIST_NOW": "2024-03-08T10:30:00+08:00",
            "ARCHIVIST_AS": "林经办",
            "ARCHIVIST_WORKSPACE": str(workspace),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stderr.write(f"{done.returncode:3d} {' '.join(command)}\n")
    if done.returncode not in (0, 1):
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode in (0, 1)


def pack(archive: Path, target: Path) -> None:
    """Put the archive into a zip that is the same whenever it is made of the same files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in ("FORMAT", "cases", "ledger", "review", "batches", "access"):
            top = archive / name
            for path in sorted(p for p in (top, *top.rglob("*")) if p.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(archive).as_posix(), (2024, 3, 8, 10, 30, 0))
                entry.external_attr = 0o100600 << 16
                packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def main() -> int:
    """Make one archive."""
    commit, name = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="archivist-old-") as folder:
        code, workspace = Path(folder, "code"), Path(folder, "ws")
        subprocess.run(["git", "clone", "-q", str(ROOT), str(code)], check=True)
        subprocess.run(["git", "-C", str(code), "checkout", "-q", commit], check=True)
        (workspace / "archive/inbox").mkdir(parents=True)
        (workspace / "archivist.toml").write_text(SETTINGS, encoding="utf-8")
        for path, text in PAPERS.items():
            (workspace / path).write_text(text, encoding="utf-8")
        done = [run(code, workspace, command) for command in COMMANDS]
        TARGET.mkdir(parents=True, exist_ok=True)
        pack(workspace / "archive", TARGET / f"{name}.zip")
        sys.stdout.write(f"{name}.zip: {sum(done)} of {len(COMMANDS)} commands\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
