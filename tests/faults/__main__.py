"""`python -m tests.faults [NAME ...]`: all scenarios or some of them, figures at the end."""

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.house import ROOT, House


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", help="storm poison broker silence memory hosts; all when none"
    )
    parser.add_argument("--homes", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=201, help="over all seeds")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--scale", type=float, default=15.0, help="how many times faster leases and sweeps run"
    )
    parser.add_argument("--part", type=int, default=250, help="stickers a chunk")
    parser.add_argument("--stretch", type=float, default=6.0, help="seconds added to each chunk")
    parser.add_argument("--memory", type=int, nargs="+", default=[1_000, 20_000, 170_000])
    return parser.parse_args()


def main() -> int:
    chosen = options()
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir=_workshop()))
    folder.chmod(0o755)
    house = House(folder)
    os.environ.update(house.environment(FAULTS_FOLDER=""))
    import django

    django.setup()
    from django.core.management import call_command

    from tests.faults import scenarios

    began = time.monotonic()
    failed = []
    try:
        call_command("migrate", verbosity=0, interactive=False)
        for name in chosen.scenarios or scenarios.ALL:
            print(f"{name} ... (after {time.monotonic() - began:.0f} s)", flush=True)
            try:
                scenarios.ALL[name](house, chosen)
            except Exception:
                failed.append(name)
                traceback.print_exc()
        print("\n".join(scenarios.table()))
        print(
            f"{time.monotonic() - began:.0f} s in all; {'FAILED: ' + ', '.join(failed) if failed else 'all held'}"
        )
    finally:
        house.leave()
        if failed:
            print(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


def _workshop() -> Path:
    place = ROOT / "var"
    place.mkdir(exist_ok=True)
    return place


if __name__ == "__main__":
    sys.exit(main())
