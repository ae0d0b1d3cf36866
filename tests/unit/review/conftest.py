"""A project under review, with two logged versions."""

from __future__ import annotations

import pytest

from support.projects import Project


@pytest.fixture
def project(git_repo, monkeypatch) -> Project:
    """Return a project with versions 1 (Production) and 2 (Staging) on branch main."""
    made = Project(git_repo, monkeypatch)
    made.register(1, metrics={"rmse": 6.5, "val_auc": 0.9}, params={"alpha": "0.1"})
    made.register(2, metrics={"rmse": 6.4, "val_auc": 0.8}, params={"alpha": "1"})
    made.promote(1)
    made.promote(2, "Staging")
    made.commit("Begin")
    return made
