"""The client's part for registered models: each call is one small edit of ``registry.yaml``."""

from __future__ import annotations

from typing import Any

from runsite.entities import ModelVersion, PagedList, RegisteredModel
from runsite.errors import InvalidValueError
from runsite.tracking import registered
from runsite.tracking.checks import convert_texts
from runsite.tracking.client_base import ClientBase
from runsite.tracking.registered import parse_version

__all__ = ["ModelMethods"]


class ModelMethods(ClientBase):
    """Registered models and their versions by name and number."""

    def create_registered_model(
        self,
        name: str,
        tags: dict[str, Any] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> RegisteredModel:
        """Add a model without versions.

        Raises:
            AlreadyExistsError: The name is taken.
        """
        from runsite.registry import create_model

        create_model(
            self._registry_path(),
            name=name,
            description=description or "",
            tags=convert_texts(tags or {}, what="tag"),
        )
        return self.get_registered_model(name)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Return a model.

        Raises:
            NotFoundError: There is none; the hint names near ones.
        """
        model = registered.load_models(self._registry_path()).get_model(name)
        return registered.model_entity(self._open_store(), model)

    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a model another name.

        Raises:
            AlreadyExistsError: The name is taken.
        """
        from runsite.registry import rename_model

        rename_model(self._registry_path(), name=name, new_name=new_name)
        return self.get_registered_model(new_name)

    def update_registered_model(
        self, name: str, description: str | None = None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        """Describe a model."""
        from runsite.registry import set_description

        if description is not None:
            set_description(self._registry_path(), name=name, description=description)
        return self.get_registered_model(name)

    def delete_registered_model(self, name: str) -> None:
        """Remove a model with all its versions from the registry."""
        from runsite.registry import delete_model

        delete_model(self._registry_path(), name=name)

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = 100,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[RegisteredModel]:
        """Search the models, by name and tags; see `runsite.search_registered_models`."""
        return registered.list_models(
            self._open_store(),
            self._registry_path(),
            filter_string=filter_string,
            max_results=max_results,
            order_by=order_by,
            page_token=page_token,
        )

    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """Set a tag of a model."""
        from runsite.registry import set_tag

        set_tag(self._registry_path(), name=name, key=key, value=str(value))

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Remove a tag of a model."""
        from runsite.registry import delete_tag

        delete_tag(self._registry_path(), name=name, key=key)

    # -- versions --------------------------------------------------------------------------

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: dict[str, Any] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int = 300,
        model_id: str | None = None,
    ) -> ModelVersion:
        """Register a run's model as the next version.

        Args:
            name: The registered model; made where there is none.
            source: ``runs:/<run_id>/<path>``, or the folder's place in the store.
            run_id: The run, where `source` is a path among its artifacts.
            tags: Tags of the version.
            run_link: Accepted for MLflow's sake.
            description: What is new in this version.
            await_creation_for: Accepted for MLflow's sake: nothing is waited for.
            model_id: Accepted for MLflow's sake.

        Raises:
            NotFoundError: There is no such run, or no model there.
            InvalidValueError: The source lies in no run.
            DigestMismatchError: The files are not those that the run logged.
        """
        return registered.register(
            self._open_store(),
            self._registry_path(),
            name=name,
            source=source,
            run_id=run_id,
            description=description,
            tags=tags,
        )

    def copy_model_version(self, src_model_uri: str, dst_name: str) -> ModelVersion:
        """Register a version's model once more, as the next version of another model.

        Args:
            src_model_uri: ``models:/<name>/<version>``, or a stage or an alias in its place.
            dst_name: The other model; made where there is none.

        Raises:
            InvalidValueError: The URI is not that of a registered version.
            NotFoundError: There is no such version, or its run is gone.
            DigestMismatchError: Its files are not those that were registered.
        """
        from runsite.registry import resolve_model_uri

        source = resolve_model_uri(src_model_uri, registered.load_models(self._registry_path()))
        return self.create_model_version(
            dst_name, source=f"runs:/{source.run}/{source.artifact}", description=source.description
        )

    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """Return a version.

        Raises:
            NotFoundError: There is no such model or version.
        """
        model = registered.load_models(self._registry_path()).get_model(name)
        found = model.get_version(parse_version(version))
        return registered.version_entity(self._open_store(), model, found)

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """Return the version that an alias names.

        Raises:
            NotFoundError: There is no such model or alias.
        """
        return self._resolve(f"models:/{name}@{alias}", name)

    def get_latest_versions(self, name: str, stages: list[str] | None = None) -> list[ModelVersion]:
        """Return the newest version of each stage, or of the stages named."""
        from runsite.registry import find_latest
        from runsite.registry.names import match_stage

        registry = registered.load_models(self._registry_path())
        model = registry.get_model(name)
        if stages is None:
            return list(registered.model_entity(self._open_store(), model).latest_versions)
        found = (find_latest(model, match_stage(stage, registry.stages)) for stage in stages)
        store = self._open_store()
        return [registered.version_entity(store, model, v) for v in found if v is not None]

    def get_model_version_stages(self, name: str, version: str) -> list[str]:
        """Return the stages that a version of this registry can have."""
        self.get_model_version(name, version)
        registry = registered.load_models(self._registry_path())
        return ["None", *registry.stages, "Archived"]

    def get_model_version_download_uri(self, name: str, version: str) -> str:
        """Return the location of a version's files."""
        return self.get_model_version(name, version).source

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = 10_000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[ModelVersion]:
        """Search the versions; see `runsite.search_model_versions`."""
        return registered.list_versions(
            self._open_store(),
            self._registry_path(),
            filter_string=filter_string,
            max_results=max_results,
            order_by=order_by,
            page_token=page_token,
        )

    def update_model_version(
        self, name: str, version: str, description: str | None = None
    ) -> ModelVersion:
        """Describe a version."""
        from runsite.registry import set_description

        if description is not None:
            number = parse_version(version)
            set_description(
                self._registry_path(), name=name, description=description, version=number
            )
        return self.get_model_version(name, version)

    def delete_model_version(self, name: str, version: str) -> None:
        """Remove a version from the registry. ``runsite check`` objects: better archive it."""
        from runsite.registry import delete_version

        delete_version(self._registry_path(), name=name, version=parse_version(version))

    def transition_model_version_stage(
        self, name: str, version: str, stage: str, archive_existing_versions: bool = False
    ) -> ModelVersion:
        """Give a stage to a version, archive it, or take its stage away (``None``).

        Raises:
            NotFoundError: There is no such model or version.
            InvalidValueError: The registry has no such stage.
        """
        from runsite.registry import archive_version, promote_version, unassign_stage

        path, number = self._registry_path(), parse_version(version)
        word = str(stage).lower()
        if word == "none":
            unassign_stage(path, name=name, version=number)
        elif word == "archived":
            archive_version(path, name=name, version=number)
        else:
            promote_version(
                path,
                name=name,
                version=number,
                stage=stage,
                archive_existing=archive_existing_versions,
            )
        return self.get_model_version(name, version)

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias of a model to a version."""
        from runsite.registry import set_alias

        set_alias(self._registry_path(), name=name, alias=alias, version=parse_version(version))

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Remove an alias of a model."""
        from runsite.registry import delete_alias

        delete_alias(self._registry_path(), name=name, alias=alias)

    def set_model_version_tag(
        self,
        name: str,
        version: str | None = None,
        key: str | None = None,
        value: Any = None,
        stage: str | None = None,
    ) -> None:
        """Set a tag of a version, named by its number or its stage."""
        from runsite.registry import set_tag

        number = self._find_number(name, version, stage)
        set_tag(self._registry_path(), name=name, key=_need(key), value=str(value), version=number)

    def delete_model_version_tag(
        self,
        name: str,
        version: str | None = None,
        key: str | None = None,
        stage: str | None = None,
    ) -> None:
        """Remove a tag of a version, named by its number or its stage."""
        from runsite.registry import delete_tag

        number = self._find_number(name, version, stage)
        delete_tag(self._registry_path(), name=name, key=_need(key), version=number)

    # -- inside ----------------------------------------------------------------------------

    def _find_number(self, name: str, version: str | None, stage: str | None) -> int:
        if (version is None) == (stage is None):
            raise InvalidValueError("name the version either by version= or by stage=")
        if version is not None:
            return parse_version(version)
        return int(self._resolve(f"models:/{name}/{stage}", name).version)

    def _resolve(self, uri: str, name: str) -> ModelVersion:
        from runsite.registry import resolve_model_uri

        registry = registered.load_models(self._registry_path())
        found = resolve_model_uri(uri, registry)
        return registered.version_entity(self._open_store(), registry.get_model(name), found)


def _need(key: str | None) -> str:
    if key is None:
        raise InvalidValueError("a tag of a version needs key=")
    return key
