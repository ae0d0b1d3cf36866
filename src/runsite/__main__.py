"""``python -m runsite`` is ``runsite``."""

from runsite.cli import main

if __name__ == "__main__":
    main()
