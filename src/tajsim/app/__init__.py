"""The dashboard: a web server on this machine alone, whose page moves levers and shows the runs.

From the page and back: `server` lets it in; `state` is what a link says, and makes a scenario file
of it; `session` divides that into chunks of runs, decides which one a worker does next and what a
page hears next; `workers` simulates a chunk month by month from the latest state that was kept;
`figures` turns what is there into what the page draws. Everything simulated, compared and
shown comes from the same functions as on the command line.
"""
