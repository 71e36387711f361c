"""The store, its lock, renames under a reader, filing and the commands, tried on a Windows CPython under Wine.

    python -m tools.wine            # makes what is missing in .wine/, then runs SUITE
    python -m tools.wine -- ARGS    # the same Python, with these arguments

Nothing of Windows stands in a registry of packages, but the wheel of panda3d brings ``python311.dll`` and the modules in C; mingw makes a
``python.exe`` that loads it, and the standard library is this machine's, of the same version. Packages are the declared ones as wheels for
Windows, in the versions of ``.venv``; only numpy is 1.26, for Wine 8 lacks what numpy 2 asks of the C library. What Wine cannot prove is
listed by ``archivist doctor --windows``.

Where a part is missing and cannot be installed the run is skipped with a line; in CI it fails.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parent.parent
HOME: Final = ROOT / ".wine"
PYTHON: Final = HOME / "python"
PREFIX: Final = HOME / "prefix"
WINE: Final = Path("/usr/lib/wine/wine64")
COMPILER: Final = "x86_64-w64-mingw32-gcc"
DEBIAN: Final = ("wine", "wine64", "gcc-mingw-w64-x86-64-win32")
VERSION: Final = (3, 11)
RUNTIME: Final = "panda3d==1.10.16"
PINNED: Final = {"numpy": "1.26.4"}
ALSO: Final = ("pytest", "hypothesis", "pytest-xdist", "jsonschema", "tzdata", "colorama", "bagit")
"""Beside what the program declares: what the tests of the suite need."""
SOURCES: Final = frozenset({"bagit", "whoosh"})
"""Of pure Python, handed out as sources: copied from ``.venv``."""
SUITE: Final = (
    ("tests/windows", "tests/store", "--ignore-glob=tests/store/test_[a-k]*"),
    ("tests/store", "--ignore-glob=tests/store/test_[l-z]*"),
)
"""What runs, in two parts."""
LEFT_OUT: Final = {
    "modes are POSIX; Windows has access lists": (
        "test_archive_format.py::test_a_new_archive_says_of_which_format_it_is",
        "test_commit.py::test_payload_is_read_only_and_private",
        "test_disk_probe.py::test_an_ordinary_disk_is_all_right_and_nothing_stays_behind",
        "test_disk_probe.py::test_everything_the_program_makes_under_the_archive_is_private",
        "test_office_keys.py::test_init_makes_a_key_that_nobody_else_reads",
        "test_office_keys.py::test_doctor_says_how_the_keys_stand",
        "test_pins.py::test_no_pin_is_stored",
    ),
    "Wine makes no links": ("test_bound.py::test_nothing_is_written_through_a_link",),
    "the test itself removes or moves files that are read-only": (
        "test_bound.py::test_a_ledger_of_before_is_given_its_leaflet_with_its_next_event",
        "test_damaged_notes.py::test_an_item_without_its_file_or_its_reasons_is_damaged",
        "test_destruction.py::test_a_household_removed_by_hand_is_missed_though_nobody_checked_it_before",
        "test_destruction.py::test_a_household_removed_by_hand_is_not_taken_for_an_opening_cut_short",
        "test_ledger_checkpoints.py::test_an_older_ledger_is_not_believed_to_be_the_newer",
        "test_ledger_folds.py::test_a_year_that_was_put_in_the_place_of_another_is_folded_anew",
        "test_removed_ledger.py::test_without_a_case_the_checkpoint_remembers_the_year",
    ),
    "the test writes its expectation with Linux's ends of lines": (
        "test_archive_format.py::test_who_waited_for_a_newer_program_looks_again",
    ),
    "the test runs sha256sum": ("test_commit.py::test_a_case_is_a_bag_that_strangers_can_check",),
    "the test has the call for syncing folders on Linux fail": (
        "test_disk_probe.py::test_a_disk_that_cannot_sync_folders",
    ),
}
"""Tests of ``tests/store`` that say nothing about Windows, by why."""
_LAUNCHER: Final = """
#include <windows.h>
int wmain(int c, wchar_t **v) {
  HMODULE h = LoadLibraryW(L"python311.dll");
  int (*m)(int, wchar_t **) = (void *)(h ? GetProcAddress(h, "Py_Main") : 0);
  return m ? m(c, v) : 125;
}
"""
_RANDOM: Final = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(void *, ULONG);
__declspec(dllexport) BOOL ProcessPrng(BYTE *data, SIZE_T size) { return SystemFunction036(data, (ULONG)size); }
"""
"""``bcryptprimitives.dll``, which every library in Rust asks for random numbers and Wine 8 lacks."""


