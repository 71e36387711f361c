"""The floors of the house: imports run down only, and the contract really looks at something."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

import archivist

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    "cli",
    "web",
    "api",
    "bureau",
    "preservation",
    "issuing",
    "ingest",
    "documents",
    "procedure",
    "report",
    "workspace",
    "config",
    "rules",
    "store",
    "search",
    "doctypes",
    "reading",
    "tables",
    "declarations",
    "model",
    "settings_file",
    "user_cache",
    "disposal_errors",
    "cluster_errors",
    "reader_errors",
    "errors",
    "os_reasons",
    "worker_processes",
    "near_words",
    "printable",
)


def test_the_contract_is_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


def test_the_contract_matches_every_floor() -> None:
    graph = grimp.build_graph("archivist", cache_dir=None)
    floors = {m.split(".")[1] for m in graph.modules if m.count(".") >= 1}
    assert floors - {"__main__"} == set(FLOORS)
    assert len(graph.modules) > 50


def test_one_outside_thing_one_module() -> None:
    """Only ``search/whoosh.py`` and its codec import whoosh, only ``documents/render/render.py`` docxtpl, and so on."""
    graph = grimp.build_graph("archivist", include_external_packages=True, cache_dir=None)
    owners = {
        "cattrs": {"archivist.declarations.reader"},
        "whoosh": {"archivist.search.whoosh", "archivist.search.whoosh_codec"},
        "opensearchpy": {"archivist.search.opensearch"},
        "docxtpl": {"archivist.documents.render.render"},
        "starlette": {"archivist.web.application", "archivist.web.uploads"},
        "uvicorn": {"archivist.web.server"},
        "watchdog": {"archivist.ingest.watch_folder"},
        "pypinyin": {"archivist.search.names"},
        "chinese_calendar": {"archivist.rules.work_calendar"},
        "sqlite3": {
            "archivist.search.catalogue",
            "archivist.search.databases",
            "archivist.search.doc_sets",
            "archivist.search.held_heads",
            "archivist.search.indexed_people",
            "archivist.search.tables",
        },
        "icalendar": {"archivist.api.ics"},
        "tomlkit": {"archivist.api.settings_text", "archivist.cli.demo.households"},
        "openpyxl": {"archivist.tables.any_sheet", "archivist.tables.reader", "archivist.tables.writer"},
        "rapidocr": {"archivist.reading.ocr"},
        "zxingcpp": {"archivist.reading.barcodes"},
        "olefile": {"archivist.reading.formats.documents", "archivist.reading.formats.outlook"},
        "pi_heif": {"archivist.reading.formats.images"},
        "pyzipper": {"archivist.reading.aes_zip"},
        "py7zr": {"archivist.reading.formats.seven_zip"},
        "python_calamine": {"archivist.reading.formats.spreadsheets", "archivist.tables.any_sheet"},
        "pypdfium2": {
            "archivist.reading.formats.pdf",
            "archivist.reading.printed_layout",
            "archivist.cli.demo.sheets",
        },
    }
    for package, modules in owners.items():
        found = graph.find_modules_that_directly_import(package) if package in graph.modules else set()
        assert found, f"{package} is not imported at all"
        assert found <= modules, f"{package}: {found - modules}"


def test_the_model_reads_no_disk_and_no_clock() -> None:
    for path in (Path(archivist.__file__).parent / "model").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("open(", "Path(", ".now(", ".today(", "import os", "import time"):
            if path.name in ("facts.py", "fact_paths.py") and word == "Path(":
                continue  # a path to a fact, not to a file
            assert word not in text, f"{path.name}: {word}"


def test_only_the_command_line_reads_the_clock() -> None:
    for path in Path(archivist.__file__).parent.rglob("*.py"):
        if "cli" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert "datetime.now(" not in text and "date.today(" not in text, path.name


def test_no_module_is_long() -> None:
    """A module over about 400 lines is asking to be split by meaning."""
    for path in Path(archivist.__file__).parent.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, path.name


def test_no_circle_of_modules() -> None:
    """A test, beside the layers: "no circle among modules anywhere", imports for types alone included."""
    graph = grimp.build_graph("archivist", cache_dir=None)
    order = TopologicalSorter({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})
    try:
        order.prepare()
    except CycleError as error:
        raise AssertionError(f"a circle of modules: {' → '.join(error.args[1])}") from None


def test_one_class_name_one_meaning() -> None:
    """No class name lives twice, a private one neither."""
    names = Counter(
        node.name
        for path in Path(archivist.__file__).parent.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_every_room_has_its_map() -> None:
    """“every ``__init__`` with ``__all__`` and the map of its room”: each module is named in the docstring."""
    for init in Path(archivist.__file__).parent.rglob("*/__init__.py"):
        tree = ast.parse(init.read_text(encoding="utf-8"))
        room = ast.get_docstring(tree) or ""
        inside = {p.stem for p in init.parent.glob("*.py") if not p.stem.startswith("__")}
        inside |= {p.parent.name for p in init.parent.glob("*/__init__.py")}
        assert sorted(name for name in inside if f"``{name}``" not in room) == [], init.parent.name
        assert any(isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__" for n in tree.body), (
            init
        )
