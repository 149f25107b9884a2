"""What the pages about a place share: the place that an address names, and the years that a query may ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import JSONResponse, Response

from almoner.reference.areas import Area, resolve
from almoner.report.figure import Chart
from almoner.web.views.answers import FIRST_END, LAST_END
from almoner.web.views.pictures import specification

Code = Annotated[str, Path(max_length=100, description="code or name of an area, board, region or England")]
ToYear = Annotated[int, Query(ge=FIRST_END, le=LAST_END, alias="to", description="last year, to 31 March")]
Sheet = Annotated[str, Query(pattern="^(wide|narrow)$", description="wide for a desk, narrow for a telephone")]


def place_of(code: str) -> Area:
    """Return the place that an address names.

    Raises:
        AreaNotFound: nothing is called that; the nearest names are offered.
    """
    return resolve(code)


def chart_answer(charts: Iterable[Chart | None], id: str, width: str) -> Response:
    """Return the Vega-Lite specification of a chart."""
    return JSONResponse(specification(charts, id, width))
