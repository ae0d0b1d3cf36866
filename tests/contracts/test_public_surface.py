"""What users may rely on: listed, sorted, documented, typed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import runsite


def find_modules() -> list[str]:
    found = [m.name for m in pkgutil.walk_packages(runsite.__path__, prefix="runsite.")]
    return ["runsite", *(name for name in found if not name.endswith("__main__"))]


@pytest.fixture(params=find_modules())
def module(request) -> ModuleType:
    return importlib.import_module(request.param)


def public_names(module: ModuleType) -> list[str]:
    """Return ``__all__``; a package that only says what it is needs none."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
    ]
    assert own == [], f"{module.__name__} has names and no __all__"
    return []


def own_functions(module: ModuleType) -> list[tuple[str, object]]:
    """List the public functions and methods that a module defines itself."""
    found: list[tuple[str, object]] = []
    for name in public_names(module):
        value = getattr(module, name)
        if inspect.isfunction(value):
            found.append((name, value))
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            found += [
                (f"{name}.{key}", function)
                for key, function in vars(value).items()
                if inspect.isfunction(function) and not key.startswith("_")
            ]
    return found


def test_every_module_lists_its_names(module):
    """``__all__`` says what is public; each name exists, none twice."""
    names = public_names(module)
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(module, name)] == []


def test_every_module_says_what_it_is(module):
    """The first lines of a module tell a reader whether to read on."""
    assert (module.__doc__ or "").strip()


def test_every_public_function_is_documented_and_typed(module):
    """A public function or method has a docstring, and a type for each argument and its result."""
    bare = []
    for name, function in own_functions(module):
        signature = inspect.signature(function)
        untyped = [
            key
            for key, parameter in signature.parameters.items()
            if parameter.annotation is inspect.Parameter.empty and key not in {"self", "cls"}
        ]
        if untyped or signature.return_annotation is inspect.Signature.empty:
            bare.append(f"{name}: untyped {', '.join(untyped) or 'result'}")
        if not inspect.getdoc(function):
            bare.append(f"{name}: no docstring")
    assert bare == []


def test_the_surface_is_listed_where_people_look():
    """``dir(runsite)``, ``runsite.__all__`` and what can be imported are the same."""
    names = [name for name in runsite.__all__ if name != "__version__"]
    assert [name for name in names if name.startswith("_")] == []
    assert set(names) <= set(dir(runsite))
