"""Pieces of HTML for notebooks: escaped text, tables, folds, and one style for light and dark."""
