"""Border and bribery market: detection, collusion, tolls, routes, prices."""
