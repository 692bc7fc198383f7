-- Made after the rows, which is faster than keeping them up to date for a million inserts. Each serves a list, its
-- total, or a role on the large tenant; small tables have none.

-- The views of users (current, past, external and so on) are answered from these alone.
CREATE INDEX users_view ON users (
  lifecycleStatus, isDeletedInIdentitySources, isExternal, isNonHuman, isEmployee, activeAppsCount
);
CREATE INDEX users_department ON users (
  department, lifecycleStatus, isDeletedInIdentitySources, isExternal, isNonHuman, isEmployee, activeAppsCount
);
CREATE INDEX apps_users_count ON apps (activeUsersCount);
CREATE INDEX app_owners_user ON app_owners (idUser);
CREATE INDEX licenses_app ON licenses (idApp);
CREATE INDEX app_users_user ON app_users (idUser, status, isUserRemovedFromApp);
CREATE INDEX contracts_end ON contracts (endDate);
CREATE INDEX contracts_app ON contracts (idApp);
-- Holds all that the list filters by, down to the text: nine rows in ten are mapped, and fetching each would be slow.
CREATE INDEX transactions_shown ON transactions (
  transactionDate, mappingStatus, duplicateOf, source, idApp, description
);
CREATE INDEX transactions_amount ON transactions (convertedValue);
CREATE INDEX transactions_app ON transactions (idApp, transactionDate);
CREATE INDEX executions_created ON action_executions (creationTime);
CREATE INDEX executions_app ON action_executions (idApp);
CREATE INDEX executions_user ON action_executions (idUser);
CREATE INDEX executions_workflow ON action_executions (idWorkflow);
CREATE INDEX audit_created ON audit (creationTime);
CREATE INDEX audit_entity ON audit (entity, creationTime);
