"""The command that the set-up gives, so that the first plan need not wait for a compiler."""

from __future__ import annotations

from almoner.cli.app import app


@app.command(hidden=True)
def warm() -> None:
    """Compile what a first run would compile, once, after installation."""
    import multiprocessing

    parts = [multiprocessing.get_context("spawn").Process(target=part) for part in (adult_services, childrens_services)]
    for part in parts:
        part.start()
    for part in parts:
        part.join()


def adult_services() -> None:
    """Run the month of adult social care in the smallest place."""
    from almoner.reference.areas import resolve
    from almoner.study.design import Study
    from almoner.study.run import run_study
    from almoner.study.scenario import DO_NOTHING, load_scenario

    run_study(Study(resolve("city of london"), (load_scenario(DO_NOTHING),), 1, 2026))


def childrens_services() -> None:
    """Run children's services for two years, and load what draws and writes a plan."""
    import almoner.report.sections
    from almoner.analysis.children import children_answer
    from almoner.reference.areas import resolve
    from almoner.study.scenario import DO_NOTHING, load_scenario

    found = children_answer(resolve("rutland"), [load_scenario(DO_NOTHING)], 2027, draws=2)
    almoner.report.sections.children_part(found)
