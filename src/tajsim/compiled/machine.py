"""Object files for this processor, made in a process of its own: LLVM does not heed Ctrl-C."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


def compiled_apart(text: str) -> bytes:
    """Return what `compiled` does, made in another process where one can be started."""
    command = [sys.executable, "-P", "-m", "tajsim.compiled.machine"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with suppress(OSError):  # it cannot be started
        found = subprocess.run(command, input=text.encode(), capture_output=True, env=environment)
        if not found.returncode:
            return found.stdout
    return compiled(text)


def compiled(text: str) -> bytes:
    """Return the object file of a program for this processor.

    Raises:
        RuntimeError: if the processor multiplies and adds in two steps alone.
    """
    import llvmlite.binding as llvm

    if llvm.get_host_cpu_features().get("fma") is False:
        raise RuntimeError("the processor has no fused multiply-add")

    # The passes of LLVM find nothing to improve and double the time.
    module = llvm.parse_assembly(text)
    module.verify()
    return bytes(machine().emit_object(module))


def machine() -> Any:
    """Return what LLVM knows of this processor."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        jit=True,
    )


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.buffer.write(compiled(sys.stdin.buffer.read().decode()))
