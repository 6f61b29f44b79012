"""Files: those that ship, looked at before they are read, written whole or not at all."""

import csv
import io
import os
import stat
import struct
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from time import time_ns
from typing import Any, BinaryIO, NamedTuple

from tajsim.errors import UserError, nearest

LARGEST_FILE = 1_000_000  # bytes of a text
#: How names of files and folders begin that are being written.
BEGUN = ".begun-"
_number = count()


def data_text(name: str) -> str:
    """Return a text that ships in the folder ``data``."""
    return Path(__file__).with_name("data").joinpath(name).read_text(encoding="utf-8")


@cache
def data_tables(name: str) -> dict[str, Any]:
    """Return the tables of a TOML file that ships in the folder ``data``, not to be changed."""
    return tomllib.loads(data_text(name))


def exists(path: Path) -> bool:
    """Return whether there is something of this name that the system lets us see."""
    try:
        return path.exists()
    except OSError:  # a name too long for the file system, a folder that may not be read
        return False


class Shipped(NamedTuple):
    """The files of a ``kind``, ``scenario`` or ``experiment``, that come with the program."""

    kind: str

    @property
    def folder(self) -> Path:
        """The folder in which they are: in the package, or in the repository."""
        package = Path(__file__).parent
        installed = package / f"{self.kind}s_files"
        return installed if installed.is_dir() else package.parents[1] / f"{self.kind}s"

    def names(self) -> list[str]:
        """Return the names of the files, the reference scenario first."""
        names = sorted(path.stem for path in self.folder.glob("*.toml"))
        return sorted(names, key=lambda name: name != "status-quo")

    def shown(self, path: Path) -> str:
        """Return a path as messages show it: shipped files from their folder, others as given."""
        shipped = path.resolve().parent == self.folder.resolve()
        return f"{self.kind}s/{path.name}" if shipped else str(path)

    def path(self, name: str | Path) -> Path:
        """Return the path of a file given by the name of a shipped one or by its path.

        If there is none, a `UserError` names the nearest shipped one.
        """
        if isinstance(name, str) and name in self.names():
            return self.folder / f"{name}.toml"
        path = Path(name)
        if str(name) and exists(path):
            return path
        what = f"no such {'file' if is_path(str(name)) else self.kind}"
        hint = nearest(path.stem, self.names())
        expected = f"expected a .toml file or a shipped {self.kind}{hint}"
        raise UserError(f"{str(name) or repr('')}: {what}; {expected}")


def is_path(text: str) -> bool:
    """Return whether a text is meant as a path and not as the name of a shipped file."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def read_text(path: Path, shown: str, expected: str = "a .toml file") -> str:
    """Return the text of a file, ``shown`` in messages, with the line ends of Unix.

    What is no readable UTF-8 text of at most `LARGEST_FILE` bytes is a `UserError`.
    """
    with opened(path, shown, expected) as file:
        data = file.read(LARGEST_FILE + 1)  # the size that the system tells may be wrong
    if len(data) > LARGEST_FILE:
        size = max(path.stat().st_size, len(data))
        raise UserError(f"{shown}: is {size:,} bytes; expected at most {LARGEST_FILE:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{shown}: byte {error.start + 1} is not text; expected UTF-8") from None
    if "\0" in text:
        raise UserError(f"{shown}: is a binary file (byte zero); expected a text file")
    return text.replace("\r\n", "\n")


@contextmanager
def opened(path: Path, shown: str | Path, expected: str) -> Iterator[BinaryIO]:
    """Open a file that may be anything; ``shown`` and ``expected`` are for messages.

    One that is not ordinary or cannot be read, also within the block, is a `UserError`.
    """
    try:
        kind = path.stat().st_mode  # opening a pipe would wait for its writer
        if not stat.S_ISREG(kind):
            what = "a folder" if stat.S_ISDIR(kind) else "not an ordinary file"
            raise UserError(f"{shown}: is {what}; expected {expected}")
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise UserError(f"{shown}: no such file; expected {expected}") from None
    except (OSError, ValueError) as error:  # ValueError: a name with byte zero
        raise UserError(f"{shown}: cannot be read ({reason(error)})") from None


_SEAL = b"\ntajsim: sha256 of all before this line: %s\n"
_BYTES = len(_SEAL % sha256().hexdigest().encode())


def sealed(data: bytes | bytearray | memoryview) -> list[bytes | bytearray | memoryview]:
    """Return the content of a file and, behind it, a line with its SHA-256.

    HDF5 and ZIP say themselves where they end, so that other programs read it all the same.
    """
    return [data, _SEAL % sha256(data).hexdigest().encode()]


def check_seal(path: Path, expected: str) -> bool:
    """Return whether a file ends in a seal (`sealed`), or raise `UserError` if it does not fit.

    ``expected`` says what the file should be, in the `UserError` of one that cannot be read.
    """
    with opened(path, path, expected) as file:
        size = os.fstat(file.fileno()).st_size - _BYTES
        file.seek(max(size, 0))
        found = file.read()
        if not found.startswith(_SEAL.partition(b"%")[0]) or size < 0:
            return False
        file.seek(0)
        digest, left = sha256(), size
        while part := file.read(min(left, 1 << 20)):
            digest.update(part)
            left -= len(part)
    if found != _SEAL % digest.hexdigest().encode():
        raise UserError(f"{path}: is damaged, its checksum does not fit; make it again")
    return True


# What the library of HDF5 does not say of a file: where it ends, and the times in its headers; as
# in the "HDF5 File Format Specification Version 3.0", II.A and IV.A.
_ALL = 0xFFFFFFFF
#: Bits that lookup3 turns by, in its mixing and in its last steps.
_MIXING, _LAST = (4, 6, 8, 16, 19, 4), (14, 11, 25, 16, 4, 14, 24)
_TIMES, _PHASES = 0x20, 0x10  # flags of an object header: it holds times, limits of attributes


def end_of_hdf5(head: bytes | bytearray) -> int:
    """Return where an HDF5 file ends, as its first 64 bytes say; 0 if they are of none."""
    at = {0: 40, 1: 44, 2: 28, 3: 28}.get(head[8] if len(head) == 64 else -1, 0)
    known = at and head.startswith(b"\x89HDF\r\n\x1a\n")
    return int.from_bytes(head[at : at + 8], "little") if known else 0


def timeless(data: bytearray) -> bytearray:
    """Put zeros in place of the times in object headers, so that equal content is equal bytes."""
    at = -1
    while (at := data.find(b"OHDR\2", at + 1)) >= 0:
        flags = data[at + 5]
        size_at = at + 22 + (4 if flags & _PHASES else 0)
        width = 1 << (flags & 3)
        end = size_at + width + int.from_bytes(data[size_at : size_at + width], "little")
        told = bytes(data[end : end + 4])
        if flags & _TIMES and told == _lookup3(bytes(data[at:end])):  # else these are numbers
            data[at + 6 : at + 22] = bytes(16)
            data[end : end + 4] = _lookup3(bytes(data[at:end]))
    return data


def _lookup3(data: bytes) -> bytes:
    """Return Bob Jenkins' checksum of some bytes, by which HDF5 checks its headers."""
    whole = max(len(data) - 1, 0) // 12
    words = struct.unpack(f"<{3 * (whole + 1)}I", data.ljust(12 * (whole + 1), b"\0"))
    x = [(0xDEADBEEF + len(data)) & _ALL] * 3

    def turned(value: int, by: int) -> int:
        return (value << by | value >> 32 - by) & _ALL

    for place in range(whole + 1):
        x = [(a + b) & _ALL for a, b in zip(x, words[3 * place : 3 * place + 3], strict=True)]
        if place == whole:
            break
        for step, by in enumerate(_MIXING):
            i, j, k = step % 3, (step + 1) % 3, (step + 2) % 3
            x[i] = (x[i] - x[k] & _ALL) ^ turned(x[k], by)
            x[k] = x[k] + x[j] & _ALL
    for step, by in enumerate(_LAST):
        i, j = (step + 2) % 3, (step + 1) % 3
        x[i] = (x[i] ^ x[j]) - turned(x[j], by) & _ALL
    return x[2].to_bytes(4, "little")


