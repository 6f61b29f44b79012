"""Makes the generated pages of the documentation from the package itself."""
