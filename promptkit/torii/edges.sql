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
  UNION ALL SELECT 'Lucidchart', '-185 days', 50000, 0  -- 500.00 in a year, to the cent, on the first of a month, and nobody uses it
  UNION ALL SELECT 'Acme Field Tracker', '-30 days', 1, 0  -- one cent
  UNION ALL SELECT 'Tableau', '-30 days', -184178, 0  -- to be closed, and paid back but for one cent
  UNION ALL SELECT 'Dropbox', '-30 days', -3794314, 0  -- paid back, so that it costs as much as Google Workspace: the fifth and sixth of all
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

-- The newest thousand end between two of one day, and the department of one of them is not known.
CREATE TEMP TABLE newest AS
SELECT row_number() OVER (ORDER BY transactionDate DESC, id DESC) AS place, id, transactionDate FROM transactions
WHERE mappingStatus = 'mapped' AND duplicateOf IS NULL;
UPDATE transactions SET department = NULL, transactionDate = (SELECT transactionDate FROM newest WHERE place = 1000)
WHERE id = (SELECT id FROM newest WHERE place = 1001);

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

-- Spellings: two as often as each other, of a department and of one in Okta; and one in small letters more often than in capitals.
CREATE TEMP TABLE staff AS SELECT * FROM users WHERE isEmployee AND NOT isDeletedInIdentitySources AND lifecycleStatus <> 'offboarded';
UPDATE users SET department = lower(department) WHERE id = (SELECT max(id) FROM staff WHERE department = 'Customer Succes');
UPDATE users SET okta_department = lower(okta_department) WHERE id IN (
  SELECT max(id) FROM staff WHERE okta_department = 'R&D'
  UNION SELECT max(id) FROM staff WHERE okta_department = 'UX'
  UNION SELECT min(id) FROM staff WHERE okta_department = 'UX'
);

-- Fields as complete as each other: Google's department and Okta's, of which each has as many values; the cost centre of apps and how
-- secret their data are.
UPDATE users SET gsuite_department = okta_department
WHERE (trim(ifnull(gsuite_department, '')) = '') <> (trim(ifnull(okta_department, '')) = '');
UPDATE users SET gsuite_department = 'Product' WHERE gsuite_department = 'Product Mgmt';
UPDATE apps SET c_costCenter_2 = 'CC-1600' WHERE name = 'Looker';

-- From outside: one whom the directory no longer has, and one who has left.
UPDATE users SET isDeletedInIdentitySources = 1 WHERE id = (SELECT min(id) FROM users WHERE isExternal = 1);
UPDATE users SET lifecycleStatus = 'offboarded' WHERE id = (SELECT max(id) FROM users WHERE isExternal = 1);

-- An action that failed at first and was completed then.
UPDATE action_executions SET errorTime = creationTime, executionErrorType = 'timeout' WHERE isCompleted = 1 AND id % 10 = 0;

-- Contracts: one that ended and has no owner; one not active that ends soon, and begins today; one that says no first day;
-- ends and deadlines on the last day of a month from today; vendors that only the contract tells, or only the app.
UPDATE contracts SET owner = NULL WHERE status = 'active' AND endDate < (SELECT day FROM today);
UPDATE contracts SET startDate = (SELECT day FROM today), endDate = (SELECT date(day, '20 days') FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'Intercom') AND status = 'inReview';
UPDATE contracts SET startDate = NULL WHERE id = (SELECT max(id) FROM contracts WHERE status = 'pipeline');
UPDATE contracts SET endDate = (SELECT day FROM today), cancellationDeadline = (SELECT date(day, '-60 days') FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'Asana');
UPDATE contracts SET endDate = (SELECT date(day, '30 days') FROM today) WHERE amount IS NULL AND status = 'active';
UPDATE contracts SET cancellationNoticePeriod = 45, cancellationDeadline = (SELECT date(day, '30 days') FROM today)
WHERE idApp = (SELECT id FROM named WHERE name = 'LastPass');
UPDATE contracts SET vendor = NULL WHERE idApp = (SELECT id FROM named WHERE name = 'Zendesk');
UPDATE contracts SET vendor = 'Westwind Resellers' WHERE idApp = (SELECT id FROM named WHERE name = 'Intercom');
UPDATE contracts SET vendor = 'Eastwind Resellers' WHERE idApp = (SELECT id FROM named WHERE name = 'Box');

