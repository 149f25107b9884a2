"""The plan document: a `PlanRecord` becomes HTML, JSON, tidy CSV tables and a summary for the terminal.

`almoner.report.writing.write_plan` writes the files; `almoner.report.terminal.print_plan_summary` prints the summary.
"""
