-- What the rows say about each other: counts, last visits and money of apps and users.

UPDATE apps SET (activeUsersCount, lastVisitTime) = (
  SELECT count(*) FILTER (WHERE status = 'active' AND NOT isUserRemovedFromApp), max(lastVisitTime)
  FROM app_users WHERE app_users.idApp = apps.id
);

UPDATE users SET activeAppsCount = used.apps FROM (
  SELECT idUser, count(*) AS apps FROM app_users WHERE status = 'active' AND NOT isUserRemovedFromApp GROUP BY idUser
) AS used WHERE used.idUser = users.id;

UPDATE apps SET expenses = paid.total FROM (
  SELECT idApp, sum(convertedValue) AS total FROM transactions, meta
  WHERE meta.key = 'as_of' AND mappingStatus = 'mapped' AND duplicateOf IS NULL
    AND transactionDate > date(meta.value, '-12 months') AND transactionDate <= date(meta.value)
  GROUP BY idApp
) AS paid WHERE paid.idApp = apps.id;

UPDATE apps SET activeContractsTotalValue = signed.total FROM (
  SELECT idApp, sum(CAST(round(amount * toDisplay) AS INTEGER)) AS total
  FROM contracts JOIN exchange_rates USING (currency) WHERE status = 'active' AND amount IS NOT NULL GROUP BY idApp
) AS signed WHERE signed.idApp = apps.id;
