"""Set-up of a bare checkout: `python3 fucheng/onebox/bootstrap.py demo|test|check|bench`."""

import sys

OLDEST = (3, 11)


def main() -> None:
    """Runs under whatever Python there is: nothing newer may be read before the version is known."""
    if sys.version_info < OLDEST:
        sys.exit(
            "Fucheng needs Python 3.11 or later, this is {}.{}: install a newer one, or name it, as in "
            "`make PYTHON=python3.12 demo`.".format(*sys.version_info)
        )
    sys.path[0] = __file__.rpartition("/fucheng/")[0] or "."
    from fucheng.onebox.setup import set_up

    try:
        set_up(sys.argv[1] if len(sys.argv) > 1 else "")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
