"""How good a model is, with how sure that is: `evaluate`.

::

    model or predictions ─ inputs ─▶ truth, predictions, scores ─ weighted ─▶ metrics, intervals, slices
                                                                └ curves, importance ─▶ files of the run
"""

from runsite.integrations.evaluation.run import EvaluationResult, Interval, Slice, evaluate

__all__ = ["EvaluationResult", "Interval", "Slice", "evaluate"]
