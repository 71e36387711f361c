"""Twenty households that are easily mistaken for one another, and the people who are on nobody's file."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.procedure.cases import open_case
from archivist.procedure.closing import deregister
from archivist.workspace import Workspace
from tests.kit import BY
from tests.people import make_id

OPENED: Final = dt.date(2024, 3, 4)
CLOSED: Final = dt.date(2024, 3, 7)
DISTRICT: Final = "天津市红桥区"
STREET: Final = f"{DISTRICT}邵公庄街道"
BARE_ADDRESS: Final = f"{DISTRICT}样例里社区"
"""The address of one household as a clerk entered it: the beginning of many another's."""
_SURNAMES: Final = "陈杨黄赵吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾"
_GIVEN: Final = "建秀英桂兰玉珍芳敏静丽强磊军洋勇艳杰娟涛霞平刚香春梅志海文斌"
_COMMUNITIES: Final = ("样例里社区", "范本里社区", "示范园社区")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name, a valid number, and what he or she is to the applicant."""

    name: str
    id_number: str
    relation: str = "本人"

    @property
    def sex(self) -> str:
        """男 or 女, as the number says."""
        return "男" if int(self.id_number[16]) % 2 else "女"

    @property
    def born(self) -> str:
        """The birth date as papers print it."""
        return f"{self.id_number[6:10]}年{int(self.id_number[10:12])}月{int(self.id_number[12:14])}日"


@dataclass(frozen=True, slots=True)
class Household:
    """One household on file.

    Attributes:
        key: ``H01`` …, by which truths name it.
        category: what it applied for.
        applicant: who applied.
        members: who lives there too.
        obligors: who owes support and lives elsewhere.
        address: as on file, and on its papers unless they say otherwise.
        account: its bank account.
        open: whether it still takes papers by itself.
    """

    key: str
    category: Category
    applicant: Person
    address: str
    account: str
    members: tuple[Person, ...] = ()
    obligors: tuple[Person, ...] = ()
    open: bool = True

    @property
    def people(self) -> tuple[Person, ...]:
        """The applicant and the members."""
        return (self.applicant, *self.members)

    @property
    def facts(self) -> Mapping[str, object]:
        """What is entered when the file is opened."""
        who = self.applicant
        return {
            "applicant": {
                "name": who.name,
                "id_type": "居民身份证",
                "id_number": who.id_number,
                "household_address": self.address,
                "address": self.address,
                "village": "样例里社区",
                "hukou": "城镇",
                "phone": "022-00001111",
            },
            "members": [
                {
                    "name": p.name,
                    "relation": p.relation,
                    "id_number": p.id_number,
                    "living_together": True,
                    "covered": True,
                }
                for p in self.members
            ],
            "obligors": [
                {"name": p.name, "relation": p.relation, "id_number": p.id_number} for p in self.obligors
            ],
            "account": {"holder": who.name, "bank": "样例银行红桥支行", "number": self.account},
            "application": {"date": "2024-03-04", "cause": "因病致贫", "received_on": "2024-03-04"},
        }


@dataclass
class People:
    """Invents people; no two have the same number, birth date or (unless asked for) name."""

    rng: random.Random
    _taken: set[str] = field(default_factory=set)

    def one(self, relation: str = "本人", *, name: str = "", born: str = "", sex: str = "") -> Person:
        """Return a new person; ``born`` is ``YYYYMMDD``."""
        name = name or self._fresh(self._name)
        born = born or self._fresh(self._date)
        serial = self.rng.randrange(100, 980)
        serial += (serial % 2 == 1) != (sex == "男") if sex else 0
        return Person(name, make_id(born, f"{serial:03d}"), relation)

    def address(self) -> str:
        """Return an address nobody else has."""

        def draw() -> str:
            at = self.rng
            return f"{STREET}{at.choice(_COMMUNITIES)}{at.randint(6, 40)}号楼{at.randint(1, 6)}门{at.randint(101, 609)}"

        return self._fresh(draw)

    def account(self) -> str:
        """Return an account number of 19 digits."""
        return "6222" + "".join(str(self.rng.randint(0, 9)) for _ in range(15))

    def _name(self) -> str:
        given = self.rng.sample(_GIVEN, self.rng.choice([2, 2, 2, 1]))
        return self.rng.choice(_SURNAMES) + "".join(given)

    def _date(self) -> str:
        return f"{self.rng.randint(1938, 1999)}{self.rng.randint(1, 12):02}{self.rng.randint(1, 28):02}"

    def _fresh(self, draw: Callable[[], str]) -> str:
        while (made := draw()) in self._taken:
            pass
        self._taken.add(made)
        return made


def _twins(people: People) -> Iterator[Household]:
    """Two sisters of one birthday at one address, each with a file of her own."""
    born, address = "19620718", f"{STREET}样例里社区3号楼1门201"
    for key, name, serial in (("H01", "周明月", "262"), ("H02", "周明星", "264")):
        yield Household(key, Category.DB, Person(name, make_id(born, serial)), address, people.account())


def _namesakes(people: People) -> Iterator[Household]:
    """Two pairs of one name each; of the second pair one address is the beginning of the other."""
    for key in ("H03", "H04"):
        who = people.one(name="王秀英", sex="女")
        yield Household(
            key, Category.DB, who, people.address(), people.account(), (people.one("配偶", sex="男"),)
        )
    for key, address in (("H05", BARE_ADDRESS), ("H06", f"{BARE_ADDRESS}5号楼2门101")):
        yield Household(key, Category.DB, people.one(name="李建国", sex="男"), address, people.account())


def _shared_names(people: People) -> Iterator[Household]:
    """A son, a husband and an applicant who are all called 张伟."""
    yield Household(
        "H07", Category.DB, people.one(sex="女"), people.address(), people.account(),
        (people.one("儿子", name="张伟", sex="男"), people.one("女儿", sex="女")),
    )  # fmt: skip
    yield Household(
        "H08", Category.DB, people.one(sex="女"), people.address(), people.account(),
        (people.one("配偶", name="张伟", sex="男"),),
    )  # fmt: skip
    yield Household("H09", Category.DB, people.one(name="张伟", sex="男"), people.address(), people.account())


def _obligor(people: People) -> Iterator[Household]:
    """A mother whose son, owing her support, has a file of his own."""
    son = people.one(sex="男")
    owing = Person(son.name, son.id_number, "儿子")
    yield Household(
        "H10", Category.DB, people.one(sex="女"), people.address(), people.account(), obligors=(owing,)
    )
    yield Household(
        "H11", Category.DB, son, people.address(), people.account(), (people.one("配偶", sex="女"),)
    )


def _others(people: People) -> Iterator[Household]:
    categories = (Category.DB,) * 4 + (Category.TK, Category.DX, Category.ZC, Category.DB)
    for number, category in enumerate(categories, 12):
        name = {17: "阿卜杜热合曼·买买提", 18: "仝珺"}.get(number, "")
        members = (
            () if category is Category.TK else tuple(people.one(r) for r in ("配偶", "女儿")[: number % 3])
        )
        yield Household(
            f"H{number}", category, people.one(name=name), people.address(), people.account(), members
        )
    yield Household("H20", Category.DB, people.one(), people.address(), people.account(), open=False)


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody: the households with their numbers, and a maker of strangers.

    Attributes:
        inbox: where files are dropped.
        households: by key.
        numbers: case numbers by key.
        people: invents whoever is on nobody's file.
    """

    inbox: Path
    households: Mapping[str, Household]
    numbers: Mapping[str, CaseNo]
    people: People

    def folder(self, key: str) -> str:
        """Return the name of a household's drop folder."""
        found = next(p for p in self.inbox.iterdir() if p.name.startswith(str(self.numbers[key])))
        return found.name

    @property
    def ordinary(self) -> list[Household]:
        """The households of which nothing is said but that they are on file, all of one category."""
        return [
            h
            for h in self.households.values()
            if h.open and h.key not in SPECIAL and h.category is Category.DB
        ]


LASTING: Final = (Category.DB, Category.TK, Category.DX)
"""Kinds of help that go on from month to month; all forms of the batches exist for them."""
SPECIAL: Final = frozenset({"H01", "H02", "H03", "H04", "H05", "H06", "H10", "H11"})
"""Households that kinds of their own are about."""


def settle(workspace: Workspace, seed: int) -> Town:
    """Invent the households and open their files."""
    people = People(random.Random(seed))
    households = [
        *_twins(people),
        *_namesakes(people),
        *_shared_names(people),
        *_obligor(people),
        *_others(people),
    ]
    numbers = {}
    for household in households:
        case = open_case(workspace, BY, household.category, parse_facts(household.facts), opened_on=OPENED)
        numbers[household.key] = case.number
        if not household.open:
            deregister(workspace, BY, case.number, on=CLOSED, reason="自愿退出")
    return Town(workspace.archive.inbox, {h.key: h for h in households}, numbers, people)
