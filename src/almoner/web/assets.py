"""The front-end libraries that pages use, built once by a developer and shipped: `python3 dev.py assets` (needs node and npm).

In: the versions named here and `styles/almoner.scss`. Out: `static/vendor/`, each file with its licence, version and SHA-256 in
`MANIFEST.json`. The design system is compiled with a font stack of our own, without its typeface, crest and header.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from almoner.errors import AlmonerError

WEB: Final = Path(__file__).parent
VENDOR: Final = WEB / "static" / "vendor"
COMPILER: Final = ("sass", "1.108.2")

LIBRARIES: Final = {"govuk-frontend": "6.6.0", "vega": "6.4.0", "vega-lite": "6.5.0", "vega-embed": "7.3.0"}
COPIED: Final = {
    "govuk-frontend.min.js": ("govuk-frontend", "dist/govuk/govuk-frontend.min.js"),
    "vega.min.js": ("vega", "build/vega.min.js"),
    "vega-lite.min.js": ("vega-lite", "build/vega-lite.min.js"),
    "vega-embed.min.js": ("vega-embed", "build/vega-embed.min.js"),
}
STYLES: Final = "govuk.css"
_NPM: Final = "ignore-scripts=true\npackage-lock=false\naudit=false\nfund=false\nupdate-notifier=false\n"
_MAP: Final = "//# sourceMappingURL="


def build(vendor: Path = VENDOR) -> list[Path]:
    """Fetch the libraries with npm into a folder that is thrown away, compile the styles, and write `vendor`."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise AlmonerError("The front-end files are built with node and npm: install both, or use the built ones in static/vendor.")
    with tempfile.TemporaryDirectory(prefix="almoner-assets-") as name:
        folder = Path(name)
        _install(folder)
        modules = folder / "node_modules"
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.mkdir(parents=True)
        compile_styles = (str(modules / ".bin" / "sass"), "--style=compressed", "--no-source-map", "--quiet-deps", "--charset")
        _do((*compile_styles, f"--load-path={modules}", str(WEB / "styles" / "almoner.scss"), str(vendor / STYLES)), folder)
        for file, (library, path) in COPIED.items():
            text = (modules / library / path).read_text(encoding="utf-8")
            lines = [line for line in text.splitlines() if not line.startswith(_MAP)]
            (vendor / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        for library in LIBRARIES:
            # The package of the design system names its licence but does not carry the text.
            carried = modules / library / "LICENSE"
            licence = carried if carried.exists() else WEB / "styles" / f"LICENCE-{library}.txt"
            shutil.copyfile(licence, vendor / f"LICENCE-{library}.txt")
        licences = {library: _package(modules, library)["license"] for library in LIBRARIES}
    (vendor / "MANIFEST.json").write_text(json.dumps(manifest(vendor, licences), indent=1) + "\n", encoding="utf-8")
    return sorted(vendor.iterdir())


def manifest(vendor: Path, licences: dict[str, str]) -> dict[str, object]:
    """Return what lies in the folder: each file's library, version, licence and SHA-256."""
    sources = {STYLES: "govuk-frontend", **{file: library for file, (library, _) in COPIED.items()}}
    return {
        "built_with": {COMPILER[0]: COMPILER[1]},
        "files": {
            file: {
                "library": library,
                "version": LIBRARIES[library],
                "licence": licences[library],
                "licence_file": f"LICENCE-{library}.txt",
                "sha256": hashlib.sha256((vendor / file).read_bytes()).hexdigest(),
            }
            for file, library in sorted(sources.items())
        },
    }


def _install(folder: Path) -> None:
    wanted = LIBRARIES | {COMPILER[0]: COMPILER[1]}
    (folder / "package.json").write_text(json.dumps({"name": "almoner-assets", "private": True, "dependencies": wanted}))
    (folder / ".npmrc").write_text(_NPM)
    _do(("npm", "install", "--no-package-lock", "--loglevel=error"), folder)


def _package(modules: Path, library: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((modules / library / "package.json").read_text(encoding="utf-8"))
    return found


def _do(command: tuple[str, ...], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise AlmonerError(f"{Path(command[0]).name} failed: {said[0] if said else 'it said nothing'}.")


if __name__ == "__main__":
    sys.stdout.writelines(f"{made.relative_to(WEB)}\n" for made in build())
