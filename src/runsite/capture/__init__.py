"""Facts of a run's surroundings: source, command line, user, host, versions, Git.

What is quick is known when the run starts; what may take long (Git, the scan of packages) happens
in a thread beside the training. Nothing here raises into a run, and nothing here is asked of a
network. ``RUNSITE_CAPTURE=facts`` leaves out the diff, ``RUNSITE_CAPTURE=off`` all but the user
and the source's name.
"""

from runsite.capture.session import CAPTURE_ENV, DIFF_PATH, Capture, read_source

__all__ = ["CAPTURE_ENV", "DIFF_PATH", "Capture", "read_source"]
