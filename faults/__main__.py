"""`make faults` and `make faults-smoke`; see `faults.command`."""

from faults.command import app

if __name__ == "__main__":
    app()
