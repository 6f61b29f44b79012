"""The few things a sweep does with files, in one class that tests replace by a failing one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tajsim.files import BEGUN, whole


class Disk:
    """The file system. Every method may raise ``OSError``."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder, and those above it."""
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, path: Path) -> bytes:
        """Return the content of a file."""
        if path.exists() and not path.is_file():  # reading a pipe would wait for its writer
            raise OSError(errno.EINVAL, "Not an ordinary file")
        return path.read_bytes()

    def names(self, folder: Path) -> list[str]:
        """Return the names of the files in a folder, sorted."""
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, which may be torn or lost until `sync`."""
        path.write_bytes(data)

    def sync(self, path: Path) -> None:
        """Wait until the content of a file is on the disk."""
        # Windows wants a file to be open for writing, Linux a folder not to be.
        number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def rename(self, path: Path, to: Path) -> None:
        """Rename a file, replacing what is there; may be lost until `sync_folder`."""
        path.replace(to)

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in a folder are on the disk."""
        if os.name == "posix":  # elsewhere a folder cannot be opened
            self.sync(folder)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)


def put(disk: Disk, path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all, and stays once this has returned.

    Raises:
        OSError: if it cannot be written; nothing of it is left then.
    """
    with whole(path, disk.rename, disk.remove) as begun:
        disk.write(begun, data)
        disk.sync(begun)
    disk.sync_folder(path.parent)


def sweep_away(disk: Disk, folder: Path) -> None:
    """Remove what others began to write and never finished."""
    for name in disk.names(folder):
        if name.startswith(BEGUN):
            disk.remove(folder / name)
