"""`python -m faults.child STATE AGENCY [INSTANCE] [--planted BUG]`: one agency, until it is ended."""

import argparse
import asyncio
import ctypes
import logging
import signal
from pathlib import Path

from faults.child import clock, going, patience, points
from faults.child.crashing import Arms
from faults.child.planted import BUGS, plant
from faults.child.producer import produce
from faults.child.subscriber import subscribe
from faults.stand import clocks, country, ways
from faults.stand.folders import heard
from faults.stand.place import opened

PR_SET_PDEATHSIG = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("agency", choices=country.AGENCIES)
    parser.add_argument("instance", nargs="?", default="1")
    parser.add_argument("--planted", choices=("", *BUGS), default="")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nothing is left behind by a suite that was killed
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    place = opened(given.state)
    name = f"{given.agency}-{given.instance}"
    if clocks.are_set():
        clocks.sweep()
        clock.tell(place.folders.looks(name))
    if way := ways.told(place.folders, given.agency).kafka:
        going.by(way)
    if (told := heard(place.folders.of(given.agency, "patience"))) is not None:
        patience.of(told["seconds"])
    if given.planted:
        plant(given.planted)
    points.wrap(Arms(place.folders, name).reached)
    work = produce if given.agency in country.OWNERS else subscribe
    asyncio.run(work(place, given.agency, given.instance))


if __name__ == "__main__":
    main()
