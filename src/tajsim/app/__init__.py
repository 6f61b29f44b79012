"""The dashboard: a web server on this machine alone, whose page moves levers and shows the runs.

From the page and back: `server` lets it in; `state` is what a link says, and makes a scenario of
it; `workers` divides that into jobs and simulates each from the latest state that is kept of its
past; `session` decides which job a worker does next and what a page hears; `figures` turns what is
there into what the page draws. Everything simulated, compared and told comes from the same
functions as on the command line.
"""
