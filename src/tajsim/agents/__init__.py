"""The actors: Mesa agents that hold state with the run axis last, and call rules."""