-- Of one app: two more contracts without an end, one of them without a beginning, that say neither amount nor cost, and one that has ended.
-- Of one app: one that ends today, and one without an end.
-- Of one app: a contract that begins the day after the other ends, of another one on that day. Of one app that has none running: a contract that ended on the same
-- day as another, one before it, and one that has not begun. An app whose only contract says no end.
-- Of no app: two with the same name and end; whoever owns the first has left, and the second says no amount.
CREATE TEMP TABLE signed (
  name TEXT, app TEXT, owner INTEGER, status TEXT, begins TEXT, ends TEXT, amount INTEGER, currency TEXT, renews INTEGER, deadline TEXT
);
INSERT INTO signed VALUES
  ('GitHub archive', 'GitHub', 6, 'active', NULL, NULL, NULL, 'USD', 1, '-20 days'),
  ('GitHub archive', 'GitHub', 43, 'active', '-60 days', NULL, NULL, 'USD', NULL, NULL),
  ('GitHub 2024', 'GitHub', 43, 'active', '-700 days', '-335 days', 100000, 'USD', NULL, NULL),
  ('Notion 2027', 'Notion', 43, 'active', '61 days', '425 days', 480000, 'USD', 0, NULL),
  ('Microsoft 365 2026', 'Microsoft 365', 43, 'active', '5 days', '369 days', 7900000, 'USD', 0, NULL),
  ('Team plan', 'Asana', 43, 'active', '-60 days', NULL, NULL, 'USD', NULL, NULL),
  ('Gong pilot', 'Gong', 210, 'inReview', '-473 days', '-109 days', 120000, 'USD', NULL, NULL),
  ('Gong 2024', 'Gong', 210, 'closed', '-838 days', '-474 days', 1400000, 'USD', 0, NULL),
  ('Gong 2027', 'Gong', 210, 'pipeline', '60 days', '424 days', 1500000, 'USD', 1, NULL),
  ('Claude 2027', 'Claude', 43, 'pipeline', NULL, NULL, 900000, 'USD', NULL, NULL),
  ('Framework agreement', NULL, 7, 'active', '-10 days', '355 days', 100000, 'EUR', 0, NULL),
  ('Framework agreement', NULL, 43, 'active', '-10 days', '355 days', NULL, 'ILS', 1, '325 days');
INSERT INTO contracts (id, name, idApp, owner, status, createdBy, creationTime, source, startDate, endDate, amount, currency, yearlyCost,
  previousContracts, autoRenewal, cancellationDeadline, cancellationNoticePeriod, vendor, c_costCenter_1, c_legalEntity_2)
SELECT (SELECT max(id) FROM contracts) + signed.rowid, signed.name, named.id, owner, status, 1, date(day, '-300 days') || 'T09:00:00.000Z', 'ui',
  date(day, begins), date(day, ends), amount, currency, iif(ends IS NULL, NULL, amount), '[]', renews, date(day, deadline),
  julianday(date(day, ends)) - julianday(date(day, deadline)), app, 'CC-1300', 'Acme Inc.'
FROM signed JOIN today LEFT JOIN named ON named.name = app;
UPDATE contracts SET owner = NULL WHERE idApp = (SELECT id FROM named WHERE name = 'Salesforce');
-- What is to be closed does not renew; so 25 do, of which one says no deadline.
UPDATE contracts SET autoRenewal = 0 WHERE idApp IN (SELECT id FROM named WHERE name IN ('Dropbox', 'LinkedIn Sales Navigator'));

-- Apps: one that nobody owns, uses or pays for; one that nobody owns and two look after; one cent spent on what has no vendor, category
-- or owner; a vendor in two spellings, once as often, and once not.
UPDATE apps SET primaryOwner = NULL WHERE name IN ('Trello', 'Acme Field Tracker');
DELETE FROM app_owners WHERE idApp IN (SELECT id FROM named WHERE name IN ('Trello', 'Acme Field Tracker'));
INSERT INTO app_owners SELECT named.id, users.id FROM named, users
WHERE named.name = 'Claude' AND users.id IN (SELECT id FROM users WHERE isEmployee = 1 AND lifecycleStatus = 'active'
  AND isDeletedInIdentitySources = 0 ORDER BY id LIMIT 2);
UPDATE apps SET vendor = 'atlassian' WHERE name = 'Trello';
UPDATE contracts SET vendor = 'NOTION LABS' WHERE name = 'Notion 2026';

