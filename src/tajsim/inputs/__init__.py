"""The inputs of a simulation: figures, parameters, outcomes and scenarios."""
