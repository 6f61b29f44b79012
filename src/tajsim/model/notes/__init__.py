"""Notes for the chronicle that take more than a line: what happened, and what weighed most."""
