-- The tenant of the local Torii. Columns carry the API's own field names, so that a field of a
-- result is a column of its table (but `appOwners` of an app, which is the table app_owners). Money is an integer in minor units beside its currency; a time
-- is ISO 8601 in UTC; lists and objects are JSON text; a yes-or-no is 0 or 1.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;   -- as_of, seed, size, hostile, schema_version

CREATE TABLE org (
  id INTEGER PRIMARY KEY, companyName TEXT NOT NULL, domain TEXT NOT NULL, creationTime TEXT NOT NULL,
  displayCurrency TEXT NOT NULL
);

CREATE TABLE exchange_rates (currency TEXT PRIMARY KEY, toDisplay REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE roles (
  id INTEGER PRIMARY KEY, systemKey TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT NOT NULL,
  isAdmin INTEGER NOT NULL
);

CREATE TABLE users (
  id INTEGER PRIMARY KEY, idOrg INTEGER NOT NULL, firstName TEXT, lastName TEXT, email TEXT NOT NULL UNIQUE,
  creationTime TEXT NOT NULL, idRole INTEGER REFERENCES roles(id), photoUrl TEXT,
  status TEXT NOT NULL,                          -- active | invited | reporting | deleted
  lifecycleStatus TEXT NOT NULL,                 -- active | offboarding | offboarded
  isDeletedInIdentitySources INTEGER NOT NULL, identitySourcesDeletionTime TEXT,
  isExternal INTEGER NOT NULL, isEmployee INTEGER NOT NULL, isNonHuman INTEGER NOT NULL,
  activeAppsCount INTEGER NOT NULL DEFAULT 0, additionalEmails TEXT NOT NULL,
  -- fields that integrations bring; several sources have a "Department" of their own
  department TEXT, gsuite_department TEXT, okta_department TEXT, jobTitle TEXT, manager TEXT,
  costCenter TEXT, country TEXT, legalEntity TEXT
);

CREATE TABLE apps (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, primaryOwner INTEGER REFERENCES users(id), state TEXT NOT NULL,
  category TEXT, url TEXT, imageUrl TEXT, description TEXT, tags TEXT NOT NULL, score REAL, isCustom INTEGER NOT NULL,
  addedBy INTEGER REFERENCES users(id), creationTime TEXT NOT NULL, isHidden INTEGER NOT NULL, sources TEXT NOT NULL,
  vendor TEXT, activeUsersCount INTEGER NOT NULL DEFAULT 0, lastVisitTime TEXT,
  expenses INTEGER NOT NULL DEFAULT 0,                     -- display currency; mapped, no duplicates, later than as_of less 12 months
  activeContractsTotalValue INTEGER NOT NULL DEFAULT 0,    -- display currency; amounts of active contracts, whole terms
  c_businessUnit_1 TEXT, c_costCenter_2 TEXT, c_dataClassification_3 TEXT, c_regions_4 TEXT, c_securityReviewer_5 INTEGER,
  c_securityReport_6 TEXT, c_supportEmail_7 TEXT, ccf_paymentCard TEXT, c_adminAccount_8 TEXT
);

CREATE TABLE app_owners (
  idApp INTEGER NOT NULL REFERENCES apps(id), idUser INTEGER NOT NULL REFERENCES users(id),
  PRIMARY KEY (idApp, idUser)
) WITHOUT ROWID;

CREATE TABLE licenses (
  id INTEGER PRIMARY KEY, idApp INTEGER NOT NULL REFERENCES apps(id), name TEXT NOT NULL,
  totalAmount INTEGER NOT NULL, activeAmount INTEGER NOT NULL DEFAULT 0, inactiveAmount INTEGER NOT NULL DEFAULT 0,
  unassignedAmount INTEGER,                      -- NULL where the vendor does not tell
  pricePerLicense INTEGER NOT NULL,              -- a year
  currency TEXT NOT NULL
);

CREATE TABLE app_users (
  idApp INTEGER NOT NULL REFERENCES apps(id), idUser INTEGER NOT NULL REFERENCES users(id),
  status TEXT NOT NULL,                          -- active | deleted | managed
  externalStatus TEXT, role TEXT, score REAL, lastVisitTime TEXT, isSupportLastVisit INTEGER NOT NULL,
  creationTime TEXT NOT NULL, creationTimeInApp TEXT, sources TEXT NOT NULL,
  idLicense INTEGER REFERENCES licenses(id), isLicenseInactive INTEGER NOT NULL,
  annualCost INTEGER, currency TEXT, annualCostConverted INTEGER,
  isUserRemovedFromApp INTEGER NOT NULL,
  PRIMARY KEY (idApp, idUser)
) WITHOUT ROWID;

CREATE TABLE contracts (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, idApp INTEGER REFERENCES apps(id), owner INTEGER REFERENCES users(id),
  status TEXT NOT NULL,                          -- pipeline | active | closed | inReview
  createdBy INTEGER REFERENCES users(id), creationTime TEXT NOT NULL, source TEXT NOT NULL,
  startDate TEXT, endDate TEXT, amount INTEGER, currency TEXT, yearlyCost INTEGER, paymentTerm TEXT,
  vendor TEXT, billingEmail TEXT, description TEXT, previousContracts TEXT NOT NULL,
  autoRenewal INTEGER, cancellationNoticePeriod INTEGER,   -- days
  cancellationDeadline TEXT,                     -- endDate less the notice period
  c_costCenter_1 TEXT, c_legalEntity_2 TEXT, c_isThereAnNdaSigned_3 INTEGER, c_reviewers_4 TEXT, c_signedDocument_5 TEXT
);

CREATE TABLE transactions (
  id INTEGER PRIMARY KEY, idApp INTEGER REFERENCES apps(id), idAppAccount INTEGER, appAccountName TEXT,
  transactionDate TEXT NOT NULL, origTransactionDate TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, convertedValue INTEGER NOT NULL,   -- convertedValue: display currency
  source TEXT NOT NULL, description TEXT NOT NULL, mappingStatus TEXT NOT NULL,       -- mapped | unknown | recommend_map | archived
  mappingLogic TEXT, department TEXT, domain TEXT, externalAccountId TEXT, externalAccountName TEXT,
  idUpload INTEGER, fileName TEXT, extraInfo TEXT, reportedBy INTEGER, idExternalTransaction TEXT,
  duplicateOf INTEGER REFERENCES transactions(id)   -- same date, amount and app from a second source: shown once
);

CREATE TABLE workflows (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL, isActive INTEGER NOT NULL,
  trigger TEXT NOT NULL, createdBy INTEGER REFERENCES users(id), creationTime TEXT NOT NULL, updateTime TEXT NOT NULL
);

CREATE TABLE action_executions (
  id INTEGER PRIMARY KEY, idOrg INTEGER NOT NULL, idApp INTEGER, idUser INTEGER, idWorkflow INTEGER NOT NULL REFERENCES workflows(id),
  idWorkflowExecution INTEGER NOT NULL, idAction INTEGER NOT NULL, actionType TEXT NOT NULL, runtimeInfo TEXT NOT NULL,
  isRun INTEGER NOT NULL, runTime TEXT, isCompleted INTEGER NOT NULL, completionTime TEXT, continueOnError INTEGER NOT NULL,
  isIgnored INTEGER NOT NULL, ignoredTime TEXT, details TEXT NOT NULL, executionErrorType TEXT, errorTime TEXT,
  creationTime TEXT NOT NULL, updateTime TEXT NOT NULL
);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY, performedBy INTEGER REFERENCES users(id), entity TEXT NOT NULL, type TEXT NOT NULL,
  creationTime TEXT NOT NULL, requestDetails TEXT NOT NULL, properties TEXT NOT NULL
);

-- What the fields and metadata tools tell; a field's systemKey is its column.
CREATE TABLE fields (
  id INTEGER PRIMARY KEY, entity TEXT NOT NULL,  -- app | user | contract | transaction
  systemKey TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, isCustom INTEGER NOT NULL,
  idSourceApp INTEGER, isShown INTEGER NOT NULL, isDeleted INTEGER NOT NULL, options TEXT NOT NULL,
  UNIQUE (entity, systemKey)
);

-- Torii's own product catalogue: what search_apps and match_apps look in. A hit says nothing of the tenant.
CREATE TABLE products (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL, url TEXT NOT NULL, imageUrl TEXT NOT NULL,
  vendor TEXT NOT NULL
);
