"""Rents and patronage: what climbs, what it buys, what diverts it."""
