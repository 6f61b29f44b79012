"""What the library of HDF5 does not say of a file: where it ends, and the times in its headers.

Superblock and object headers as in the "HDF5 File Format Specification Version 3.0", II.A and IV.A.
"""

from __future__ import annotations

import struct

_ALL = 0xFFFFFFFF
#: Bits that lookup3 turns by, in its mixing and in its last steps.
_MIXING, _LAST = (4, 6, 8, 16, 19, 4), (14, 11, 25, 16, 4, 14, 24)
_TIMES, _PHASES = 0x20, 0x10  # flags of an object header: it holds times, limits of attributes


def end_of(head: bytes) -> int:
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
