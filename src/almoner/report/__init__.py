"""The plan document: a `PlanRecord` becomes HTML, JSON, tidy CSV tables and a summary for the terminal."""
