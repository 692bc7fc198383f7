"""How many rows a tenant of each size has."""

from typing import Literal, NamedTuple

Size = Literal["small", "medium", "large"]


class Counts(NamedTuple):
    """Rows to make, exactly, but for `executions`, which is a lower bound: a run has several."""

    apps: int
    custom_apps: int
    users: int
    app_users: int
    contracts: int
    transactions: int
    workflows: int
    executions: int
    audit: int


COUNTS: dict[Size, Counts] = {
    "small": Counts(60, 4, 300, 3_000, 50, 1_500, 12, 300, 200),
    "medium": Counts(400, 12, 5_000, 50_000, 400, 30_000, 30, 3_000, 2_000),
    "large": Counts(2_000, 40, 100_000, 1_000_000, 2_500, 500_000, 60, 30_000, 20_000),
}
