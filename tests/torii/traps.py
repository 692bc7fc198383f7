"""What makes the tenant hard, as SQL that counts it: `tenant_traps.yaml`."""

from pathlib import Path

from promptkit.files import load_yaml

TRAPS = load_yaml(Path(__file__).with_name("tenant_traps.yaml")).data
VIEWS = """
CREATE TEMP VIEW leavers AS
  SELECT id FROM users WHERE lifecycleStatus = 'offboarded' OR isDeletedInIdentitySources;
CREATE TEMP VIEW live_apps AS
  SELECT * FROM apps WHERE state NOT IN ('closed', 'needToClose') AND NOT isHidden;
CREATE TEMP VIEW last_runs AS
  SELECT idWorkflow, max(creationTime) AS at FROM action_executions GROUP BY idWorkflow;
"""


def prepare(connection, today, week_ago):
    """Give the queries of the table what they stand on."""
    connection.create_function("today", 0, lambda: today)
    connection.create_function("week_ago", 0, lambda: week_ago)
    connection.executescript(VIEWS)