_PLUGINS: Final = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:unraisableexception")
"""The last would fail a run at its very end, for folders that pytest itself was still listing."""


class Missing(Exception):
    """A part is not there and could not be fetched; the text says which."""


def main() -> None:
    """Make the Windows Python where it is not yet made, and run the suite on it."""
    try:
        make()
    except Missing as missing:
        print(f"make wine: SKIPPED, {missing}")  # noqa: T201 (a tool)
        raise SystemExit(1 if os.environ.get("CI") else 0) from None
    if sys.argv[1:2] == ["--"]:
        raise SystemExit(run(sys.argv[2:]))
    began = time.monotonic()
    with ThreadPoolExecutor(len(SUITE)) as pool:  # two of them together take half the time on two cores
        statuses = [*pool.map(_try, SUITE)]
    print(f"make wine: {time.monotonic() - began:.0f} s, status {statuses}")  # noqa: T201
    raise SystemExit(max(statuses))


def _try(part: Sequence[str]) -> int:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(
        prefix="archivist-wine-", dir=memory, ignore_cleanup_errors=True
    ) as place:
        words = ["-m", "pytest", *_PLUGINS, *_left_out(), *part]
        return run(words, {"PYTEST_DEBUG_TEMPROOT": _windows_path(Path(place))})


def _windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _left_out() -> list[str]:
    tests = (f"tests/store/{test}" for left in LEFT_OUT.values() for test in left)
    return [word for test in tests for word in ("--deselect", test)]


def run(arguments: Sequence[str], also: Mapping[str, str] = {}) -> int:
    """Run the Windows Python; what it says goes through a pipe, for Wine cannot give it a terminal or a file."""
    process = subprocess.Popen(
        [str(WINE), str(PYTHON / "python.exe"), *arguments],
        cwd=ROOT,
        env={**_environment(), **also},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return process.wait()


def make() -> None:
    """Make ``.wine/python`` and its prefix, unless they are there as this file and the declarations ask for them.

    Raises:
        Missing: a part is not there and could not be fetched.
    """
    if sys.version_info[:2] != VERSION:
        raise Missing(
            f"the standard library must be that of Python {VERSION[0]}.{VERSION[1]}, .venv has {sys.version.split()[0]}"
        )
    _install_debian()
    recipe = repr((RUNTIME, PINNED, ALSO, sorted(SOURCES), _LAUNCHER, _RANDOM, sys.version))
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + recipe.encode()).hexdigest()
    stamp = HOME / "made"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("make wine: making a Windows Python in .wine/ ...")  # noqa: T201
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    with tempfile.TemporaryDirectory(prefix="archivist-wine-") as name:
        _make_python(Path(name))
    _install_packages()
    if subprocess.run(
        [str(WINE), "wineboot", "-i"], env=_environment(), stdin=subprocess.DEVNULL, capture_output=True
    ).returncode:
        raise Missing("Wine makes no prefix")
    if run(["-c", "import sys, sqlite3, ssl, ctypes; assert sys.platform == 'win32'; print(sys.version)"]):
        raise Missing("the Windows Python that was made does not start")
    stamp.write_text(wanted)


def _install_debian() -> None:
    if WINE.exists() and shutil.which(COMPILER):
        return
    if not shutil.which("apt-get") or os.getuid():
        raise Missing(f"Debian's {', '.join(DEBIAN)} are not installed (no apt, or not root)")
    print(f"make wine: installing with apt: {' '.join(DEBIAN)}")  # noqa: T201
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *DEBIAN]):
        ended = subprocess.run(["apt-get", "-q", *command], env=quiet, capture_output=True, text=True)
        if ended.returncode and command[0] == "install":
            raise Missing(f"apt could not install {', '.join(DEBIAN)}: {ended.stderr.strip()[-300:]}")
    if not WINE.exists():
        raise Missing(f"{WINE} is not there after apt")


