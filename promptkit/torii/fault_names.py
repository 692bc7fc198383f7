"""The faults of the local Torii by name. It imports nothing, since the command line's help shows them."""

DATA_FAULTS = {
    "first-page-only": "lists end after 25 rows without a cursor, and tell the true total",
    "silent-cap": "lists end after 25 rows without a cursor, and tell 25 as the total",
    "empty-by-role": "contracts and transactions come back empty, as if there were none",
    "forbidden": "contracts and transactions answer 403",
    "dropped-fields": "each third row of a list lacks its last field",
    "stale-cursor": "each cursor is stale",
    "renamed-field": "activeUsersCount is now activeUsers, and endDate is renewalDate",
    "deleted-field": "the custom fields department, c_businessUnit_1 and c_costCenter_1 are deleted",
    "state-as-label": "states and statuses come as their labels",
    "major-units": "amounts come in major units",
    "added-tool": "archive_app joins the tools after the first call",
    "changed-tool": "list_apps has another description and one more argument after the first call",
    "lying-annotation": "run_workflow says that it only reads",
}
"""Of the answers and of the tool list (`data_faults.py`): name -> what it does."""

WIRE_FAULTS = {
    "rate-limited": "after each three tool calls, 429 until the second of Retry-After is over; HTTP only",
    "latency": "a tool call is answered two seconds late",
    "disconnect": "each third tool call runs, and the connection ends in the middle of its answer",
    "malformed-json": "each third tool call runs, and its answer is no JSON",
}
"""Of the wire (`faults.py`): name -> what it does."""

SIGN_IN_FAULTS = {
    "token-expired": "an access token is good for ten requests, whatever lifetime it was given; then 401",
}
"""Of signing in (`authorization.py`): name -> what it does."""

FAULTS = {**DATA_FAULTS, **WIRE_FAULTS, **SIGN_IN_FAULTS}
