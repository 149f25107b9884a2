#!/usr/bin/env python3
"""Everything a developer does, in one command a line: `python3 dev.py COMMAND`. Needs only Python 3.11 and pip.

setup       make .venv with the locked packages and Almoner itself (does nothing when that is done already)
run [AREA]  set up, then write the workforce plan of an area (Wakefield unless you name another) into plans/
test        set up, then run the tests; what follows is passed to pytest
lint        set up, then check style, format, types and the layers
bench       set up, then run every benchmark of benchmarks/
lock        renew requirements.lock from pyproject.toml (needs the network)
reference   build the shipped tables from compiled CSV files: reference --from DIR
fits        set up, then work out again what ships worked out: the boards' fits and answers, the posterior draws
assets      rebuild the front-end files of src/almoner/web/static/vendor (needs node, npm and the network)
browser     set up, then run the browser tests (needs Chromium); what follows is passed to pytest
load        set up, then read the pages of a server of its own with 50 readers at once, and print how long they took
clean       remove .venv, .tools and caches; plans and runs stay
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit("Almoner needs Python 3.11 or later and this is %d.%d: run dev.py with a newer one." % sys.version_info[:2])

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
STAMP = VENV / "almoner-setup"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
UV = "uv==0.13.9"
SCRIPTS, EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
PYTHON = VENV / SCRIPTS / f"python{EXE}"
CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", ".cache", "dist")


def setup(arguments: Sequence[str] = ()) -> int:
    """Make the environment, unless its stamp says that it already is what the lock asks for."""
    stamp = _stamp()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == stamp:
        return 0
    began = time.monotonic()
    print("Setting up .venv with the packages of requirements.lock.", flush=True)
    uv = _uv()
    if not PYTHON.exists() or _version_of(PYTHON) != _version_of(Path(sys.executable)):
        _must(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV))
    STAMP.unlink(missing_ok=True)
    install = (uv, "pip", "--quiet")
    _must(*install, "sync", "--python", str(PYTHON), "--require-hashes", str(LOCK))
    _must(*install, "install", "--python", str(PYTHON), "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _must(str(PYTHON), "-m", "compileall", "-q", str(ROOT / "src"))
    _warm()
    STAMP.write_text(stamp, encoding="utf-8")
    print(f"Ready after {time.monotonic() - began:.0f} seconds.", flush=True)
    return 0


def run(arguments: Sequence[str]) -> int:
    """Write the plan of an area; options after the area are those of `almoner plan`."""
    setup()
    given = list(arguments)
    area = given.pop(0) if given and not given[0].startswith("-") else "wakefield"
    if not any(option == "--out" or option.startswith("--out=") for option in given):
        folder = re.sub(r"[^a-z0-9]+", "-", area.lower()).strip("-") or "plan"
        given += ["--out", str(ROOT / "plans" / folder)]
    return _do(str(PYTHON), "-m", "almoner", "plan", area, *given)


def test(arguments: Sequence[str]) -> int:
    """Run the tests, a file a core at a time; a second -q is dropped, because it would hide the line with the number passed."""
    setup()
    alone = any(option.startswith(("-n", "-p", "--dist", "--pdb")) for option in arguments)
    spread = [] if alone else ["-n", _cores(), "--dist", "loadfile"]
    quiet = [option for option in arguments if option in {"-q", "--quiet"}][:1]
    others = [option for option in arguments if option not in {"-q", "-qq", "--quiet"}]
    return _do(str(PYTHON), "-m", "pytest", *spread, *quiet, *others, folder=ROOT)


def _cores() -> str:
    """Return how many processes share the tests: each needs about a gigabyte."""
    return str(min(os.cpu_count() or 1, 4))


def lint(arguments: Sequence[str]) -> int:
    """Run every check, also after one has failed, and fail if any did."""
    setup()
    checks = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy", "src"),
        ("lint-imports",),
    )
    failed = []
    for name, *options in checks:
        print(f"{name} {' '.join(options)}".rstrip(), flush=True)
        if _do(str(VENV / SCRIPTS / f"{name}{EXE}"), *options, folder=ROOT):
            failed.append(f"{name} {' '.join(options)}".rstrip())
    print(f"Found something to mend: {', '.join(failed)}." if failed else "All checks pass.")
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks one after another, so that they do not disturb each other."""
    setup()
    scripts = sorted((ROOT / "benchmarks").glob("*.py"))
    if not scripts:
        print("There are no benchmarks yet.")
    codes = [_do(str(PYTHON), str(script), *arguments) for script in scripts]
    return max(codes, default=0)


