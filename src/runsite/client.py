"""The client, by the path that code written for MLflow imports it from."""

from runsite.tracking.client import RunsiteClient

__all__ = ["MlflowClient", "RunsiteClient"]

MlflowClient = RunsiteClient
