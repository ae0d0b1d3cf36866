"""What is to be evaluated, in whichever form it was given, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runsite.errors import InvalidValueError, quote
from runsite.models.frames import to_pandas
from runsite.models.infer import is_instance_of, is_missing

__all__ = ["EvaluationData", "Scorer", "find_model", "make_data"]


@dataclass(frozen=True, slots=True)
class EvaluationData:
    """Features (None where only predictions were given), truth, and predictions given with it."""

    features: Any
    truth: Any
    predictions: Any = None
    table: Any = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.truth)


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model's functions: predictions, and probabilities where it has them, with its classes."""

    predict: Callable[[Any], Any]
    predict_proba: Callable[[Any], Any] | None = None
    classes: Any = None


def make_data(
    data: Any, *, targets: Any, predictions: Any, feature_names: list[str] | None
) -> EvaluationData:
    """Separate features, targets and predictions.

    Raises:
        InvalidValueError: There are no targets, a column is missing, the lengths differ, or a
            target or prediction has no value.
    """
    import numpy as np

    if hasattr(data, "df") and hasattr(data, "targets"):
        targets = data.targets if targets is None else targets
        if predictions is None:
            predictions = getattr(data, "predictions", None)
        data = data.df
    table = to_pandas(data)
    is_table = is_instance_of(table, "pandas", "DataFrame")
    if targets is None:
        raise InvalidValueError(
            "evaluate needs targets", hint="give targets= as a column's name or as values"
        )
    taken = []
    values: dict[str, Any] = {}
    for what, given in (("targets", targets), ("predictions", predictions)):
        if isinstance(given, str):
            if not is_table or given not in table.columns:
                raise InvalidValueError(f"the data has no column {quote(given)} for {what}")
            taken.append(given)
            given = table[given]  # noqa: PLW2901 - the column's name becomes the column
        values[what] = None if given is None else np.asarray(to_pandas(given))
        _refuse_missing(what, values[what])
    features = table.drop(columns=taken) if is_table else table
    if feature_names is not None and is_table:
        features = features[feature_names]
    truth = values["targets"]
    counts = {len(truth)}
    counts |= {len(v) for v in (values["predictions"],) if v is not None}
    counts |= {features.shape[0]} if features is not None else set()
    if len(counts) > 1 or 0 in counts:
        raise InvalidValueError(
            f"data, targets and predictions have {', '.join(map(str, sorted(counts)))} rows"
        )
    return EvaluationData(features, truth, values["predictions"], table if is_table else None)


def _refuse_missing(what: str, values: Any) -> None:
    """Refuse targets or predictions of which some are missing: no metric is defined for them."""
    import numpy as np

    if values is None or values.dtype.kind not in "fO":
        return
    if values.dtype.kind == "f":
        count = int(np.isnan(values).sum())
    else:
        count = sum(map(is_missing, values.ravel().tolist()))
    if count:
        raise InvalidValueError(
            f"{count} of {values.size} {what} are missing",
            hint="leave those rows out, as by data.dropna(subset=['column'])",
        )


def find_model(model: Any, *, model_config: Mapping[str, Any] | None = None) -> Scorer | None:
    """Find how to score with a model: a URI, a loaded model, an estimator or a function.

    Raises:
        InvalidValueError: It cannot predict.
    """
    if model is None:
        return None
    if isinstance(model, str):
        from runsite.integrations.model_loading import find_model_folder
        from runsite.models.scoring import load_folder

        model = load_folder(find_model_folder(model), model_config=model_config)
    inner = model.get_raw_model() if hasattr(model, "get_raw_model") else model
    predict = getattr(model, "predict", model if callable(model) else None)
    if predict is None:
        raise InvalidValueError(
            f"{type(model).__name__} cannot predict",
            hint="give a model's URI, an object with predict, or a function",
        )
    classes = getattr(inner, "classes_", None)
    return Scorer(
        predict, getattr(inner, "predict_proba", None) if classes is not None else None, classes
    )
