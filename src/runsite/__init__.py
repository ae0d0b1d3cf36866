"""runsite: experiment tracking and a model registry without a server."""

__version__ = "0.1.0"
