"""Templates are compiled once per change, not once per build."""

from __future__ import annotations

from jinja2 import Environment

from runsite.build.prepare import find_template_cache
from runsite.render.environment import make_environment
from runsite.render.themes import load_theme


def make(folder, theme):
    return make_environment(load_theme(theme), assets={}, compiled=folder)


def test_a_compiled_template_is_used_again(tmp_path, monkeypatch):
    """A second environment compiles nothing, and says the same."""
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "x.html").write_text("{{ 1234 | count }}")
    cache = tmp_path / "cache"
    cache.mkdir()
    assert make(cache, theme).get_template("x.html").render() == "1,234"

    def compile_again(*_args, **_options):
        raise AssertionError("compiled again")

    monkeypatch.setattr(Environment, "compile", compile_again)
    assert make(cache, theme).get_template("x.html").render() == "1,234"


def test_a_changed_template_is_compiled_again(tmp_path):
    """Its content decides, so an old text is never shown."""
    theme = tmp_path / "theme"
    theme.mkdir()
    cache = tmp_path / "cache"
    cache.mkdir()
    for text in ("old", "new"):
        (theme / "x.html").write_text(text)
        assert make(cache, theme).get_template("x.html").render() == text


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    """A build in a read-only home compiles for itself."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RUNSITE_CACHE_DIR", str(tmp_path / "file"))
    assert find_template_cache() is None
    monkeypatch.setenv("RUNSITE_CACHE_DIR", str(tmp_path / "cache"))
    folder = find_template_cache()
    assert folder is not None
    assert folder.is_dir()


def test_names_break_where_their_words_end(tmp_path):
    """A narrow column shows whole words of a name; what is in it stays text."""
    template = make(None, None).from_string("{{ name | breakable }}")
    assert template.render(name="val_loss/b-1") == "val_<wbr>loss/<wbr>b-<wbr>1"
    assert template.render(name="_x <b>a_b</b>") == "_x &lt;b&gt;a_<wbr>b&lt;/b&gt;"
    assert template.render(name="") == ""
