"""The model: the actors put together, and the table of a month."""
