"""Published facts shipped with the package: tables, sources, areas and population. Reads nothing else of Almoner.

`tables.load(name)` gives a table, `sources.source(id)` where a figure comes from, `areas.resolve(text)` the place that a
person means, `population.persons(codes, years)` how many people live there.
"""
