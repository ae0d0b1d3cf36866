"""What HTML has no place for is found by the quick look too."""

from __future__ import annotations

from runsite.render import page


def test_the_quick_look_misses_nothing():
    """Each character that is replaced is one that the look finds; usual text is not searched twice."""
    found = page._PERHAPS_UNFIT.search
    assert [code for code in page._UNFIT if not found(chr(code))] == []
    assert not found("\t\r\n Zürich → 上海 \U0001f680 \U0001fbff")