def lock(arguments: Sequence[str]) -> int:
    """Solve the dependencies anew and write their hashes, without the names of hosts."""
    uv = _uv()
    _must(uv, "lock", "--quiet", folder=ROOT)
    export = ("export", "--quiet", "--format", "requirements-txt", "--no-emit-project", "--group", "dev", "--no-header")
    _must(uv, *export, "--output-file", str(LOCK), folder=ROOT)
    return 0


def reference(arguments: Sequence[str]) -> int:
    """Build the shipped tables from the folder given after --from."""
    if len(arguments) != 2 or arguments[0] != "--from":
        print("Say where the compiled CSV files are: python3 dev.py reference --from DIR", file=sys.stderr)
        return 2
    setup()
    return _do(str(PYTHON), "-m", "almoner.reference.build", arguments[1], str(ROOT / "src/almoner/reference/data"))


def fits(arguments: Sequence[str]) -> int:
    """Fit the boards and the posterior again and write them into the package, each from the one before."""
    setup()
    python = str(PYTHON)
    steps = (
        (python, "-m", "almoner.model.discharge.central"),
        (python, "-m", "almoner.model.discharge.level"),
        (python, "-m", "almoner", "calibrate", "--write"),
        (python, "-m", "almoner.analysis.delays_kept"),
    )
    return next((code for step in steps if (code := _do(*step))), 0)


def assets(arguments: Sequence[str]) -> int:
    """Build the front-end libraries anew with npm."""
    setup()
    return _do(str(PYTHON), "-m", "almoner.web.assets")


def browser(arguments: Sequence[str]) -> int:
    """Run the browser tests, one after another."""
    setup()
    return _do(str(PYTHON), "-m", "pytest", str(ROOT / "tests" / "browser"), *arguments, folder=ROOT)


def load(arguments: Sequence[str]) -> int:
    """Run the load script."""
    setup()
    return _do(str(PYTHON), str(ROOT / "benchmarks" / "load.py"), *arguments)


def clean(arguments: Sequence[str]) -> int:
    """Remove what the other commands made, apart from plans and runs."""
    for folder in (VENV, TOOLS, *(ROOT / name for name in CACHES)):
        shutil.rmtree(folder, ignore_errors=True)
    for top in ("src", "tests", "benchmarks"):
        for folder in list((ROOT / top).rglob("__pycache__")):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "run": run,
    "test": test,
    "lint": lint,
    "bench": bench,
    "lock": lock,
    "reference": reference,
    "fits": fits,
    "assets": assets,
    "browser": browser,
    "load": load,
    "clean": clean,
}


def main(arguments: Sequence[str]) -> int:
    """Do the command named first."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(__doc__)
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"There is no command '{arguments[0]}': choose {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    return command(arguments[1:])


def _stamp() -> str:
    """Everything that, when it changes, makes the environment stale; the place counts because the install points to it."""
    parts = (LOCK.read_bytes(), PROJECT.read_bytes(), str(ROOT).encode(), _version_of(Path(sys.executable)).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest() + "\n"


def _version_of(python: Path) -> str:
    if python == Path(sys.executable):
        return sys.version
    ask = [str(python), "-c", "import sys; print(sys.version, end='')"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout


def _uv() -> str:
    """Return the path of the installer, fetched with pip into .tools so that nothing outside this folder changes."""
    for found in (TOOLS / "bin" / f"uv{EXE}", TOOLS / SCRIPTS / f"uv{EXE}"):
        if found.exists():
            return str(found)
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        sys.exit(f"{sys.executable} has no pip: install it (on Debian and Ubuntu: apt-get install python3-pip) and try again.")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-warn-conflicts", "--root-user-action=ignore")
    _must(sys.executable, "-m", "pip", "install", *quiet, "--target", str(TOOLS), UV)
    return _uv()


def _warm() -> None:
    """Compile the kernel now rather than in the first run, where this version of Almoner has a command for it."""
    almoner = (str(PYTHON), "-m", "almoner", "warm")
    if subprocess.run([*almoner, "--help"], capture_output=True, check=False).returncode == 0:
        _do(*almoner)


def _do(*command: str, folder: Path | None = None) -> int:
    return subprocess.run(command, cwd=folder, check=False).returncode


def _must(*command: str, folder: Path | None = None) -> None:
    """Run a command that the rest needs; stop with a plain sentence when it fails."""
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    code = subprocess.run(command, cwd=folder, check=False, env=environment).returncode
    if code:
        name = Path(command[0]).stem
        words = " ".join(command[1:4])
        sys.exit(f"'{name} {words}' failed with status {code}: its message stands above. The first set-up needs the network.")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
