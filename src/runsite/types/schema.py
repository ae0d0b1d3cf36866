"""Schemas of a signature, by the path that code written for MLflow imports them from."""

from runsite.types import *  # noqa: F403 - the same names, by MLflow's longer path
from runsite.types import __all__  # noqa: F401 - what this path hands out
