"""`make bench` and `make bench-check`; see `bench.command`."""

from bench.command import app

if __name__ == "__main__":  # measures run in processes of their own, which import this file again
    app()
