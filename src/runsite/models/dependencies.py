"""Which modules code needs: read from its instructions and its source, without running it."""

from __future__ import annotations

import ast
import dis
import pickletools
import sys
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["list_imports", "list_local_imports", "list_modules", "list_used_modules"]

_SUBIMPORT = ("cloudpickle.cloudpickle", "subimport")
# What a script defines is pickled with the model: what it imports for itself does not matter.
_NEVER = frozenset({"__main__", "__mp_main__"})
_PUSHES = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE")


def list_imports(source: str) -> set[str]:
    """List the modules that a Python file imports, anywhere in it; none where it cannot be read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
    return found


def list_local_imports(modules: Iterable[str]) -> set[str]:
    """List what the user's own modules import, and what those import that are his too.

    Args:
        modules: Names of imported modules that belong to no distribution.
    """
    from runsite.models.requirements import find_distribution

    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        file = getattr(sys.modules.get(name), "__file__", None)
        top = name.partition(".")[0]
        if not file or top in _NEVER | sys.stdlib_module_names or find_distribution(top):
            continue
        new = _read_imports(Path(file)) - found
        found |= new
        waiting += new
    return found


def list_used_modules(model: Any) -> set[str]:
    """List the modules that a Python object's methods, or a function, use or import.

    Only code of ``__main__`` and of the user's own modules is followed; what a library's class
    needs is for the library to say.
    """
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = [model]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, types.ModuleType):
            found.add(thing.__name__)
        elif isinstance(thing, types.FunctionType):
            found.add(thing.__module__)
            if _is_own(thing.__module__):
                found |= set(_imported_names(thing.__code__))
                waiting += _referred(thing)
        elif isinstance(thing, type):
            found.add(thing.__module__)
            if _is_own(thing.__module__):
                waiting += [*map(_unwrap, vars(thing).values()), *thing.__bases__]
        else:
            waiting.append(type(thing))
            waiting += vars(thing).values() if hasattr(thing, "__dict__") else ()
    return found - {"__main__", "builtins"}


def list_modules(pickled: bytes) -> set[str]:
    """List the modules that a pickle names, by reading its opcodes: nothing is unpickled.

    A name that is put together from parts kept elsewhere in the pickle can be missed; what the
    flavors always need is therefore added by them.
    """
    modules: set[str] = set()
    memo: list[object] = []
    before: object = None  # the last two things that were pushed, where they matter here
    last: object = None
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "MEMOIZE":
            memo.append(last)
        elif opcode.name not in ("PROTO", "FRAME", "MARK"):
            pushed = _find_pushed(opcode.name, argument, memo=memo, last=(before, last))
            modules |= _find_named(pushed, after=last)
            before, last = last, pushed
    return modules


def _find_pushed(
    opcode: str, argument: Any, *, memo: list[object], last: tuple[object, object]
) -> object:
    """Return what an opcode pushes: a text, a global as (module, name), or None for the rest."""
    if opcode in _PUSHES:
        return argument
    if opcode in ("BINGET", "LONG_BINGET"):
        return memo[argument] if argument < len(memo) else None
    if opcode == "GLOBAL":
        return tuple(str(argument).split(" ", 1))
    return last if opcode == "STACK_GLOBAL" else None


def _find_named(pushed: object, *, after: object) -> set[str]:
    if isinstance(pushed, tuple):
        return {pushed[0]} if isinstance(pushed[0], str) else set()
    if not isinstance(pushed, str):
        return set()
    is_known = "." in pushed and pushed in sys.modules
    return {pushed} if after == _SUBIMPORT or is_known else set()


def _read_imports(path: Path) -> set[str]:
    if path.suffix != ".py":
        return set()
    try:
        return list_imports(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return set()


def _is_own(module: str) -> bool:
    from runsite.models.requirements import find_distribution

    top = module.partition(".")[0]
    return top == "__main__" or (
        top not in sys.stdlib_module_names and find_distribution(top) is None
    )


def _imported_names(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _imported_names(constant)


def _referred(function: types.FunctionType) -> list[Any]:
    """Return what a function refers to by name or keeps in its closure."""
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [item for item in code.co_consts if isinstance(item, types.CodeType)]
    kept = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    known = [function.__globals__[name] for name in names if name in function.__globals__]
    code_like = (types.ModuleType, types.FunctionType, type)
    return [item for item in (*known, *kept) if isinstance(item, code_like)]


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell says so when it is asked
    except ValueError:
        return False
    return True


def _unwrap(value: Any) -> Any:
    """Return the function inside a method of any kind; None for what is no code."""
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    return value if isinstance(value, types.FunctionType | type) else None
