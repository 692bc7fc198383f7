-- The tenant as the API shows it: one view for each list, one column for each field, objects as JSON text.

CREATE TEMP VIEW person AS
SELECT id, json_object(
  'id', id, 'firstName', firstName, 'lastName', lastName,
  'fullName', trim(coalesce(firstName, '') || ' ' || coalesce(lastName, '')), 'email', email, 'photoUrl', photoUrl,
  'status', status, 'lifecycleStatus', lifecycleStatus,
  'isDeletedInIdentitySources', json(iif(isDeletedInIdentitySources, 'true', 'false'))
) AS owner FROM users;

CREATE TEMP VIEW api_users AS
SELECT users.*, roles.name AS role FROM users LEFT JOIN roles ON roles.id = users.idRole;

CREATE TEMP VIEW api_apps AS
SELECT
  id, name, (SELECT owner FROM person WHERE person.id = primaryOwner) AS primaryOwner,
  (SELECT json_group_array(json(person.owner)) FROM app_owners o JOIN person ON person.id = o.idUser WHERE o.idApp = apps.id)
    AS appOwners,
  state, category, url, imageUrl, description, tags, score, isCustom, addedBy, creationTime, isHidden, sources, vendor,
  activeUsersCount, lastVisitTime,
  json_object('value', expenses, 'currency', (SELECT displayCurrency FROM org)) AS expenses,
  json_object('value', activeContractsTotalValue, 'currency', (SELECT displayCurrency FROM org)) AS activeContractsTotalValue,
  c_businessUnit_1, c_costCenter_2, c_dataClassification_3
FROM apps;

CREATE TEMP VIEW api_contracts AS
SELECT
  id, name, idApp, (SELECT owner FROM person WHERE person.id = contracts.owner) AS owner, status, createdBy, creationTime,
  source, startDate, endDate,
  iif(amount IS NULL, NULL, json_object('value', amount, 'currency', currency)) AS amount, currency,
  iif(yearlyCost IS NULL, NULL, json_object('value', yearlyCost, 'currency', currency)) AS yearlyCost,
  paymentTerm, vendor, billingEmail, description, previousContracts, autoRenewal, cancellationNoticePeriod,
  cancellationDeadline, c_costCenter_1, c_legalEntity_2
FROM contracts;

CREATE TEMP VIEW api_app_users AS
SELECT
  a.idApp, a.idUser, u.email, u.firstName, u.lastName,
  trim(coalesce(u.firstName, '') || ' ' || coalesce(u.lastName, '')) AS fullName, a.status, a.externalStatus, a.role,
  a.score, a.lastVisitTime, a.isSupportLastVisit, a.creationTime, a.creationTimeInApp, a.sources,
  iif(l.id IS NULL, '[]', json_array(json_object('id', l.id, 'name', l.name))) AS licenses,
  a.isLicenseInactive AS numberOfInactiveLicenses,
  iif(a.annualCost IS NULL, NULL, json_object('value', a.annualCost, 'currency', a.currency)) AS annualCost,
  a.annualCostConverted, a.isUserRemovedFromApp, u.isExternal, u.isDeletedInIdentitySources,
  u.identitySourcesDeletionTime, u.lifecycleStatus
FROM app_users a JOIN users u ON u.id = a.idUser LEFT JOIN licenses l ON l.id = a.idLicense;

CREATE TEMP VIEW api_transactions AS
SELECT
  t.id, t.idApp, apps.name AS appName, t.idAppAccount, t.appAccountName, t.transactionDate, t.origTransactionDate,
  json_object('value', t.amount, 'currency', t.currency, 'convertedValue', t.convertedValue) AS amount,
  t.source, t.description, t.mappingStatus, t.mappingLogic, t.department, t.domain, t.externalAccountId,
  t.externalAccountName, t.idUpload, t.fileName, t.extraInfo, t.reportedBy, t.idExternalTransaction
FROM transactions t LEFT JOIN apps ON apps.id = t.idApp WHERE t.duplicateOf IS NULL AND t.mappingStatus <> 'archived';

CREATE TEMP VIEW api_audit AS
SELECT
  a.id, a.performedBy, u.firstName AS performedByFirstName, u.lastName AS performedByLastName, u.email AS performedByEmail,
  a.entity, a.creationTime, a.type, a.requestDetails, a.properties
FROM audit a LEFT JOIN users u ON u.id = a.performedBy;
