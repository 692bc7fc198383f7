-- Rows on the edges of what an answer counts: where a rule is left out or off by one, a figure changes.
-- They run before derive.sql, and draw nothing by chance.

CREATE TEMP TABLE today AS SELECT date(value) AS day FROM meta WHERE key = 'as_of';
CREATE TEMP TABLE named AS SELECT name, id FROM apps;

-- Two apps are hidden, and both are used and paid for; one is new and has no owner, the other is closed.
UPDATE apps SET primaryOwner = NULL, category = (SELECT category FROM apps WHERE name = 'Miro'),
  creationTime = (SELECT day || 'T07:00:00.000Z' FROM today) WHERE name = 'Grammarly';
DELETE FROM app_owners WHERE idApp = (SELECT id FROM named WHERE name = 'Grammarly');
UPDATE apps SET isHidden = 1, state = 'closed', vendor = NULL WHERE name = 'Greenhouse';
INSERT INTO licenses VALUES (
  (SELECT max(id) + 1 FROM licenses), (SELECT id FROM named WHERE name = 'Grammarly'), 'Grammarly Business', 25, 0, 0, 25, 14400, 'USD'
);
UPDATE contracts SET idApp = (SELECT id FROM named WHERE name = 'Grammarly'), vendor = NULL
WHERE id = (SELECT id FROM contracts WHERE status = 'active' ORDER BY id DESC LIMIT 1 OFFSET 1);

-- Payments. Columns: app, days from today, cents, whether a second source tells the same.
CREATE TEMP TABLE paid (app TEXT, at TEXT, cents INTEGER, twice INTEGER);
INSERT INTO paid SELECT app, date(day, moved), cents, twice FROM today, (
  SELECT 'Grammarly' AS app, '-20 days' AS moved, 900000 AS cents, 0 AS twice
  UNION ALL SELECT 'Grammarly', '-200 days', 900000, 0
  UNION ALL SELECT 'Greenhouse', '-10 days', 450000, 0
  UNION ALL SELECT 'Webex', '0 days', 45000, 0      -- closed, and paid today
  UNION ALL SELECT 'Webex', '-2 days', 45000, 1     -- and two days ago, told twice
  UNION ALL SELECT 'Trello', '-40 days', 12000, 0   -- closed, and all of it paid back
  UNION ALL SELECT 'Trello', '-10 days', -12000, 0
  UNION ALL SELECT 'Mailchimp', '-50 days', -9900, 0  -- paid back what was paid before the year: less than nothing
  UNION ALL SELECT 'Loom', '-400 days', 98600, 0    -- only more than a year ago
  UNION ALL SELECT 'Postman', '-1 year', 50000, 0   -- exactly a year ago, which is too early
  UNION ALL SELECT 'Miro', '-30 days', 1, 0         -- a card was tried with one cent
  UNION ALL SELECT 'Lucidchart', '-30 days', 50000, 0  -- 500.00 in a year, to the cent, and nobody uses it
);
-- Each takes the place of a payment that nobody has recognised, so that their number stays.
CREATE TEMP TABLE places AS SELECT row_number() OVER (ORDER BY id) AS place, id FROM transactions WHERE mappingStatus = 'unknown';
CREATE TEMP TABLE payments AS
SELECT row_number() OVER (ORDER BY paid.rowid, copy) AS place, named.id AS idApp, at, cents, copy
FROM paid JOIN named ON named.name = app JOIN (SELECT 0 AS copy UNION SELECT 1) ON copy <= twice;
UPDATE transactions SET (idApp, idAppAccount, appAccountName, transactionDate, origTransactionDate, amount, currency, convertedValue,
  source, mappingStatus, mappingLogic, duplicateOf) = (
  SELECT idApp, idApp * 10, 'main', at, at, cents, 'USD', cents, CASE copy WHEN 0 THEN 'ramp' ELSE 'netsuite' END, 'mapped', 'manual',
    CASE copy WHEN 1 THEN (SELECT id FROM places before WHERE before.place = payments.place - 1) END
  FROM payments JOIN places USING (place) WHERE places.id = transactions.id
) WHERE id IN (SELECT id FROM places JOIN payments USING (place));

