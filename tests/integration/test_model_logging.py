"""Models in runs and in the registry: logged, found by every URI, checked before loading."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import runsite
import runsite.pyfunc
import runsite.sklearn
from runsite.errors import DigestMismatchError, InvalidValueError, ModelError, NotFoundError
from runsite.models.digest import digest_folder
from runsite.models.signature import format_signature
from runsite.registry import promote_version, set_alias
from runsite.store import Store

X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3, 2, 2]})
Y = X["a"] * 2
MODEL = LinearRegression().fit(X, Y)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    """Give each test a project of its own."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    return tmp_path


def test_a_logged_model_is_in_the_runs_record(project: Path):
    """Files with their digests, flavors, signature and model digest are recorded with the run."""
    with runsite.start_run() as run:
        info = runsite.sklearn.log_model(MODEL, name="models", input_example=X)
    record = Store.open(project / "runs").read_run(run.info.run_id)
    folder = project / "runs" / "artifacts" / run.info.run_id / "models"
    (model,) = record.models
    assert model.path == "models"
    assert set(model.flavors) == {"python_function", "sklearn"}
    assert model.digest == info.digest == digest_folder(folder)
    assert [c["name"] for c in json.loads(model.signature)["inputs"]] == ["a", "b"]
    files = {
        file.path.removeprefix("models/") for file in record.artifacts if "models/" in file.path
    }
    assert files == {path.name for path in folder.iterdir()}
    assert info.model_uri == f"runs:/{run.info.run_id}/models"


def test_every_uri_finds_the_model(project: Path):
    """A run's path, a version, a stage, an alias, the model's id and a folder mean the same."""
    with runsite.start_run() as run:
        info = runsite.sklearn.log_model(
            MODEL, artifact_path="models", registered_model_name="taxi"
        )
    assert info.registered_model_version == 1
    registry = project / "registry.yaml"
    promote_version(registry, name="taxi", version=1, stage="Production")
    set_alias(registry, name="taxi", alias="champion", version=1)
    for uri in (
        info.model_uri,
        f"runs:/{run.info.run_id[:20]}/models",
        "models:/taxi/1",
        "models:/taxi/Production",
        "models:/taxi@champion",
        "models:/taxi/latest",
        f"models:/{info.model_id}",
        str(project / "runs" / "artifacts" / run.info.run_id / "models"),
    ):
        assert np.allclose(runsite.sklearn.load_model(uri).coef_, MODEL.coef_), uri
        assert np.allclose(runsite.pyfunc.load_model(uri).predict(X), Y), uri


def test_the_files_of_a_registered_model_are_artifacts(project: Path):
    """Listed, downloaded and read by the URIs that load it; whole, or one file; checked first."""
    with runsite.start_run() as run:
        info = runsite.sklearn.log_model(MODEL, name="m", registered_model_name="taxi")
    set_alias(project / "registry.yaml", name="taxi", alias="champion", version=1)
    folder = project / "runs" / "artifacts" / run.info.run_id / "m"
    files = sorted(path.name for path in folder.iterdir())
    for uri in ("models:/taxi/1", "models:/taxi@champion", f"models:/{info.model_id}"):
        assert runsite.artifacts.download_artifacts(uri) == str(folder)
        assert [item.path for item in runsite.artifacts.list_artifacts(uri)] == files
        assert "flavors" in runsite.artifacts.load_dict(f"{uri}/MLmodel")
    copy = Path(runsite.artifacts.download_artifacts("models:/taxi/1", dst_path="copy"))
    assert sorted(path.name for path in copy.iterdir()) == files
    with pytest.raises(NotFoundError, match="no artifact 'x/y'"):
        runsite.artifacts.load_text("models:/taxi/1/x/y")
    (folder / "MLmodel").write_text("other")
    with pytest.raises(DigestMismatchError):
        runsite.artifacts.download_artifacts("models:/taxi/1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / "requirements.txt").write_text("x"), "'requirements.txt is changed'"),
        (lambda f: (f / "model.skops").unlink(), "'model.skops is missing'"),
        (lambda f: (f / "extra.py").write_text("x"), "'extra.py was added'"),
    ],
)
def test_a_registered_model_with_other_files_is_not_loaded(change, said, project: Path):
    """Any change of a registered version's files is found before one of them is opened, by name."""
    info = runsite.sklearn.log_model(MODEL, name="m", registered_model_name="taxi")
    runsite.end_run()
    folder = project / "runs" / "artifacts" / info.run_id / "m"
    change(folder)
    with pytest.raises(DigestMismatchError) as caught:
        runsite.pyfunc.load_model("models:/taxi/1")
    assert str(caught.value) == (
        f"the files of 'taxi version 1' are not those that were registered: {said}\n"
        f"  where: {folder}\n"
        "  hint:  restore them, for example from Git, or register the model as a new version"
    )


