"""The options that name an area's own evidence, shared by the commands that make a plan and make it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AdvertFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--adverts", metavar="PATH", help="Job adverts: the folder of almoner adverts report, or files of adverts; repeatable."
    ),
]
ConsultationFolder = Annotated[
    Path | None, typer.Option("--consultation", metavar="DIR", help="A consultation: its folder, with themes assigned.")
]
PledgeFiles = Annotated[
    list[Path] | None,
    typer.Option("--pledges", metavar="CSV", help="The area's own pledges, in the format of the ledger; repeatable."),
]
