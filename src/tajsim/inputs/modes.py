"""Where uncertain parameters take their values from, and which draws can be made anew."""

#: How uncertain parameters get their values.
MODES = ("posterior", "prior", "fixed")
DEFAULT_MODE = "posterior"
#: Groups whose draws can be made anew: uncertain parameters by basis, and everything else.
REDRAWN = ("documented", "derived", "assumption", "chance")
