"""Bringing over what other trackers recorded. Nothing is unpickled, nothing of theirs is changed."""