def _make_python(work: Path) -> None:
    """Put together interpreter, modules in C and standard library."""
    _pip("download", "-d", str(work), RUNTIME)
    with zipfile.ZipFile(next(work.glob("panda3d-*.whl"))) as wheel:
        wheel.extractall(work, [n for n in wheel.namelist() if n.startswith("deploy_libs/")])
    parts = work / "deploy_libs"
    shutil.copytree(
        sysconfig.get_path("stdlib"),
        PYTHON / "Lib",
        ignore=shutil.ignore_patterns(
            "lib-dynload", "site-packages", "dist-packages", "config-*", "__pycache__", "idlelib"
        ),
    )
    shutil.rmtree(PYTHON / "Lib/test", ignore_errors=True)
    (PYTHON / "DLLs").mkdir()
    for pattern, target in (
        ("python311.dll", PYTHON),
        ("VCRUNTIME140*.dll", PYTHON),
        ("*.pyd", PYTHON / "DLLs"),
        ("lib*.dll", PYTHON / "DLLs"),
        ("sqlite3.dll", PYTHON / "DLLs"),
    ):
        for file in parts.glob(pattern):
            shutil.copy(file, target)
    (work / "python.c").write_text(_LAUNCHER)
    _compile("-O2", "-municode", "-o", str(PYTHON / "python.exe"), str(work / "python.c"))
    (work / "random.c").write_text(_RANDOM)
    _compile("-shared", "-o", str(PYTHON / "bcryptprimitives.dll"), str(work / "random.c"), "-ladvapi32")
    _make_stable_abi(work)


def _make_stable_abi(work: Path) -> None:
    """Make ``python3.dll``, which hands everything on: modules of the stable ABI are linked against it."""
    table = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", str(PYTHON / "python311.dll")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.partition("Ordinal/Name Pointer] Table")[2]
    names = {
        line.split()[-1] for line in table.partition("\n\n")[0].splitlines() if line.lstrip().startswith("[")
    }
    exports = "".join(f"{name}=python311.{name}\n" for name in sorted(names))
    (work / "python3.def").write_text(f"LIBRARY python3.dll\nEXPORTS\n{exports}")
    (work / "python3.c").write_text("int archivist_nothing(void) { return 0; }\n")
    _compile("-shared", "-o", str(PYTHON / "python3.dll"), str(work / "python3.c"), str(work / "python3.def"))


def _compile(*arguments: str) -> None:
    ended = subprocess.run([COMPILER, *arguments], capture_output=True, text=True)
    if ended.returncode:
        raise Missing(f"{COMPILER} failed: {ended.stderr.strip()[-300:]}")


def _install_packages() -> None:
    target = PYTHON / "Lib/site-packages"
    wanted = {wish.partition("==")[0]: wish for wish in _closure()}
    _pip("install", "--target", str(target), *(wanted[name] for name in sorted(wanted.keys() - SOURCES)))
    for name in SOURCES & wanted.keys():
        for file in importlib.metadata.files(name) or ():
            if file.suffix != ".pyc" and not file.parts[0].startswith(".."):
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(str(file.locate())), target / file)


def _closure() -> list[str]:
    """Return every package that the program needs on Windows, in the version that ``.venv`` has.

    pip works out what belongs to the machine it runs on, so the conditions of each requirement are weighed here.
    """
    there = {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
        "platform_machine": "AMD64",
    }
    found: dict[str, str] = {}
    todo = [("archivist", frozenset[str]()), *((name, frozenset[str]()) for name in ALSO)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # asked for on Windows alone
            found.setdefault(name, name)
            continue
        if name != "archivist":
            found[name] = f"{name}=={PINNED.get(name, installed.version)}"
        for text in installed.requires or ():
            needed = Requirement(text)
            worlds = [there | {"extra": extra} for extra in (extras or {""})]
            if needed.marker is None or any(needed.marker.evaluate(world) for world in worlds):
                todo.append((needed.name.lower().replace("_", "-"), frozenset(needed.extras)))
    return sorted(found.values())


def _pip(command: str, *arguments: str) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pip", command, "-q", "--disable-pip-version-check", "--no-deps"),
            *(
                "--only-binary=:all:",
                "--platform",
                "win_amd64",
                "--python-version",
                "3.11",
                "--implementation",
                "cp",
            ),
            *arguments,
        ],
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise Missing(f"pip {command}: {ended.stderr.strip()[-600:]}")


def _environment() -> dict[str, str]:
    return os.environ | {
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        "WINEARCH": "win64",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",  # no question about Mono and Gecko
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPATH": _windows_path(ROOT),
    }


if __name__ == "__main__":
    main()