-- Two large categories: ten live apps, and eleven; in each, one more that is to be closed.
UPDATE apps SET category = 'Sales and marketing' WHERE name IN ('Salesforce', 'HubSpot', 'Mailchimp', 'Gong', 'Calendly', 'SurveyMonkey',
  'Typeform', 'Zendesk', 'Intercom', 'Loom', 'LinkedIn Sales Navigator');
UPDATE apps SET category = 'Engineering and IT' WHERE name IN ('GitHub', 'GitLab', 'Datadog', 'New Relic', 'Looker', 'PagerDuty', 'Snowflake',
  'Amazon Web Services', 'Okta', '1Password', 'KnowBe4', 'LastPass');

-- What nobody owns and costs one cent is used by one person.
UPDATE app_users SET status = 'managed' WHERE idApp = (SELECT id FROM named WHERE name = 'Acme Field Tracker') AND idUser <> (
  SELECT max(idUser) FROM app_users WHERE status = 'active' AND NOT isUserRemovedFromApp
    AND idApp = (SELECT id FROM named WHERE name = 'Acme Field Tracker')
);

-- Licences, where an app has none: of one that costs nothing, after which others that cost nothing come by name; a kind of which none was bought;
-- one whose unassigned number is not told, and of which many are inactive.
INSERT INTO licenses SELECT (SELECT max(id) FROM licenses) + column1, named.id, column2 || column3, column4, column5, column6, column7, 12000, 'USD'
FROM (VALUES (1, 'Adobe Creative Cloud', ' Team', 20, 12, 8, 0), (2, 'PagerDuty', ' Trial', 0, 0, 0, 0), (3, 'Postman', ' Team', 9, 4, 5, NULL))
JOIN named ON named.name = column2 WHERE named.id NOT IN (SELECT idApp FROM licenses);

-- Two who have left and still have eleven apps, and ten; what they have more is managed, not active.
CREATE TEMP TABLE leavers AS
SELECT users.id AS idUser, wanted - (SELECT count(*) FROM app_users x WHERE x.idUser = users.id AND NOT isUserRemovedFromApp) AS lacks
FROM (SELECT 'grace.andersen2@acme.example' AS email, 11 AS wanted UNION ALL SELECT 'kavya.mancini@acme.example', 10) JOIN users USING (email);
INSERT INTO app_users (idApp, idUser, status, isSupportLastVisit, creationTime, sources, isLicenseInactive, isUserRemovedFromApp)
SELECT idApp, idUser, 'managed', 0, day || 'T06:00:00.000Z', '[]', 0, 0 FROM today, (
  SELECT apps.id AS idApp, idUser, lacks, row_number() OVER (PARTITION BY idUser ORDER BY apps.name) AS place
  FROM leavers JOIN apps ON isHidden = 0
  WHERE NOT EXISTS (SELECT 1 FROM app_users x WHERE x.idApp = apps.id AND x.idUser = leavers.idUser)
) WHERE place <= lacks;
-- What they and an account that is no person have costs nothing that is known.
UPDATE app_users SET annualCost = NULL, currency = NULL, annualCostConverted = NULL
WHERE idUser IN (SELECT id FROM users WHERE email IN ('grace.andersen2@acme.example', 'shared.sync@acme.example'));

-- The log: a change of an app that says nobody, a contract deleted for good, one who leaves told twice, one who only the directory lost,
-- and a new role for one who leaves.
UPDATE audit SET performedBy = NULL WHERE id = (SELECT max(id) FROM audit WHERE type = 'update_app_details');
UPDATE audit SET properties = '{"idContract": 9001}' WHERE id = (SELECT max(id) FROM audit WHERE type = 'delete_contract');
CREATE TEMP TABLE left_log AS SELECT row_number() OVER (ORDER BY id DESC) AS place, id FROM audit WHERE type = 'update_user_lifecycle_status';
UPDATE audit SET properties = '{"idUser": 9}' WHERE id IN (SELECT id FROM left_log WHERE place IN (1, 2));
UPDATE audit SET properties = '{"idUser": 10}' WHERE id = (SELECT id FROM left_log WHERE place = 3);
UPDATE audit SET properties = '{"idUser": 11}' WHERE id = (SELECT max(id) FROM audit WHERE type = 'update_role');

DROP TABLE temp.leavers;
DROP TABLE temp.signed;
DROP TABLE temp.newest;
DROP TABLE temp.staff;
DROP TABLE temp.left_log;
DROP TABLE temp.paid;
DROP TABLE temp.places;
DROP TABLE temp.payments;
DROP TABLE temp.named;
DROP TABLE temp.today;
