import pytest

from support import skips
from support.skips import MISSING_DATA, make_skip_failure

pytest_plugins = ["pytester"]

MODULE = """
import pytest

def test_runs():
    pass

def test_skips():
    pytest.skip("no browser")

def test_needs_data():
    pytest.skip("no shared sample data here (RUNSITE_SHARED_DATA names the folder)")

@pytest.mark.xfail(reason="known")
def test_known_fault():
    assert False
"""


@pytest.fixture
def outcomes(pytester, monkeypatch):
    """Run a module with one of each outcome, with and without CI."""
    pytester.makepyfile(MODULE)

    def run(*, ci: str) -> dict[str, int]:
        monkeypatch.setenv("CI", ci)
        return pytester.runpytest_inprocess(plugins=[skips]).parseoutcomes()

    return run


def test_a_skip_is_a_failure_in_ci(outcomes):
    """With CI=true every skip fails, but for missing sample data and expected failures."""
    assert outcomes(ci="true") == {"passed": 1, "failed": 1, "skipped": 1, "xfailed": 1}


def test_a_skip_is_a_skip_at_a_desk(outcomes):
    """Without CI a machine may lack things: the run is green and says what it left out."""
    assert outcomes(ci="") == {"passed": 1, "skipped": 2, "xfailed": 1}


def test_a_module_that_skips_itself_fails_in_ci(pytester, monkeypatch):
    """A skip while collecting is a gap of a whole module and fails as well."""
    pytester.makepyfile("import pytest; pytest.importorskip('no_such_module_at_all')")
    monkeypatch.setenv("CI", "true")
    result = pytester.runpytest_inprocess(plugins=[skips])
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*skipped, and CI=true makes a skip a failure: could not import*"])


def test_the_reason_is_kept():
    """Whoever reads the failure learns why the test was skipped."""
    assert make_skip_failure("no browser") == (
        "skipped, and CI=true makes a skip a failure: no browser"
    )
    assert make_skip_failure(f"{MISSING_DATA} (x)") is None