-- Some of what was archived, or is only recommended, keeps the app that it was mapped to.
UPDATE transactions SET idApp = (
  SELECT earlier.idApp FROM transactions earlier
  WHERE earlier.id < transactions.id AND earlier.mappingStatus = 'mapped' ORDER BY earlier.id DESC LIMIT 1
) WHERE mappingStatus IN ('archived', 'recommend_map') AND id % 2 = 0;
UPDATE transactions SET idApp = (SELECT id FROM named WHERE name = 'Webex'), transactionDate = (SELECT date(day, '-1 day') FROM today)
WHERE id = (SELECT max(id) FROM transactions WHERE mappingStatus = 'archived');

-- Some who were removed from an app are still active in it, and a closed app was visited today.
UPDATE app_users SET status = 'active' WHERE isUserRemovedFromApp = 1 AND idUser % 5 = 0
  AND idApp <> (SELECT id FROM named WHERE name = 'Trello');
UPDATE app_users SET lastVisitTime = (SELECT day || 'T08:00:00.000Z' FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'Webex') AND idUser = (
  SELECT max(idUser) FROM app_users WHERE status = 'active' AND idApp = (SELECT id FROM named WHERE name = 'Webex')
);

UPDATE app_users SET status = CASE idUser % 3 WHEN 0 THEN 'active' WHEN 1 THEN 'deleted' ELSE 'managed' END, isUserRemovedFromApp = idUser % 3 < 2
WHERE idApp = (SELECT id FROM named WHERE name = 'Lucidchart');

-- An app that was found exactly a week ago.
UPDATE apps SET creationTime = (SELECT date(day, '-7 days') || 'T07:00:00.000Z' FROM today) WHERE name = 'Claude';

-- From outside: one whom the directory no longer has, and one who has left.
UPDATE users SET isDeletedInIdentitySources = 1 WHERE id = (SELECT min(id) FROM users WHERE isExternal = 1);
UPDATE users SET lifecycleStatus = 'offboarded' WHERE id = (SELECT max(id) FROM users WHERE isExternal = 1);

-- An action that failed at first and was completed then.
UPDATE action_executions SET errorTime = creationTime WHERE isCompleted = 1 AND id % 10 = 0;

-- Contracts: one that ended and has no owner; one not active that ends soon, and begins today; one that says no first day;
-- ends and deadlines on the last day of a month from today; vendors that only the contract tells, or only the app.
UPDATE contracts SET owner = NULL WHERE status = 'active' AND endDate < (SELECT day FROM today);
UPDATE contracts SET startDate = (SELECT day FROM today), endDate = (SELECT date(day, '20 days') FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'Intercom') AND status = 'inReview';
UPDATE contracts SET startDate = NULL WHERE id = (SELECT max(id) FROM contracts WHERE status = 'pipeline');
UPDATE contracts SET endDate = (SELECT date(day, '30 days') FROM today) WHERE amount IS NULL AND status = 'active';
UPDATE contracts SET cancellationNoticePeriod = 45, cancellationDeadline = (SELECT date(day, '30 days') FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'LastPass');
UPDATE contracts SET vendor = NULL WHERE idApp = (SELECT id FROM named WHERE name = 'Zendesk');
UPDATE contracts SET vendor = 'Westwind Resellers' WHERE idApp = (SELECT id FROM named WHERE name = 'Intercom');
UPDATE contracts SET vendor = 'Eastwind Resellers' WHERE idApp = (SELECT id FROM named WHERE name = 'Box');

DROP TABLE temp.paid;
DROP TABLE temp.places;
DROP TABLE temp.payments;
DROP TABLE temp.named;
DROP TABLE temp.today;
