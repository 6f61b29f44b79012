"""Writes the generated pages: ``python -m docs.generate``."""

from docs.generate.pages import FOLDER, write

if __name__ == "__main__":
    write()
    print(f"written to {FOLDER}")
