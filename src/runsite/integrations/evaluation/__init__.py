"""How good a model is, with how sure that is: `evaluate`.

::

    model or predictions ─ inputs ─▶ truth, predictions, scores ─ weighted ─▶ metrics, intervals, slices
                                                                └ curves, importance ─▶ files of the run
"""

from runsite.integrations.evaluation.own_metrics import EvaluationMetric, make_metric
from runsite.integrations.evaluation.run import EvaluationResult, Interval, Slice, evaluate
from runsite.integrations.evaluation.thresholds import MetricThreshold, validate_evaluation_results

__all__ = [
    "EvaluationMetric",
    "EvaluationResult",
    "Interval",
    "MetricThreshold",
    "Slice",
    "evaluate",
    "make_metric",
    "validate_evaluation_results",
]
