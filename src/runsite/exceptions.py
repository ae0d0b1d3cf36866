"""Errors, by the path that code written for MLflow imports them from. `runsite.errors` has the tree."""

from runsite.errors import RunsiteError

__all__ = ["MlflowException", "RestException", "RunsiteError"]

MlflowException = RunsiteError
# There is no server, hence no error of one: what catches it catches the store's answers.
RestException = RunsiteError
