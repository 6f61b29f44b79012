"""The dashboard: a web server on this machine alone, whose page moves levers and shows the runs.

`state` is what a link says, `scenario_file` makes a scenario file of it, `wishes` the ensembles
that it needs, `scheduler` decides which of them a worker does next, `view` turns results into what
the page draws. Everything simulated, compared and told comes from the same functions as on the
command line.
"""
