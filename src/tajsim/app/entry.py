"""Who is let in: whoever brings the token of this start, first in the address, then as a cookie.

The loopback address is open to every program of every user of the machine, and to every page in
their browsers. A cookie that is set by the first visit keeps the token out of links to share.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode

#: The key of the token in the query of an address.
TOKEN = "token"


class Entry:
    """The token of one start of the dashboard.

    Attributes:
        token: opens as often as it is brought.
        cookie: name of the cookie. Cookies of one host are shared by its ports, so it has its own.
    """

    def __init__(self, port: int) -> None:
        self.token, self.cookie = secrets.token_urlsafe(24), f"tajsim-{port}"
        self._once: set[str] = set()

    def once(self) -> str:
        """Return a token that opens once.

        It is for the command line of the browser, which other users of the machine can see.
        """
        token = secrets.token_urlsafe(24)
        self._once.add(token)
        return token

    def opens(self, given: str | None) -> bool:
        """Tell whether a token opens; one that opens once is used up."""
        if given is None:
            return False
        if given in self._once:
            self._once.remove(given)
            return True
        return compare_digest(given.encode(), self.token.encode())


def parted(query: str) -> tuple[str | None, str]:
    """Return the token of a query, if there is one, and the query without it."""
    pairs = parse_qsl(query, keep_blank_values=True)
    tokens = [value for key, value in pairs if key == TOKEN]
    return (tokens[-1] if tokens else None), urlencode([p for p in pairs if p[0] != TOKEN])
