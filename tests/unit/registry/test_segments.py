from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from runsite.registry.document import parse_document
from runsite.registry.parse import parse_registry
from runsite.registry.segments import parse_text
from support.registries import REGISTRY, Written, written_registries


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(written=written_registries())
def test_parsing_in_parts_reads_what_parsing_whole_reads(written: Written):
    """The quick way of a history never reads something else."""
    text = written.text.removeprefix("\ufeff")
    whole = parse_registry(parse_document(text))

    parts = parse_text(text)

    assert parts.registry == whole.registry


@pytest.mark.parametrize(
    "text",
    [
        REGISTRY,
        REGISTRY + "x-after: 1\n",
        REGISTRY + "  nyc-taxi-regressor: {}\n",
        REGISTRY.replace("    description: Trip", "    description: &d Trip"),
        REGISTRY.replace("in minutes", '"in\n  minutes: 3"'),
        REGISTRY.replace("Trip duration in minutes", "|\n      One\n\n      Two: 3\n  # end"),
        REGISTRY.replace("format: 1\n", "stages: [Canary]\nformat: 1\n"),
        REGISTRY.replace("champion: 1", "champion: 9"),
        "format: 1\nmodels: {a: {}}\n",
        "format: 1\nmodels:\n",
        "",
    ],
)
def test_what_cannot_be_parted_is_parsed_whole(text):
    """Whatever a text holds, registry and codes of problems are those of the whole."""
    whole, parts = parse_registry(parse_document(text)), parse_text(text)

    assert parts.registry == whole.registry
    assert [p.code for p in parts.problems] == [p.code for p in whole.problems]
