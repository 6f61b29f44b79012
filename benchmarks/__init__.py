"""Speed of tajsim, and the ordinary way it is measured against."""
