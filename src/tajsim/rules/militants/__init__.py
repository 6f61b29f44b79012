"""Militants abroad: build-up, deterrence, crossing."""
