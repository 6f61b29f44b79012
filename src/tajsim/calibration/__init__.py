"""Calibration: which parameters the fitted targets inform, and a sample of those that fit them."""
