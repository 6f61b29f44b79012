"""The stages of a month, one file each, in the order of the table in ``model.py``."""
