"""A clerk who takes a household from application to the finished volume with commands alone, one day after another.

Papers that come in are small Word files with the document's title and the applicant's number; generated documents are
signed, which here means that a paper is filed as their signed copy. Where the copy is to be recognised by its code, it is
printed, signed with a pen line, and scanned.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import docx

from archivist.cli.demo.scans import signed_copy
from archivist.doctypes.catalogue import Catalogue, FieldSpec
from archivist.documents.render.pdf import to_pdf
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo, Category
from archivist.model.step_ids import StepId
from archivist.rules import deadlines, service
from archivist.rules.pack import load
from archivist.rules.payment_months import first_month
from archivist.rules.rule_days import RuleDays
from archivist.workspace import Workspace
from tests.answers import answer
from tests.command_line import Office
from tests.people import WANG, WANG_ID

OWN_PACKS = Path(__file__).parents[1] / "data" / "packs"
"""Packs of offices, none of which exists."""
INTAKE, SECOND, REVIEWER, APPROVER = "林经办", "苏调查", "白主管", "魏主任"
PEOPLE = "".join(
    f'\n[[people]]\nname = "{name}"\nroles = [{roles}]\ntitle = "{title}"\n'
    for name, roles, title in (
        (INTAKE, '"intake", "archivist"', "社会救助专干"),
        (SECOND, '"intake"', "社会救助专干"),
        (REVIEWER, '"reviewer"', "民政办负责人"),
        (APPROVER, '"approver", "panel"', "办事处主任"),
    )
)


GIVEN: dict[str, dict[str, str]] = {
    "confirmation_decision": {"decision.findings": "家庭月人均收入低于本地标准"},
    "refusal_decision": {"decision.findings": "家庭有两套住房", "decision.reasons": "财产状况不符合条件"},
    "benefit_change_form": {"change.kinds": "终止"},
    "objection_reply": {"objection.person": "周样例"},
    "deliberation_minutes": {
        "meeting.no": "1", "meeting.time": "2024-04-01 09:00", "meeting.place": "会议室", "meeting.chair": "魏主任",
        "meeting.recorder": "林经办", "meeting.dispute": "是否计入收入", "meeting.discussion": "逐项讨论",
        "meeting.agree": "5", "meeting.against": "0", "meeting.abstain": "0", "meeting.conclusion": "建议给予救助",
    },
}  # fmt: skip
"""What a clerk must add to a document that the case does not know."""


ONLY_A_PERSON_CAN_TELL = {"C01", "C04", "C10.photos", "C15"}
"""Whether one scan holds the cards of two people; what a photograph shows; whether an amount has the basis it states."""
WHO = {
    "intake": (INTAKE,),
    "reviewer": (REVIEWER,),
    "approver": (APPROVER,),
    "panel": (APPROVER,),
    "outside": ("区（县）有关机构",),
    "team": (INTAKE, SECOND),
}
"""Who takes a step, by the role its row names."""


class Clerk:
    """An office under one rule pack with one household; ``day`` moves on with every step."""

    def __init__(self, root: Path, pack: str, start: str) -> None:
        self.root, self.office = root, Office(root)
        self.day = dt.date.fromisoformat(start)
        self.number = ""
        self.sheets = 0
        self.typed: list[tuple[str, tuple[str, ...]]] = []
        if (own := OWN_PACKS / pack).is_dir():
            shutil.copytree(own, root / "packs" / pack)
        self.run("init", ".", "--pack", pack, "--office", "样例街道", "--code", "YLJD", "--district", "样例市样例区", "--agency-sign", "样救字",
                 "--phone", "022-00000001", "--supervision-phone", "022-00000002", "--address", "样例路1号")  # fmt: skip
        with (root / "archivist.toml").open("a", encoding="utf-8") as settings:
            settings.write(PEOPLE)
        self.catalogue, self.pack = Catalogue.load(), load(pack, own=root / "packs")

    # ── commands ─────────────────────────────────────────────────────────────────────────────────────────
    def run(self, *words: str, check: int | None = 0) -> Any:
        """Run one command on the clerk's present day; return its JSON."""
        self.office.settings["ARCHIVIST_NOW"] = f"{self.day}T16:30:00+08:00"
        self.typed.append((str(self.day), words))
        shown = self.office.run(*words, "--json", check=check)
        return answer(shown.stdout) if shown.stdout.strip() else None

    def commands(self) -> list[tuple[str, ...]]:
        """Return what a person had to type for the household so far, refused tries too.

        Left out is what only looks, what sets the office up, and ``file``, which stands for a scan that the watcher takes.
        Nor is anything printed here, which is one command for all that waits (``print``).
        """
        alone = {"init", "file", "next", "verify", "due", "check"}
        return [
            words
            for _, words in self.typed
            if words[0] not in alone
            and words[:2] not in (("case", "show"), ("retention", "list"))
            and "--dry-run" not in words
        ]

    def open(self, category: str, **more: dict[str, Any]) -> None:
        """Open the household's file with what it says of itself."""
        facts = json.loads(json.dumps(WANG))
        facts["members"][0]["authorized"] = True
        facts["application"] |= {"kinship": False}
        for group, values in more.items():
            facts[group] = {**facts.get(group, {}), **values}
        (self.root / "户.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        self.number = self.run("case", "open", category, "--from", "户.json", "--on", str(self.day))["case"]

    def wait(self, days: int) -> Clerk:
        """Let days pass."""
        self.day += dt.timedelta(days=days)
        return self

    def papers(self, *types: str) -> None:
        """File papers that came in, in one go; what each is stands in its title, as the program must see by itself."""
        if types:
            done = self.run("file", self.number, *map(str, map(self.paper, types)))
            assert [f["title"] for f in done["filed"]] == [self.catalogue.get(t).title for t in types], done

    def paper(self, kind: str) -> Path:
        """Write a sheet with the title of a document and the captions it has; no two are alike."""
        self.sheets += 1
        path = self.root / f"{self.sheets:03d}.docx"
        page = docx.Document()
        document = self.catalogue.get(kind)
        page.add_paragraph(document.title)
        for look in document.looks[:1]:
            page.add_paragraph(
                "　".join(w.split("|")[0].replace("#", "1") for w in (*look.words, *look.hints))
            )
        page.add_paragraph(f"{self.number} {WANG_ID} 第{self.sheets}张 {self.day}")
        page.save(str(path))
        return path

    def issue(self, kind: str, *more: str) -> None:
        """Issue a document and file its signed copy."""
        document, category = self.catalogue.get(kind), Category(self.number.split("-")[1])
        given = {
            f.path: self._told(f)
            for f in document.fields
            if f.mode == "system" and f.origin == "set" and f.applies(category)
        }
        path = self.root / "填写.json"
        path.write_text(json.dumps(given | GIVEN.get(kind, {}), ensure_ascii=False), encoding="utf-8")
        made = self.run("generate", kind, self.number, "--from", str(path), *more)
        assert made["issued"], made
        record = made["issued"][0]["record"]
        self.run("file", self.number, str(self.paper(kind)), "--signs", record)

    def _told(self, field: FieldSpec) -> object:
        """Return something a clerk could write into a field that the case does not know."""
        if field.kind in ("enum", "multi"):
            return field.choices[0]
        if field.kind == "list":
            return ["样例一", "样例二"]
        if field.kind == "table":
            return [{c.key: c.choices[0] if c.choices else self._simple(c.kind) for c in field.columns}]
        return self._simple(field.kind)

    def _simple(self, kind: str) -> str:
        known = {
            "date": f"{self.day}",
            "datetime": f"{self.day} 09:00",
            "ym": f"{self.day:%Y-%m}",
            "name": "苏调查",
            "bool": "是",
        }
        known |= {
            "phone": "022-00000003",
            "acct": "6200000000000000",
            "id": WANG_ID,
            "docno": "样救字〔2024〕1号",
        }
        return known.get(kind, "5" if kind in ("money", "decimal", "int") else "样例")

    def serve(self, *kinds: str) -> None:
        """Serve what waits for it, or papers of some kinds, with a receipt that is signed; nothing where nothing waits."""
        with Workspace.open(self.root) as workspace:
            case = workspace.archive.read(CaseNo.parse(self.number))
            chosen = [r.no for r in case.records_of(*kinds) if not r.signs]
            waiting = service.to_list(case, workspace.catalogue, chosen)
        if waiting:
            self.issue("delivery_receipt", *(w for number in chosen for w in ("--serves", number)))

    def bring(self, *types: str) -> None:
        """Bring papers into the file as each comes to be: issued and signed, or received."""
        generated = [t for t in types if self.catalogue.get(t).generated]
        for kind in generated:
            if kind != "delivery_receipt":
                self.issue(kind)
        if "delivery_receipt" in generated:
            self.serve()
        self.papers(*(t for t in types if t not in generated))

    def step(
        self,
        step: str,
        *more: str,
        days: int = 0,
        needs: tuple[str, ...] = (),
        by: tuple[str, ...] = (),
        settings: tuple[str, ...] = (),
    ) -> Any:
        """Record a step after some days, with its papers brought before and the documents it makes brought after."""
        self.wait(days)
        if step == StepId.CONFIRM:
            self.first_month()
        self.bring(*needs)
        by = by or self.who(step)
        people = [w for name in by for w in ("--by", name)]
        values = [w for s in settings for w in ("--set", s)]
        done = self.run("case", "step", self.number, step, "--on", str(self.day), *people, *values, *more)
        made = {d["id"] for d in done["makes"] if d["status"] in ("issuable", "awaited")}
        self.bring(*sorted(made))
        assert made <= {r["type"] for r in self.show()["records"]}
        assert all(d["status"] in ("register", "filed") for d in done["makes"] if d["id"] not in made)
        return done

    def first_month(self) -> None:
        """Note the month from which is paid, as the rules have it for a decision of the day."""
        with Workspace.open(self.root) as workspace:
            case = workspace.archive.read(CaseNo.parse(self.number))
            found = first_month(case, workspace.pack, self.day)
        if found and case.fact(FactPath.BENEFIT_AMOUNT):
            self.run("case", "set", self.number, f"{FactPath.BENEFIT_START}={found[0]}")

    def who(self, step: str) -> tuple[str, ...]:
        """Return who of the office takes a step: somebody with its role, two for a survey."""
        category = Category(self.number.split("-")[1])
        rule = next(
            s for s in self.pack.steps if s.id == step and s.applies(category, RuleDays.alike(self.day))
        )
        return WHO["team" if rule.people else rule.role]

    def refused(self, step: str, *more: str, by: tuple[str, ...] = ()) -> list[str]:
        """Try a step that must be refused; return all its reasons."""
        people = [w for name in by for w in ("--by", name)]
        done = self.run("case", "step", self.number, step, "--on", str(self.day), *people, *more, check=None)
        assert done["error"]["code"] == "E209", done
        return list(done["error"]["problems"])

    def show(self) -> Any:
        """Return the case as it stands."""
        return self.run("case", "show", self.number)

    def possible(self) -> set[str]:
        """Return the steps that lead on from where the case stands."""
        return {s["step"] for s in self.run("case", "step", self.number)["steps"]}

    def ended_on_time(self, rule: str) -> bool:
        """Tell whether a time limit of the case was kept."""
        with Workspace.open(self.root) as workspace:
            found = deadlines.find(workspace.archive.read(CaseNo.parse(self.number)), workspace.pack, rule)
        return bool(found and found.due and found.ended and found.ended.on <= found.due.day)

    @property
    def state(self) -> str:
        """The state of the case."""
        return str(self.show()["state"])

    def due(self) -> dict[str, Any]:
        """Return what runs in this case today, by rule."""
        return {d["rule"]: d for d in self.run("due", "--case", self.number, "--all")["entries"]}

    def findings(self) -> Any:
        """Return what the checks before filing away find, by rule."""
        (case,) = self.run("check", self.number, "--stage", "archive", check=None)["cases"]
        return {f["id"]: f for f in case["findings"]}

    def close(self, reason: str) -> None:
        """Deregister, and look at the end: the chain in order, the retention set going, nothing due any more."""
        self.run("case", "deregister", self.number, "--reason", reason, "--yes", "--as", REVIEWER)
        assert self.state == "deregistered"
        assert self.run("verify", self.number)["findings"] == []
        assert [c["case"] for c in self.run("retention", "list")["cases"]] == [self.number]
        assert [
            d for d in self.run("due", "--case", self.number)["entries"] if d["status"] == "overdue"
        ] == []
        found = self.findings().values()
        assert all(bool(f["evidence"]) >= (f["verdict"] == "合格") for f in found), (
            "right only of what was looked at"
        )
        left = {f["id"]: f for f in found if f["verdict"] not in ("合格", "不适用")}
        assert left.pop("C14")["problems"] == ["缺纸质档案与电子档案一致性核对表"], "not put in order yet"
        assert all(f["verdict"] == "未检" for f in left.values()), left
        assert set(left) <= ONLY_A_PERSON_CAN_TELL, left

    # ── the volume ───────────────────────────────────────────────────────────────────────────────────────
    def put_in_order(self, *, scanned: bool = False) -> None:
        """Make cover, catalogue, check sheet and notes of the closed file, sign them, look up what only a person can tell.

        Args:
            scanned: the signed sheets come as scans in the inbox, told by their code; else a clerk says what they are.
        """
        self.wait(10)
        made = [self.issued("case_cover"), self.issued("case_catalog"),
                self.issued("consistency_check_sheet", **{"check.conclusion": "一致"}), self.issued("case_notes")]  # fmt: skip
        catalogue = made.pop(1)
        assert self.record(catalogue)["status"] == "filed", "nobody signs a list"
        waiting = self.findings()["C09.signed"]["problems"]
        assert waiting == [f"第 {r} 件{self.record(r)['title']}待签" for r in made]
        if scanned:
            for record in made:
                self.scan(record)
            done = self.run("watch", "--once")
            assert {f["signs"] for f in done["filed"]} == set(made), done
        else:
            for record in made:
                kind = self.record(record)["type"]
                self.run("file", self.number, str(self.paper(kind)), "--signs", record)
        assert {self.record(r)["status"] for r in made} == {"signed"}
        unknown = [c for c, f in self.findings().items() if f["verdict"] == "未检"]
        if unknown:
            words = [w for check in unknown for w in ("--confirm", check)]
            self.run(
                "check", self.number, "--stage", "archive", *words, "--by", INTAKE, "--note", "已逐页看过原件"
            )
        self.run("check", self.number, "--stage", "archive")  # status 0: everything was checked and is right
        assert {f["verdict"] for f in self.findings().values()} <= {"合格", "不适用"}
        assert self.run("verify", self.number)["findings"] == []

    def issued(self, kind: str, **told: str) -> str:
        """Issue a document; return its record."""
        words = [w for key, value in told.items() for w in ("--set", f"{key}={value}")]
        return str(self.run("generate", kind, self.number, *words)["issued"][0]["record"])

    def record(self, number: str) -> Any:
        """Return a record of the case as it stands."""
        return next(r for r in self.show()["records"] if r["record"] == number)

    def scan(self, record: str) -> Path:
        """Print a record, sign it with a pen line, scan it into the inbox askew and with noise."""
        document = next((self.root / "archive/cases").rglob(f"{record} *.docx"))
        with tempfile.TemporaryDirectory() as work:
            (printed,) = to_pdf([document], Path(work))
            return signed_copy(printed, self.root / f"archive/inbox/SCAN{record}.pdf", seed=int(record))
