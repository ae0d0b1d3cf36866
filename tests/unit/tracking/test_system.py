"""System metrics: what the machine did while the run went on."""

from __future__ import annotations

import time

import pytest

import runsite
from runsite.errors import InvalidValueError
from runsite.tracking import RunsiteClient, system_metrics, system_samples
from runsite.tracking.system_samples import (
    Counters,
    find_reader,
    make_sample,
    parse_gpus,
    read_gpus,
    read_psutil,
)

KEYS = {
    "cpu_utilization_percentage",
    "system_memory_usage_megabytes",
    "system_memory_usage_percentage",
    "disk_usage_megabytes",
    "disk_usage_percentage",
    "disk_available_megabytes",
    "network_receive_megabytes",
    "network_transmit_megabytes",
}


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(system_metrics, "_interval_s", 0.02)
    monkeypatch.setattr(system_metrics, "_samples_per_point", 1)


def test_two_readings_make_a_sample():
    """Rates are differences, the rest is as it stands."""
    before = Counters(10, 100, 5e9, 8e9, 1e6, 2e6)
    now = Counters(40, 200, 6e9, 8e9, 3e6, 2.5e6)
    assert make_sample(before, now, disk=(100 * 10**6, 60 * 10**6, 40 * 10**6)) == {
        "cpu_utilization_percentage": 30.0,
        "system_memory_usage_megabytes": 6000.0,
        "system_memory_usage_percentage": 75.0,
        "disk_usage_megabytes": 60.0,
        "disk_usage_percentage": 60.0,
        "disk_available_megabytes": 40.0,
        "network_receive_megabytes": 2.0,
        "network_transmit_megabytes": 0.5,
    }


def test_no_time_between_readings_is_no_division_by_zero():
    """A machine that counts nothing gives no percentage."""
    none = Counters(0, 0, 0, 0, 0, 0)
    assert "cpu_utilization_percentage" not in make_sample(none, none, disk=(0, 0, 0))


def test_proc_and_psutil_agree():
    """Whichever is read, the same machine is described."""
    read = find_reader()
    one, other = read(), read_psutil()
    assert one.memory_total == pytest.approx(other.memory_total)
    assert one.memory_used == pytest.approx(other.memory_used, rel=0.2)
    assert 0 <= one.cpu_busy <= one.cpu_total


def test_the_table_of_nvidia_smi_is_read_gpu_by_gpu():
    """A value that a GPU does not report is left out."""
    sample = parse_gpus("0, 50, 1000, 4000, 70.5\n1, [N/A], 0, 4000, [N/A]\nnonsense\n")
    assert sample == {
        "gpu_0_utilization_percentage": 50.0,
        "gpu_0_memory_usage_megabytes": pytest.approx(1048.576),
        "gpu_0_memory_usage_percentage": 25.0,
        "gpu_0_power_usage_watts": 70.5,
        "gpu_1_memory_usage_megabytes": 0.0,
        "gpu_1_memory_usage_percentage": 0.0,
    }


def test_gpus_are_asked_by_the_driver_s_tool(tmp_path, monkeypatch):
    """The tool on the PATH is run; without one there are no GPUs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_gpus() == {}
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '0, 1, 2, 4, 5'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert read_gpus()["gpu_0_memory_usage_percentage"] == 50.0
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert read_gpus() == {}


def wait_for_points(run, count):
    client = RunsiteClient()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        points = client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage")
        if len(points) >= count:
            return points
        time.sleep(0.02)
    raise AssertionError("no points")


def test_a_run_is_sampled_until_it_ends():
    """The points are metrics like others, under system/."""
    with runsite.start_run(log_system_metrics=True) as run:
        points = wait_for_points(run, 3)
    assert [point.step for point in points[:3]] == [0, 1, 2]
    metrics = runsite.get_run(run.info.run_id).data.metrics
    assert {f"system/{key}" for key in KEYS} <= set(metrics)
    assert 0 <= metrics["system/system_memory_usage_percentage"] <= 100


def test_the_setting_holds_for_runs_that_say_nothing(monkeypatch):
    """The call first, then the setting, then the environment; nothing by default."""
    assert system_metrics.is_wanted(None) is False
    monkeypatch.setenv("RUNSITE_SYSTEM_METRICS", "true")
    assert system_metrics.is_wanted(None) is True
    runsite.disable_system_metrics_logging()
    assert system_metrics.is_wanted(None) is False
    runsite.enable_system_metrics_logging()
    assert system_metrics.is_wanted(None) is True
    assert system_metrics.is_wanted(wanted=False) is False


def test_samples_can_be_averaged():
    """Several samples make one point; what is left at the end is one, too."""
    runsite.set_system_metrics_samples_before_logging(10_000)
    with runsite.start_run(log_system_metrics=True) as run:
        time.sleep(0.2)
    client = RunsiteClient()
    points = client.get_metric_history(run.info.run_id, "system/disk_usage_percentage")
    assert len(points) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda: runsite.set_system_metrics_sampling_interval(0),
            "the sampling interval must be positive, not 0",
        ),
        (
            lambda: runsite.set_system_metrics_samples_before_logging(0),
            "a point needs at least one sample, not 0",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, message):
    """An interval of nothing would be a loop without end."""
    with pytest.raises(InvalidValueError) as caught:
        change()
    assert str(caught.value) == message


def test_a_machine_that_cannot_be_read_costs_one_warning(monkeypatch, caplog):
    """The run goes on without."""
    monkeypatch.setattr(system_metrics, "find_reader", lambda: None)
    with runsite.start_run(log_system_metrics=True):
        pass
    assert [record.message for record in caplog.records] == [
        "no system metrics: install psutil to have them on this system"
    ]
    assert system_samples.find_reader() is not None
