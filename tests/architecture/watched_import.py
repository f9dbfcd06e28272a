"""Run as a program: imports the modules it is given and says what they did that an import must not do.

The process is fresh and has no SEKALI_ setting, so that reading one would fail too.
Prints one sentence a line; exit code 0 when there is none.
"""

import importlib
import sys
import threading
import traceback

OUTSIDE = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "os.fork")
WAY_OUT = "Build it in app.py's build(), called by main(): nothing is built on import."


def main(modules: list[str]) -> int:
    said: list[str] = []
    now = [""]

    def watch(event: str, _arguments: tuple[object, ...]) -> None:
        if now[0] and event in OUTSIDE:
            said.append(f"{now[0]}: importing it does {event}, at {_innermost()}. {WAY_OUT}")

    sys.addaudithook(watch)
    for module in modules:
        threads = threading.active_count()
        now[0] = module
        try:
            importlib.import_module(module)
        except Exception as error:
            said.append(f"{module}: importing it fails ({type(error).__name__}) without settings. {WAY_OUT}")
        now[0] = ""
        if threading.active_count() > threads:
            said.append(f"{module}: importing it starts a thread. {WAY_OUT}")
    print("\n".join(said))
    return int(bool(said))


def _innermost() -> str:
    """The last place outside of the standard library's machinery, the nearest that a person can mend."""
    frames = [frame for frame in traceback.extract_stack()[:-2] if "importlib" not in frame.filename]
    ours = [frame for frame in frames if "site-packages" not in frame.filename and "/lib/python" not in frame.filename]
    last = (ours or frames)[-1]
    return f"{last.filename}:{last.lineno}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
