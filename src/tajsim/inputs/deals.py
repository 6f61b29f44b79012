"""The closed list of deals: one task, one form, one power that decides (``data/deals.toml``)."""

from dataclasses import dataclass
from functools import lru_cache

from tajsim.axes import AGENCIES, DEALS, PACKAGES, POWERS, PRESSURES, TASKS
from tajsim.files import data_tables
from tajsim.inputs.ledger import load_documents

FILE_NAME = "deals.toml"
#: The country has no power in the list that could offer before this year.
ALWAYS = 2000


@dataclass(frozen=True)
class Form:
    """How a deal is carried out: cost, how far it shows the flag, whether on the spot, its rent."""

    cost: float
    flag: float
    spot: bool
    rent: float = 0.0


@dataclass(frozen=True)
class DealFacts:
    """A row of the list; the file says what each column means."""

    name: str
    label: str
    power: str
    task: str
    form: str
    size: float
    exposure: float
    notice: int
    document: str
    line: int
    note: str
    payer: str = ""
    carrier: str = ""
    intrusion: float = 0.0
    condition: float = 0.0
    own_use: float = 0.0
    opens: int = ALWAYS
    in_force: int = 0
    term: int = 0
    after: str = ""
    pay_of: str = ""
    pay_part: float = 0.0


@dataclass(frozen=True)
class Pressure:
    """A lever that the patron can pull: its name in a sentence, and its cost to the patron."""

    label: str
    cost: float


@dataclass(frozen=True)
class Package:
    """Deals that one power offers as a whole, the first leads, and the levers it forgoes."""

    deals: list[str]
    forgoes: list[str]
    opens: int
    document: str
    line: int
    note: str


@lru_cache
def load_forms() -> dict[str, Form]:
    """Return the forms of deals by name."""
    return {name: Form(**row) for name, row in data_tables(FILE_NAME)["forms"].items()}


@lru_cache
def load_pressures() -> dict[str, Pressure]:
    """Return the levers of the patron by name, in the order of ``axes.PRESSURES``."""
    return {name: Pressure(**data_tables(FILE_NAME)["pressures"][name]) for name in PRESSURES}


@lru_cache
def load_packages() -> dict[str, Package]:
    """Return the packages of deals by name, in the order of ``axes.PACKAGES``."""
    return {name: Package(**data_tables(FILE_NAME)["packages"][name]) for name in PACKAGES}


@lru_cache
def load_deals() -> dict[str, DealFacts]:
    """Return the deals by name, in the order of ``axes.DEALS``; ValueError for unknown names."""
    rows = data_tables(FILE_NAME)["deals"]
    if [*rows] != [*DEALS]:
        raise ValueError(f"{FILE_NAME} and axes.DEALS differ: {set(rows) ^ set(DEALS)}")
    known = {"power": POWERS, "payer": POWERS, "task": TASKS, "after": DEALS, "pay_of": AGENCIES}
    known |= {"form": (*load_forms(),), "document": (*load_documents(),)}
    for name, row in rows.items():
        for column, names in known.items():
            if column in row and row[column] not in names:
                raise ValueError(f"{FILE_NAME}, {name}: unknown {column}")
    return {name: DealFacts(name=name, **row) for name, row in rows.items()}
