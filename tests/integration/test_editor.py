"""Editing a registry in an editor: the YAML language server reads what ``runsite init`` wrote."""

from __future__ import annotations

import shutil

import pytest

from support.yaml_server import YamlServer, find_yaml_server

REGISTRY = """\
models:
  trips:
    stages:
      Production: 1
      {stage}
    gates:
      Production:
        - {gate}
    versions:
      - version: 1
        run: {run}
        artifact: model
        registered_at: "2026-11-23T03:12:00Z"
"""


@pytest.fixture
def project(cli, tmp_path):
    """Return a folder that ``runsite init`` has set up."""
    cli("init")
    return tmp_path


@pytest.fixture
def server(project):
    program = find_yaml_server()
    if program is None or shutil.which("node") is None:
        pytest.skip("yaml-language-server is not installed: `make test` gets it by npm")
    with YamlServer(program, project) as running:
        yield running


def write(project, *, stage: str = "", gate: str = "metric: rmse", run: str = '"0193"'):
    path = project / "registry.yaml"
    head = path.read_text() if not path.read_text().count("models:") else ""
    text = head + REGISTRY.format(stage=stage, gate=gate, run=run)
    path.write_text(text)
    return path, text


def find(text: str, part: str) -> tuple[int, int]:
    """Return line and column, from 1, of the end of a part of the text."""
    before = text[: text.index(part) + len(part)].split("\n")
    return len(before), len(before[-1]) + 1


def test_an_editor_offers_the_stages(project, server):
    """Where a stage is to be written, exactly those that are left are offered."""
    path, text = write(project)
    server.problems(path, text)
    assert server.complete(path, *find(text, "Production: 1\n      ")) == ["Staging", "Archived"]


def test_an_editor_offers_gates(project, server):
    """A gate's kinds and their fields come up while it is typed."""
    path, text = write(project, gate="")
    server.problems(path, text)
    offered = server.complete(path, *find(text, "        - "))
    assert {"metric", "dataset", "in_stage", "signature"} <= set(offered)


def test_an_editor_explains_a_field(project, server):
    """What a line is for is told where the pointer rests."""
    path, text = write(project)
    server.problems(path, text)
    line, column = find(text, "      Production")
    words = server.hover(path, line, column - 1)
    assert "Which version holds Production. Promoting is changing this line." in words


def test_an_editor_marks_what_is_wrong_in_its_place(project, server):
    """An unknown stage and an id without quotes are marked at their line and column."""
    path, text = write(project, stage="Prod: 1", run="12e4567")
    marked = {(line, column) for line, column, _ in server.problems(path, text)}
    stage, run = find(text, "      Prod: 1"), find(text, "run: 12e4567")
    assert marked == {(stage[0], 7), (run[0], run[1] - len("12e4567"))}


def test_a_sound_registry_has_no_marks(project, server):
    """What the check takes, an editor leaves unmarked."""
    path, text = write(project, stage="# nothing staged")
    assert server.problems(path, text) == []
