"""The state: strain, failure, control of regions."""
