"""Models as folders: the MLmodel format, signatures, environments, digests, flavors."""
