"""The month as a static graph of array operations: traced, evaluated by numpy, checked."""
