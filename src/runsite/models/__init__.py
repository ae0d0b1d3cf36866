"""Models as folders: the MLmodel format, signatures, environments, digests, flavors.

Nothing of a model is opened by reading its MLmodel file; only `runsite.models.scoring` and the
flavors load, and they say so when the format can run code. The names below are imported when
they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from runsite.models.signature import ModelSignature
    from runsite.models.trust import UnsafeModelWarning

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "MLModel",
    "Map",
    "ModelSignature",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorSpec",
    "UnsafeModelWarning",
    "digest_folder",
    "infer_signature",
    "read_mlmodel",
]

_HOMES = {
    "MLModel": "mlmodel",
    "ModelSignature": "signature",
    "UnsafeModelWarning": "trust",
    "digest_folder": "digest",
    "infer_signature": "infer",
    "read_mlmodel": "mlmodel",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'schema')}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
