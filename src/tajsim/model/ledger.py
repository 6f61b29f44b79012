"""Double-entry ledgers of money and people: what leaves one account enters another."""

from collections.abc import Sequence

import numpy as np

from tajsim.axes import DIMENSIONS, REGIONS, Array, total
from tajsim.inputs.outcomes import outcome

#: Accounts of the people of each region: those at home, those at work abroad.
HOMES = tuple(f"home_{region}" for region in REGIONS)
AWAY = tuple(f"abroad_{region}" for region in REGIONS)


class Ledger:
    """Accounts ``(account, run)`` that change by transfers alone, so their sum never changes.

    One account pays one (`move`, `draw`), many (`pay_each`), or is paid by many (`draw_each`);
    many pay one another pair by pair (`move_each`), or each of them all of others
    (`move_between`). What is drawn is at most what the payer has. ``_in_turn`` adds part after part
    to the balance of the one, to the bit as single transfers; the others add up the parts first.

    Args:
        names: accounts; ``world`` is added, the rest of the world, and may go below zero.
        runs: number of runs.
    """

    def __init__(self, names: Sequence[str], runs: int) -> None:
        self.names = ("world", *names)
        self._row = {name: i for i, name in enumerate(self.names)}
        self.balance = np.zeros((len(self.names), runs))

    def __getitem__(self, name: str) -> Array:
        """Return the balance of an account, ``(run,)``."""
        account: Array = self.balance[self._row[name]]
        return account

    def accounts(self, names: Sequence[str]) -> Array:
        """Return the balances of accounts side by side, ``(account, run)``: they themselves."""
        found: Array = self.balance[self.rows(names)]
        return found

    def move(self, source: str, target: str, amount: Array | float) -> None:
        """Move an amount ``(run,)`` from one account to another; negative moves it back."""
        self.balance[self._row[source]] -= amount
        self.balance[self._row[target]] += amount

    def draw(self, source: str, target: str, amount: Array) -> Array:
        """Move an amount or what there is, whichever is less, and return what was moved."""
        moved = np.minimum(amount, np.maximum(self[source], 0.0))
        self.move(source, target, moved)
        return moved

    def draw_each(self, sources: Sequence[str], target: str, amount: Array) -> Array:
        """Move amounts ``(source, run)`` from many accounts to one, as far as each has them."""
        purses = self.accounts(sources)
        moved = np.minimum(amount, np.maximum(purses, 0.0))
        purses -= moved
        self.balance[self._row[target]] += total(moved)
        return moved

    def move_each(self, sources: Sequence[str], targets: Sequence[str], amount: Array) -> None:
        """Move amounts ``(source, run)``, each from its account to the one in the same place."""
        self.balance[self.rows(sources)] -= amount
        self.balance[self.rows(targets)] += amount

    def pay_each(self, source: str, targets: Sequence[str], amount: Array) -> None:
        """Move amounts ``(target, run)`` from one account to many."""
        self.balance[self.rows(targets)] += amount
        self.balance[self._row[source]] -= total(amount)

    def move_between(self, sources: Sequence[str], targets: Sequence[str], amount: Array) -> None:
        """Move amounts ``(target, source, run)`` from many accounts to many.

        Every sum runs in order: the same to the bit as one `move` for each.
        """
        giving, taking = self.rows(sources), self.rows(targets)
        given = np.concatenate([self.balance[None, giving], -amount])
        taken = np.concatenate([self.balance[taking][:, None], amount], axis=1)
        self.balance[giving] = total(given)
        self.balance[taking] = total(taken, axis=1)

    def move_in_turn(self, sources: Sequence[str], target: str, amount: Array) -> None:
        """Move amounts ``(source, run)`` from many accounts to one.

        The target's sum runs from source to source: the same to the bit as one `move` for each.
        """
        row = self._row[target]
        self.balance[self.rows(sources)] -= amount
        self.balance[row] = total(np.concatenate([self.balance[row : row + 1], amount]))

    def pay_in_turn(self, source: str, targets: Sequence[str], amount: Array) -> None:
        """Move amounts ``(target, run)`` from one account to many.

        The source's sum runs from target to target: the same to the bit as one `move` for each.
        """
        row = self._row[source]
        self.balance[self.rows(targets)] += amount
        self.balance[row] = total(np.concatenate([self.balance[row : row + 1], -amount]))

    def rows(self, names: Sequence[str]) -> slice:
        """Return the rows of accounts that stand side by side in ``names``."""
        first = self._row[names[0]]
        found = slice(first, first + len(names))
        if self.names[found] != tuple(names):
            raise ValueError(f"accounts that do not stand side by side: {', '.join(names)}")
        return found


class Flows:
    """What flows in a month: arrays ``dimensions + (run,)`` by outcome, zero until written.

    Unit, shape and meaning are those of the outcome that records the flow.
    """

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._arrays: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        """Return the array of a flow; change it in place.

        Raises:
            UserError: for a name that is no outcome.
        """
        if name not in self._arrays:
            shape = (len(DIMENSIONS[d]) for d in outcome(name).dimensions)
            self._arrays[name] = np.zeros((*shape, self._runs))
        return self._arrays[name]

    def __setitem__(self, name: str, value: Array) -> None:
        """Replace the values of a flow; the shape stays."""
        self[name][...] = value
