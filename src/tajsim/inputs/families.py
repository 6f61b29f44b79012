"""The families of parameters by name, in the order of ``data/families.txt``."""

from typing import TYPE_CHECKING

from tajsim.axes import Array
from tajsim.files import data_text

FILE_NAME = "families.txt"


class Families:
    """The values in force by family, ``values.agency_pay``: ``(index, run)``, or ``(run,)``."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Array: ...


Families.__annotations__ = dict.fromkeys(data_text(FILE_NAME).split(), Array)
