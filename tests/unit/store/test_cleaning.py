"""What a journal and a Parquet file take as text."""

from __future__ import annotations

from runsite.store.cleaning import clean_text, clean_texts, clean_values


def test_lone_surrogates_become_question_marks_and_nothing_else_changes():
    """A badly decoded file name can be logged; what is text already stays as it is."""
    assert clean_text("a\ud800b") == "a?b"
    assert clean_text("naïve \U0001f600 \0") == "naïve \U0001f600 \0"


def test_names_and_values_are_cleaned_at_any_depth():
    """An event is JSON of any shape: whatever text is in it can be stored."""
    assert clean_texts({"\ud800": "\udfff"}) == {"?": "?"}
    cleaned = clean_values({"v": [{"\ud800": ("x\ud800", 1, None)}], "n": 2.5})
    assert cleaned == {"v": [{"?": ["x?", 1, None]}], "n": 2.5}
