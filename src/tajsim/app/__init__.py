"""The dashboard: a web server on this machine alone, whose page moves levers and shows the runs.

From the page and back: `entry` and `handlers` let it in; `state` is what a link says, and
`scenario_file` (with `event_moves`) makes a scenario file of it; `task` divides that into chunks of
runs, `scheduler` decides which one a worker does next, `worker` follows it month by month from the
latest state that `past` keeps; `gather`, `fans` and `view` turn what is there into what the page
draws, and `told` decides what a tab hears next. Everything simulated, compared and told comes from
the same functions as on the command line.
"""
