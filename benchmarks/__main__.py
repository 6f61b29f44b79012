"""``python -m benchmarks``: the speed of tajsim on this machine."""

from benchmarks.speed import main

if __name__ == "__main__":
    main()
