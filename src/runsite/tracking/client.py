"""The client: the same store by explicit run ids, for code that manages runs and models."""

from __future__ import annotations

from runsite.entities import ViewType
from runsite.tracking.client_artifacts import ArtifactMethods
from runsite.tracking.client_experiments import ExperimentMethods
from runsite.tracking.client_models import ModelMethods
from runsite.tracking.client_runs import RunMethods

__all__ = ["MlflowClient", "RunsiteClient", "ViewType"]


class RunsiteClient(RunMethods, ArtifactMethods, ExperimentMethods, ModelMethods):
    """Reads and writes runs and experiments of one store, and models of one registry.

    Cheap to make; threads may share it. A run that a client creates is open until
    `set_terminated`, or until the process ends, which leaves it interrupted.

    Args:
        tracking_uri: The store; by default that of `set_tracking_uri`.
        registry_uri: The registry file; by default that of `set_registry_uri`.
    """


MlflowClient = RunsiteClient
