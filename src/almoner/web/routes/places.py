"""What pages with charts share: the place that an address names, the years that a query may ask for, and the files of charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse, Response

from almoner.errors import NotFoundError
from almoner.reference.areas import Area, resolve
from almoner.report.figure import Chart, Table
from almoner.web.permissions import Level, require
from almoner.web.render import csv_of, csv_route
from almoner.web.views.answers import FIRST_END, LAST_END
from almoner.web.views.pictures import specification, table_rows, twin

Code = Annotated[str, Path(max_length=100, description="code or name of an area, board, region or England")]
ToYear = Annotated[int, Query(ge=FIRST_END, le=LAST_END, alias="to", description="last year, to 31 March")]
Number = Annotated[int, Path(ge=1, le=99, description="which table of the page, from 1")]
Sheet = Annotated[str, Query(pattern="^(wide|narrow)$", description="wide for a desk, narrow for a telephone")]


def place_of(code: str) -> Area:
    """Return the place that an address names.

    Raises:
        AreaNotFound: nothing is called that; the nearest names are offered.
    """
    return resolve(code)


def chart_routes(router: APIRouter, path: str, charts: Callable[..., Iterable[Chart | None]], *, access: Level = "public") -> None:
    """Register what each chart of the page at `path` is made of: `/charts/ID.json` is Vega-Lite, `/charts/ID.csv` its figures.

    `charts` returns the charts of the page and says by its parameters what it needs of the address.
    """
    of_page: Any = Depends(charts)
    name = "".join(letter if letter.isalpha() else "_" for letter in path).strip("_") or "start"

    def chart_specification(id: str, width: Sheet = "wide", found: Any = of_page) -> Response:
        """Return the Vega-Lite specification of a chart."""
        return JSONResponse(specification(found, id, width))

    def chart_figures(id: str, found: Any = of_page) -> Response:
        """Return the figures behind a chart."""
        return csv_of(table_rows(twin(found, id)), id)

    router.add_api_route(
        f"{path}/charts/{{id}}.json",
        chart_specification,
        methods=["GET"],
        dependencies=[require(access)],
        response_model=None,
        operation_id=f"{name}_chart",
    )
    csv_route(router, f"{path}/charts/{{id}}", access=access, operation_id=f"{name}_chart_figures")(chart_figures)


def table_routes(router: APIRouter, path: str, tables: Callable[..., Iterable[Table]], *, access: Level = "public") -> None:
    """Register the tables of the page at `path` as files: `/tables/NUMBER.csv`, counted from 1 in the order of the page."""
    of_page: Any = Depends(tables)
    name = "".join(letter if letter.isalpha() else "_" for letter in path).strip("_")

    def table_figures(number: Number, found: Any = of_page) -> Response:
        """Return a table of the page."""
        shown = tuple(found)
        if number > len(shown):
            raise NotFoundError("table", str(number), [str(each) for each in range(1, len(shown) + 1)])
        return csv_of(table_rows(shown[number - 1]), f"table-{number}")

    csv_route(router, f"{path}/tables/{{number}}", access=access, operation_id=f"{name}_table")(table_figures)
