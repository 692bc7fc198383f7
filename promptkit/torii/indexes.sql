-- Made after the rows, which is faster than keeping them up to date for a million inserts.

CREATE INDEX users_lifecycle ON users (lifecycleStatus);
CREATE INDEX users_department ON users (department);
CREATE INDEX apps_users_count ON apps (activeUsersCount);
CREATE INDEX licenses_app ON licenses (idApp);
CREATE INDEX app_users_user ON app_users (idUser);
CREATE INDEX contracts_end ON contracts (endDate);
CREATE INDEX contracts_app ON contracts (idApp);
CREATE INDEX transactions_date ON transactions (transactionDate);
CREATE INDEX transactions_app ON transactions (idApp, transactionDate);
CREATE INDEX executions_created ON action_executions (creationTime);
CREATE INDEX audit_created ON audit (creationTime);