def test_a_model_whose_files_git_lfs_holds_says_how_to_fetch_them(project: Path):
    """A clone without the large files is no manipulated model; registering needs no files."""
    info = runsite.sklearn.log_model(MODEL, name="m")
    runsite.end_run()
    folder = project / "runs" / "artifacts" / info.run_id / "m"
    data = (folder / "model.skops").read_bytes()
    (folder / "model.skops").write_text(
        "version https://git-lfs.github.com/spec/v1\n"
        f"oid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n"
    )
    runsite.register_model(f"runs:/{info.run_id}/m", "taxi")
    with pytest.raises(DigestMismatchError) as caught:
        runsite.pyfunc.load_model("models:/taxi/1")
    assert str(caught.value) == (
        "the files of 'taxi version 1' are not here: Git LFS pointers stand in their place\n"
        f"  where: {folder}\n"
        "  hint:  fetch what they stand for: git lfs pull"
    )
    (folder / "model.skops").write_bytes(data)
    runsite.pyfunc.load_model("models:/taxi/1")


def test_a_model_of_the_same_name_replaces_the_old_one(project: Path):
    """Logging twice under one name leaves the second model alone, whole."""
    with runsite.start_run() as run:
        runsite.sklearn.log_model(MODEL, name="m", serialization_format="pickle")
        runsite.sklearn.log_model(MODEL, name="m", serialization_format="skops")
    folder = project / "runs" / "artifacts" / run.info.run_id / "m"
    assert not (folder / "model.pkl").exists()
    (model,) = Store.open(project / "runs").read_run(run.info.run_id).models
    assert model.digest == digest_folder(folder)


def test_what_is_not_there_is_named(project: Path):
    """A wrong path, run, model or version is answered by what there is."""
    with runsite.start_run() as run:
        runsite.sklearn.log_model(MODEL, name="models")
    run_id = run.info.run_id
    with pytest.raises(NotFoundError) as caught:
        runsite.pyfunc.load_model(f"runs:/{run_id}/model")
    assert str(caught.value) == (
        f"run '{run_id}' has no model at 'model'\n  hint:  its models are 'models'"
    )
    for uri in ("runs:/ffff/models", "models:/nope/1", "models:/m-" + "0" * 32, "nowhere"):
        with pytest.raises(NotFoundError):
            runsite.pyfunc.load_model(uri)


@pytest.mark.parametrize("name", ["../x", "/abs", "a/../../b", "a\\..\\..\\b", "a\x00b"])
def test_a_models_name_stays_inside_the_run(name):
    """A name that would leave the run's folder is refused."""
    with pytest.raises(InvalidValueError, match="cannot be a model's name"):
        runsite.sklearn.log_model(MODEL, name=name)
    runsite.end_run()


def test_a_store_that_cannot_be_written_does_not_end_the_training(project: Path, caplog):
    """Where the disk refuses, logging a model is one warning and the run is incomplete."""
    with runsite.start_run() as run:
        (project / "runs" / "artifacts").mkdir(exist_ok=True)
        (project / "runs" / "artifacts" / run.info.run_id).write_text("in the way")
        info = runsite.sklearn.log_model(MODEL, name="m", registered_model_name="taxi")
    assert "is incomplete" in caplog.text
    assert info.digest == ""
    assert info.registered_model_version is None
    assert not (project / "registry.yaml").exists()
    assert Store.open(project / "runs").read_run(run.info.run_id).incomplete


def test_dst_path_gets_a_copy(project: Path):
    """``dst_path`` is filled with the model's files, and the model loaded from there."""
    info = runsite.sklearn.log_model(MODEL, name="m")
    runsite.end_run()
    runsite.sklearn.load_model(info.model_uri, dst_path=str(project / "copy"))
    assert digest_folder(project / "copy") == info.digest


def test_an_option_that_does_not_exist_is_named(tmp_path: Path):
    """A misspelt option is an error that lists the options, and nothing is saved."""
    model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(InvalidValueError) as caught:
        runsite.sklearn.save_model(model, tmp_path / "m", signatur=None)
    assert caught.value.problem == "unknown option 'signatur' of a model"
    assert "signature" in str(caught.value.hint)
    assert not (tmp_path / "m").exists()


def test_a_model_is_described_without_loading_it(project: Path):
    """get_model_info and Model.load read the MLmodel file by URI, folder or file."""
    with runsite.start_run():
        info = runsite.sklearn.log_model(MODEL, name="m", input_example=X)
    folder = project / "runs" / "artifacts" / info.run_id / "m"
    found = runsite.models.get_model_info(info.model_uri)
    assert (found.model_uri, found.run_id, found.digest) == (
        info.model_uri,
        info.run_id,
        info.digest,
    )
    assert found.signature == info.signature
    assert set(found.flavors) == {"sklearn", "python_function"}
    for place in (info.model_uri, folder, folder / "MLmodel"):
        assert runsite.models.Model.load(place).model_id == info.model_id
    metadata = runsite.pyfunc.load_model(info.model_uri).metadata
    assert metadata.get_input_schema() == info.signature.inputs
    assert metadata.get_output_schema() == info.signature.outputs
    assert metadata.get_params_schema() is None
    with pytest.raises(NotFoundError):
        runsite.models.get_model_info("runs:/" + "0" * 32 + "/m")


