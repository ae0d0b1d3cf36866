"""How each kind of model is written to and read from a folder; one module a flavor."""