def place_of(out: str | Path) -> Path:
    """Return where something is to be written, ``~`` being the home of the user; or `UserError`."""
    if "\0" in str(out):
        raise UserError(f"{out}: no file can have this name; expected one without byte zero")
    try:
        return Path(out).expanduser()
    except RuntimeError:
        raise UserError(f"{out}: the home folder of this user is not known") from None


def check_file(
    out: str | Path, overwrite: bool, how: str = "--overwrite", endings: tuple[str, ...] = ()
) -> Path:
    """Return where a file goes; refuse a place where it cannot, before the work and not after it.

    Raises:
        UserError: for none of the ``endings``, a file that is there (``how`` allows to
            ``overwrite`` it), a folder that is there, or one that is not.
    """
    path = place_of(out)
    if endings and path.suffix.lower() not in endings:
        raise UserError(f"{path}: expected a name that ends in {' or '.join(endings)}")
    with telling(path):
        if path.is_dir():
            raise UserError(f"{path}: is a folder; name a file")
        if path.exists() and not overwrite:
            raise UserError(f"{path}: exists already; {how} replaces it")
        if not path.absolute().parent.is_dir():
            raise UserError(f"{path}: cannot be written (there is no folder {path.parent})")
    return path


def beside(path: Path) -> Path:
    """Return a fresh name in the folder of ``path``, for what is to take its place."""
    return path.with_name(f"{BEGUN}{os.getpid()}-{next(_number)}-{time_ns():x}-{path.name[:40]}")


@contextmanager
def whole(
    path: Path,
    rename: Callable[[Path, Path], object] = Path.replace,
    remove: Callable[[Path], object] = Path.unlink,
) -> Iterator[Path]:
    """Give a path to write to; that file takes the place of ``path`` if the block ends well.

    On an error or an interrupt it is removed, and what stood at ``path`` is as it was. The block
    makes the file itself, so that its permissions follow the umask. It may raise ``OSError``.
    """
    begun = beside(path)
    try:
        yield begun
        rename(begun, path)
    except BaseException:
        with suppress(OSError):
            remove(begun)
        raise


@contextmanager
def telling(shown: str | Path, more: str = "") -> Iterator[None]:
    """Turn an ``OSError`` into the `UserError` that ``shown`` cannot be written, and ``more``."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{shown}: cannot be written ({reason(error)}){more}") from None


def write_whole(path: Path, *content: str | bytes | bytearray | memoryview) -> None:
    """Write a file that appears whole or not at all, texts as UTF-8; or raise `UserError`."""
    with telling(path), whole(path) as begun, begun.open("wb") as file:
        for part in content:
            file.write(part.encode() if isinstance(part, str) else part)


def csv_text(header: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV with the line ends of Unix."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def reason(error: Exception) -> str:
    """Return why a file could not be written or read, in a few words."""
    return (getattr(error, "strerror", None) or str(error)).lower()