def test_every_option_of_mlflows_log_model_is_taken(project: Path):
    """Each named option does what docs/models.md says; those of MLflow's waiting change nothing."""
    (project / "own_words.py").write_text("WORDS = 1\n")
    with runsite.start_run() as run:
        info = runsite.sklearn.log_model(
            MODEL,
            artifact_path="models",
            serialization_format="cloudpickle",
            signature=runsite.models.infer_signature([[1.0]], [1.0]),
            input_example=np.array([[1.0]]),
            extra_pip_requirements=["humanize==4.9.0"],
            conda_env={"name": "mine", "dependencies": ["python"]},
            code_paths=["own_words.py"],
            metadata={"team": "taxi"},
            registered_model_name="taxi",
            await_registration_for=300,
            params={"depth": 3},
            tags={"kind": "small"},
            model_type="regressor",
            step=2,
            model_id=None,
        )
    assert info.model_uri == f"runs:/{run.info.run_id}/models"
    assert info.registered_model_version == 1
    assert info.metadata == {
        "team": "taxi",
        "params": {"depth": 3},
        "tags": {"kind": "small"},
        "model_type": "regressor",
        "step": 2,
    }
    assert info.signature is not None
    folder = project / "runs" / "artifacts" / run.info.run_id / "models"
    assert (folder / "model.pkl").is_file()
    assert (folder / "code" / "own_words.py").is_file()
    assert "humanize==4.9.0" in (folder / "requirements.txt").read_text().splitlines()
    assert (folder / "conda.yaml").read_text().startswith("name: mine\n")
    assert info.saved_input_example_info is not None


def test_an_option_of_log_model_is_none_of_save_model(tmp_path: Path):
    """A name to register, given to ``save_model``, is an error: it would be forgotten silently."""
    model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(InvalidValueError, match="unknown option 'registered_model_name'"):
        runsite.sklearn.save_model(model, tmp_path / "m", registered_model_name="taxi")


def test_a_signature_can_be_set_afterwards(project):
    """The model, the run's record and the digest to register by all have the new signature."""
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.0]})
    with runsite.start_run():
        info = runsite.sklearn.log_model(LinearRegression().fit(frame, [1, 2]), name="late")
    signature = runsite.models.infer_signature(frame)
    runsite.models.set_signature(info.model_uri, signature)
    assert runsite.models.get_model_info(info.model_uri).signature == signature
    with pytest.raises(ModelError, match="the input lacks 'b'"):
        runsite.pyfunc.load_model(info.model_uri).predict(frame[["a"]])
    runsite.flush_async_logging()
    (model,) = Store.open("runs").read_run(info.run_id).models
    assert model.signature == format_signature(signature)
    version = runsite.register_model(info.model_uri, "late")
    loaded = runsite.pyfunc.load_model(f"models:/late/{version.version}")
    assert loaded.predict(frame).shape == (2,)
    with pytest.raises(InvalidValueError) as caught:
        runsite.models.set_signature("models:/late/1", signature)
    assert str(caught.value) == (
        "'models:/late/1' is a registered version, whose files do not change\n"
        "  hint:  set the signature of the run's model by runs:/…, and register it anew"
    )
    with pytest.raises(InvalidValueError) as wrong:
        runsite.models.set_signature(info.model_uri, {"inputs": "[]"})
    assert str(wrong.value) == (
        "'{'inputs': '[]'}' is no signature\n  hint:  make one by infer_signature(inputs, outputs)"
    )


@pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")
def test_a_loaded_model_tells_what_it_came_with(project):
    """Loader, id, settings and example, by the names that MLflow's users ask for."""
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    with runsite.start_run():
        info = runsite.pyfunc.log_model(
            name="own",
            python_model=lambda rows: rows,
            input_example=frame,
            model_config={"factor": 2},
        )
        plain = runsite.sklearn.log_model(LinearRegression().fit(frame, [1, 2]), name="plain")
    model = runsite.pyfunc.load_model(info.model_uri)
    assert (model.loader_module, model.model_id) == ("mlflow.pyfunc.model", info.model_id)
    assert model.model_config == {"factor": 2}
    assert model.input_example.equals(frame)
    other = runsite.pyfunc.load_model(plain.model_uri)
    assert (other.loader_module, other.model_config) == ("mlflow.sklearn", {})
    assert other.input_example is None


@pytest.mark.parametrize("signature", ["abc", {"inputs": "[]"}, True])
def test_a_signature_that_is_none_is_refused(signature, tmp_path):
    """What is no signature is not dropped without a word."""
    with pytest.raises(InvalidValueError, match="is no signature"):
        runsite.sklearn.save_model(LinearRegression(), tmp_path / "m", signature=signature)
    assert not (tmp_path / "m").exists()
