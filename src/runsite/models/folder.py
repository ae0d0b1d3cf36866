"""A model folder, written whole or not at all.

A flavor writes its own files; what every model has besides (environment, signature, example,
code, metadata) is written here, in one place for all flavors.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runsite import __version__
from runsite.errors import AlreadyExistsError, InvalidValueError, quote
from runsite.models.dependencies import list_imports
from runsite.models.examples import write_example
from runsite.models.mlmodel import PYFUNC, MLModel, write_mlmodel
from runsite.models.requirements import (
    ENVIRONMENT,
    find_requirements,
    merge_requirements,
    write_environment,
)
from runsite.models.signature import ModelSignature
from runsite.store.files import TEMP_PREFIX

__all__ = ["FlavorFiles", "ModelOptions", "save_folder"]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What a caller may say about any model, whichever flavor it has.

    Attributes:
        signature: What it takes and gives; inferred from ``input_example`` where the flavor can.
        input_example: A few rows of input.
        pip_requirements: In place of the requirements that were found.
        extra_pip_requirements: On top of them.
        conda_env: In place of ``conda.yaml``.
        code_paths: Files and folders of own modules that go with the model.
        metadata: Kept in the MLmodel file.
        extra_files: Files that go with the model, under ``extra_files/``.
    """

    signature: ModelSignature | None = None
    input_example: Any = None
    pip_requirements: Sequence[str] | str | None = None
    extra_pip_requirements: Sequence[str] | str | None = None
    conda_env: Mapping[str, object] | str | None = None
    code_paths: Sequence[str] | None = None
    metadata: Mapping[str, object] | None = None
    extra_files: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class FlavorFiles:
    """What a flavor did when it wrote its files.

    Attributes:
        flavors: Flavor name → settings for the MLmodel file, ``python_function`` among them.
        modules: Modules that loading needs.
        signature: The signature, where the flavor could find one and the caller gave none.
    """

    flavors: Mapping[str, Mapping[str, object]]
    modules: Iterable[str] = field(default=())
    signature: ModelSignature | None = None


def save_folder(
    path: str | os.PathLike[str],
    *,
    write: Callable[[Path], FlavorFiles],
    options: ModelOptions,
    identity: MLModel | None = None,
) -> MLModel:
    """Write a model folder: all files appear at once, or none.

    Args:
        path: The folder; it must not exist, or be empty.
        write: Writes the flavor's own files into the folder that it is given.
        options: What the caller said.
        identity: Run, path and id for a model that a run logs.

    Raises:
        AlreadyExistsError: The folder holds something.
        InvalidValueError: A path of code or of an extra file does not exist.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AlreadyExistsError(
            f"{quote(str(target))} exists already", hint="save the model to a new folder"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile.mkdtemp: its folders are private, and a model's has the mode of any other.
    work = target.parent / f"{TEMP_PREFIX}{uuid.uuid4().hex}"
    work.mkdir()
    try:
        model = _fill(work, write=write, options=options, identity=identity)
        if target.is_dir():
            target.rmdir()
        work.rename(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return model


def _fill(
    work: Path,
    *,
    write: Callable[[Path], FlavorFiles],
    options: ModelOptions,
    identity: MLModel | None,
) -> MLModel:
    code = _copy_all(options.code_paths, folder=work, name="code")
    _copy_all(options.extra_files, folder=work, name="extra_files")
    files = write(work)
    example = None
    if options.input_example is not None:
        example = write_example(options.input_example, folder=work)
    signature = options.signature or files.signature
    modules = set(files.modules)
    for file in (work / "code").rglob("*.py") if code else ():
        modules |= list_imports(file.read_text(encoding="utf-8", errors="replace"))
    if signature and signature.inputs and not signature.inputs.is_tensor_spec():
        modules.add("pandas")
    requirements = merge_requirements(
        find_requirements(modules),
        given=options.pip_requirements,
        extra=options.extra_pip_requirements,
    )
    write_environment(work, requirements=requirements, conda_env=options.conda_env)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    model = MLModel(
        flavors=_complete(files.flavors, code=code),
        signature=signature,
        artifact_path=identity.artifact_path if identity else None,
        run_id=identity.run_id if identity else None,
        model_id=identity.model_id if identity else None,
        model_uuid=uuid.uuid4().hex,
        utc_time_created=now.isoformat(sep=" ", timespec="microseconds"),
        saved_input_example_info=example,
        metadata=options.metadata,
        extra={"runsite_version": __version__},
    )
    return write_mlmodel(model, folder=work)


def _complete(
    flavors: Mapping[str, Mapping[str, object]], *, code: str | None
) -> dict[str, dict[str, object]]:
    """Add to each flavor what depends on the folder and not on the flavor."""
    done = {name: {**settings, "code": code} for name, settings in flavors.items()}
    done[PYFUNC]["env"] = dict(ENVIRONMENT)
    return done


def _copy_all(paths: Sequence[str] | None, *, folder: Path, name: str) -> str | None:
    if not paths:
        return None
    if isinstance(paths, str):
        raise InvalidValueError(f"give a list of paths, not {quote(paths)}")
    for path in map(Path, paths):
        source = path.resolve()
        target = folder / name / source.name
        if target.exists():
            raise InvalidValueError(f"two files would be called {quote(f'{name}/{source.name}')}")
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy2(source, target)
        else:
            raise InvalidValueError(f"no such file or folder: {quote(str(path))}")
    return name
