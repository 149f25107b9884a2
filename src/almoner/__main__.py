"""`python -m almoner`: the command line, with errors as one sentence."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a mistake that a person can mend prints one sentence and exits with status 2."""
    from almoner.cli import app
    from almoner.errors import AlmonerError

    try:
        app(prog_name="almoner")
    except AlmonerError as error:
        sys.stderr.write(f"almoner: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
