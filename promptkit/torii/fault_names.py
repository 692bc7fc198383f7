"""The local Torii's faults by name. This module imports nothing, because the command line's help shows them."""

DATA_FAULTS = {
    "first-page-only": "lists stop after 25 rows without a cursor, and give the true total",
    "silent-cap": "lists stop after 25 rows without a cursor, and give 25 as the total",
    "empty-by-role": "contracts and transactions come back empty, as if there were none",
    "forbidden": "contracts and transactions answer 403",
    "dropped-fields": "every third row of a list lacks its last field",
    "stale-cursor": "every cursor is stale",
    "renamed-field": "activeUsersCount is now activeUsers, and endDate is renewalDate",
    "deleted-field": "the custom fields department, c_businessUnit_1 and c_costCenter_1 are deleted",
    "state-as-label": "states and statuses come as their labels",
    "major-units": "amounts come in major units",
    "added-tool": "archive_app appears among the tools after the first call",
    "changed-tool": "list_apps gets a different description and one more argument after the first call",
    "lying-annotation": "run_workflow says that it only reads",
}
"""Faults in the answers and in the tool list (`data_faults.py`): name -> what it does."""

WIRE_FAULTS = {
    "rate-limited": "after every three tool calls, 429 until the one second of Retry-After is over; HTTP only",
    "latency": "a tool call is answered two seconds late",
    "disconnect": "every third tool call runs, and the connection ends in the middle of its answer",
    "malformed-json": "every third tool call runs, and its answer is not JSON",
}
"""Faults on the wire (`faults.py`): name -> what it does."""

SIGN_IN_FAULTS = {
    "token-expired": "an access token is valid for ten requests, whatever lifetime it was given; then 401",
}
"""Faults of signing in (`authorization.py`): name -> what it does."""

FAULTS = {**DATA_FAULTS, **WIRE_FAULTS, **SIGN_IN_FAULTS}
