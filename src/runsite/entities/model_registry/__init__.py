"""Registered models and their versions, by the path that code written for MLflow imports them from."""

from runsite.entities import ModelVersion, RegisteredModel

__all__ = ["ModelVersion", "RegisteredModel"]
