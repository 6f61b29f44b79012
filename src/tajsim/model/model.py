"""The model: who is in it, and the table of a month."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, SupportsIndex

import mesa
import numpy as np

from tajsim.axes import Array
from tajsim.draws import Draws, seed_errors
from tajsim.errors import UserError
from tajsim.inputs import registry, toml, values
from tajsim.inputs.switches import Switches, held_rules
from tajsim.model import calendar, chronicle, country, ledger, record, setup
from tajsim.model.stages import border, elite, force, money, outside, partners, society

#: The month: each stage reads the state at its start and writes what its docstring names.
MONTH: tuple[tuple[str, Callable[[country.Country], None]], ...] = (
    ("outside world", outside.outside_world),  # dated events, harvest, work in Russia
    ("offers", partners.offers),  # powers: what they offer, by their own exposure
    ("choices", partners.choices),  # regime: effort, mandates, posts, repression
    ("delivery", partners.delivery),  # powers: what arrives, repeats, is diverted
    ("agencies", money.agencies),  # pay, strength, collusion, quality, deployment
    ("routes", outside.routes),  # networks: ways and volumes
    ("border", border.border),  # loads meet guards, units and customs
    ("money", money.money),  # rents climb, wages and remittances, every purse
    ("society", society.society),  # people: migration, fear, grievance, members
    ("elite", elite.elite),  # commanders: obey, bargain, mutiny, defect
    ("force", force.force),  # mutinies fought out, militants cross
    ("state", elite.state),  # control, strain, failure
    ("record", outside.record),  # outcomes
)


class TajikistanModel(country.Country):
    """All actors of the case, in many runs at once: arrays have the axis ``run`` last.

    Args:
        runs: how many runs, numbered from 0, or the numbers of the runs to simulate; a number
            may stand there twice, with settings of its own each time.
        seed, rng: seed of the keyed draws, 0 if neither is given; ``rng`` is Mesa's name for it.
            The same seed and run number give the same history.
        start, end: first and last month, "YYYY-MM".
        settings: full parameter name -> value for all runs, or ``(run,)`` values.
        events: scenario events, in the order of their months.
        parameters: "posterior" draws uncertain parameters per run from the calibrated sample,
            "prior" from the ranges of the registry; "fixed" holds them.
        redraw: groups whose draws are made anew with everything else held: "documented",
            "derived", "assumption" (uncertain parameters of that basis) or "chance" (all the rest).
        outcomes: names of the outcomes to record; None records all.
        settled: whether the months before the start are simulated at once (`settle`); False is for
            who puts another state in their place.
        without: what is taken out: ids of mechanisms (``M47``), themes (``militants``), rules
            (``drug_market.volume``), or functions of one's own that are applied. What these rules
            answer is held, run by run, see `tajsim.inputs.switches`.
        levers: further settings as keywords, ``agency_pay__border_troops=40``.

    Raises:
        UserError: for an unknown parameter, outcome or mode, for two seeds, a reversed period, or
            an event before it.
    """

    #: The stages that ``step`` goes through; a part of the model can be run by naming fewer.
    month = MONTH

    def __init__(
        self,
        *,
        runs: int | Sequence[int] = 1,
        seed: SupportsIndex | None = None,
        rng: SupportsIndex | None = None,
        start: str = "2004-01",
        end: str = "2020-12",
        settings: Mapping[str, values.Setting] | None = None,
        events: Sequence[Any] = (),
        parameters: str = registry.DEFAULT_MODE,
        redraw: Collection[str] = (),
        outcomes: Sequence[str] | None = None,
        settled: bool = True,
        without: str | Sequence[str | Callable[..., Any]] = (),
        **levers: float,
    ) -> None:
        seed = one_seed(seed, rng)
        # For what others add: the package itself draws nothing from the generators of Mesa.
        super().__init__(rng=abs(seed))
        self.agent_id_counter = 1
        numbers = np.arange(runs) if isinstance(runs, int | np.integer) else np.asarray(runs)
        first, last = toml.month_number(start), toml.month_number(end)
        if last < first or numbers.size == 0:
            raise UserError(f"nothing to simulate: {numbers.size} runs from {start} to {end}")
        if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
            raise UserError(f"runs must be a count or whole numbers, not {runs!r}")
        self.first_month, self.month_count, self.months_run = first, last - first + 1, 0
        self.run_count = self.runs = len(numbers)
        chosen: dict[str, values.Setting] = dict(settings or {})
        chosen |= {name.replace("__", "."): value for name, value in levers.items()}
        self.draws = Draws(seed, numbers, again="chance" in redraw)
        self.values = values.ParameterValues(Draws(seed, numbers), chosen, parameters, redraw)
        self.parameter_values = self.values.table()
        self.events_by_month: dict[int, list[Any]] = {}
        for event in events:
            if toml.month_number(event.month) < first:
                raise UserError(f"an event of {event.month} comes before the start, {start}")
            self.events_by_month.setdefault(toml.month_number(event.month), []).append(event)
        self.ramps: dict[str, list[Array]] = {}
        self.now, self.last = ledger.Flows(self.run_count), ledger.Flows(self.run_count)
        self.calendar = calendar.Calendar(self.values, self.run_count)
        self.outside = country.OutsideWorld(self.values, self.run_count)
        self.chronicle, self.watch = chronicle.Chronicle(self.run_count), chronicle.Watch()
        setup.people_the_model(self)
        if held := held_rules(without):
            self.values.switches = Switches(held)
        if settled:
            self.settle()
        self.record = record.new_record(outcomes, self.month_count, self.run_count)

    def settle(self) -> None:
        """Simulate the months before the start, without record and chronicle."""
        setup.spin_up(self, [stage for name, stage in self.month if name != "record"])

    def step(self) -> None:
        """Simulate one month: the stages of MONTH, in order.

        Raises:
            UserError: if all months are simulated.
        """
        if self.months_run == self.month_count:
            raise UserError(f"all {self.month_count} months are simulated; set a later end")
        self.begin_month()
        for _, stage in self.month:
            stage(self)
        self.months_run += 1
        self.running = self.months_run < self.month_count

    def register_agent(self, agent: mesa.Agent) -> None:
        """Number an agent, from 1, and take it in; Mesa calls this for every new agent."""
        # Mesa 3.3 counts agents in a dictionary of its class ``Agent``, which would keep every
        # model alive. Newer versions count here.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        agent.unique_id = self.agent_id_counter
        super().register_agent(agent)
        self.agent_id_counter = agent.unique_id + 1

    def run_to_end(self, progress: Callable[[int], None] | None = None) -> None:
        """Simulate the months that are left; ``progress`` is told the months done."""
        while self.months_run < self.month_count:
            self.step()
            if progress:
                progress(self.months_run)


def one_seed(seed: SupportsIndex | None, rng: SupportsIndex | None) -> int:
    """Return the seed given by either of its names, 0 if by none.

    Raises:
        UserError: if it is no seed, or there are two.
    """
    given = {name: value for name, value in (("seed", seed), ("rng", rng)) if value is not None}
    wrong = [line for name, value in given.items() for line in seed_errors(value, name)]
    if not wrong and len({*given.values()}) > 1:
        wrong = [f"seed and rng are two names for one number; expected one, not {seed} and {rng}"]
    if wrong:
        raise UserError(wrong)
    return int(next(iter(given.values()), 0))
