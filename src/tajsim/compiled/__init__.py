"""The month as a static graph of array operations: traced, laid out, compiled."""
