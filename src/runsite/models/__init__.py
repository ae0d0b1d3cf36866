"""Models as folders: the MLmodel format, signatures, environments, digests, flavors.

Nothing of a model is opened by reading its MLmodel file; only `runsite.models.scoring` and the
flavors load, and they say so when the format can run code. The names below are imported when
they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runsite.integrations.evaluation import (
        EvaluationResult,
        MetricThreshold,
        evaluate,
        make_metric,
        validate_evaluation_results,
    )
    from runsite.integrations.model_logging import ModelInfo
    from runsite.integrations.model_reading import Model, get_model_info
    from runsite.integrations.model_signature import set_signature
    from runsite.models.code import set_model
    from runsite.models.digest import digest_folder
    from runsite.models.infer import infer_signature
    from runsite.models.mlmodel import MLModel, read_mlmodel
    from runsite.models.schema import (
        AnyType,
        Array,
        ColSpec,
        DataType,
        Map,
        Object,
        ParamSchema,
        ParamSpec,
        Property,
        Schema,
        TensorSpec,
    )
    from runsite.models.settings import ModelConfig
    from runsite.models.signature import ModelSignature
    from runsite.models.trust import UnsafeModelWarning

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "EvaluationResult",
    "MLModel",
    "Map",
    "MetricThreshold",
    "Model",
    "ModelConfig",
    "ModelInfo",
    "ModelSignature",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorSpec",
    "UnsafeModelWarning",
    "digest_folder",
    "evaluate",
    "get_model_info",
    "infer_signature",
    "make_metric",
    "read_mlmodel",
    "set_model",
    "set_signature",
    "validate_evaluation_results",
]

# The last ones stand above this layer, and are here because MLflow has them here: names only.
_HOMES = {
    "MLModel": "mlmodel",
    "ModelConfig": "settings",
    "ModelSignature": "signature",
    "UnsafeModelWarning": "trust",
    "digest_folder": "digest",
    "infer_signature": "infer",
    "read_mlmodel": "mlmodel",
    "set_model": "code",
    "EvaluationResult": "runsite.integrations.evaluation",
    "MetricThreshold": "runsite.integrations.evaluation",
    "Model": "runsite.integrations.model_reading",
    "ModelInfo": "runsite.integrations.model_logging",
    "evaluate": "runsite.integrations.evaluation",
    "get_model_info": "runsite.integrations.model_reading",
    "make_metric": "runsite.integrations.evaluation",
    "set_signature": "runsite.integrations.model_signature",
    "validate_evaluation_results": "runsite.integrations.evaluation",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "schema")
    module = importlib.import_module(home if "." in home else f"{__name__}.{home}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
