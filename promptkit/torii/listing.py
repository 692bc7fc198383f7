"""The API's lists: which fields each has, how SQL reads them, and what is returned and searched by default."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["text", "number", "flag", "date", "money", "list", "person", "object"]

# The kind of a column, by the type of its custom field.
_KINDS: Mapping[str, Kind] = {
    "number": "number",
    "user": "number",
    "usersDropdown": "number",
    "currency": "money",
    "bool": "flag",
    "datePicker": "date",
    "dropdownMulti": "list",
    "usersDropdownMulti": "list",
    "contractsDropdownMulti": "list",
    "multiValueString": "list",
}
_DISPLAY = "(SELECT displayCurrency FROM org)"
_PERSON = """(SELECT json_object(
  'id', p.id, 'firstName', p.firstName, 'lastName', p.lastName,
  'fullName', trim(coalesce(p.firstName, '') || ' ' || coalesce(p.lastName, '')), 'email', p.email,
  'photoUrl', p.photoUrl, 'status', p.status, 'lifecycleStatus', p.lifecycleStatus,
  'isDeletedInIdentitySources', json(iif(p.isDeletedInIdentitySources, 'true', 'false'))
) FROM users p WHERE p.id = {0})"""


@dataclass(frozen=True)
class ApiField:
    """One field in a list. `sql` is what it is filtered and sorted by; `shown` is SQL for its value in the result."""

    sql: str
    kind: Kind = "text"
    shown: str = ""


@dataclass(frozen=True)
class Listing:
    """One of the API's lists.

    `order` names the fields (or SQL) that a page is ordered by by default; the last is unique. `entity` is the name in
    the table `fields` under which its custom fields are listed. `owned_by` is SQL for the app that a row belongs to.
    """

    source: str
    fields: Mapping[str, ApiField]
    default_fields: Sequence[str]
    searched: Sequence[str]
    order: Sequence[tuple[str, Literal["asc", "desc"]]]
    entity: str = ""
    owned_by: str = ""

    def known(self, connection: sqlite3.Connection) -> dict[str, ApiField]:
        """Every field that may be asked for, by name: the fixed ones, and the current custom ones."""
        table = self.source.split()[0]
        custom = connection.execute(
            "SELECT systemKey, type FROM fields WHERE entity = ? AND isCustom AND isShown AND NOT isDeleted",
            [self.entity],
        )
        return {**self.fields, **{key: custom_field(f'{table}."{key}"', type_) for key, type_ in custom}}


def custom_field(sql: str, type_: str) -> ApiField:
    """A custom field, from its column and the API's name for its type."""
    kind = _KINDS.get(type_, "text")
    return ApiField(sql, kind, money(sql, _DISPLAY) if kind == "money" else "")


def money(sql: str, currency: str) -> str:
    """SQL for an amount as the API returns it."""
    return f"iif({sql} IS NULL, NULL, json_object('value', {sql}, 'currency', {currency}))"


def _columns(table: str, **names: str) -> dict[str, ApiField]:
    """Fields that are columns: each keyword is a kind, its value the names of the columns, separated by spaces."""
    fields: dict[str, ApiField] = {}
    for kind, listed in names.items():
        for name in listed.split():
            sql = f"{table}.{name}"
            shown = _PERSON.format(sql) if kind == "person" else ""
            fields[name] = ApiField(sql, cast(Kind, kind), shown)
    return fields


def _money(table: str, names: str, currency: str) -> dict[str, ApiField]:
    return {name: ApiField(f"{table}.{name}", "money", money(f"{table}.{name}", currency)) for name in names.split()}


_OWNERS = "FROM app_owners o WHERE o.idApp = apps.id"
_FULL_NAME = "trim(coalesce(u.firstName, '') || ' ' || coalesce(u.lastName, ''))"

APPS = Listing(
    source="apps",
    fields={
        **_columns(
            "apps",
            number="id score addedBy activeUsersCount",
            text="name state category url imageUrl description tags vendor",
            date="creationTime lastVisitTime",
            flag="isCustom isHidden",
            list="sources",
            person="primaryOwner",
        ),
        "appOwners": ApiField(
            f"(SELECT json_group_array(o.idUser) {_OWNERS})",
            "list",
            f"(SELECT json_group_array(json({_PERSON.format('o.idUser')})) {_OWNERS})",
        ),
        **_money("apps", "expenses activeContractsTotalValue", _DISPLAY),
    },
    default_fields=("id", "name", "primaryOwner"),
    searched=("name",),
    order=(("id", "asc"),),
    entity="app",
    owned_by="apps.id",
)
USERS = Listing(
    source="users",
    fields={
        **_columns(
            "users",
            number="id idOrg idRole activeAppsCount",
            text="firstName lastName email lifecycleStatus",
            date="creationTime",
            flag="isDeletedInIdentitySources isExternal",
            list="additionalEmails",
        ),
        "role": ApiField("(SELECT r.name FROM roles r WHERE r.id = users.idRole)"),
    },
    default_fields=("id", "firstName", "lastName", "email", "lifecycleStatus"),
    searched=("firstName", "lastName", "email"),
    order=(("id", "asc"),),
    entity="user",
)
CONTRACTS = Listing(
    source="contracts",
    fields={
        **_columns(
            "contracts",
            number="id idApp createdBy cancellationNoticePeriod",
            text="name status source currency paymentTerm vendor billingEmail description",
            date="creationTime startDate endDate cancellationDeadline",
            flag="autoRenewal",
            list="previousContracts",
            person="owner",
        ),
        **_money("contracts", "amount yearlyCost", "contracts.currency"),
    },
    default_fields=("id", "name", "idApp", "owner"),
    searched=("name",),
    # Without `sort`, Torii promises no order of contracts; an arbitrary one keeps us from relying on any.
    order=(("contracts.id % 7", "asc"), ("id", "desc")),
    entity="contract",
    owned_by="contracts.idApp",
)
APP_USERS = Listing(
    source="app_users LEFT JOIN users u ON u.id = app_users.idUser",
    fields={
        **_columns(
            "app_users",
            number="idUser score annualCostConverted",
            text="status externalStatus role",
            date="lastVisitTime creationTime creationTimeInApp",
            flag="isSupportLastVisit isUserRemovedFromApp",
            list="sources",
        ),
        **_columns(
            "u",
            text="email firstName lastName lifecycleStatus",
            date="identitySourcesDeletionTime",
            flag="isExternal isDeletedInIdentitySources",
        ),
        "fullName": ApiField(_FULL_NAME),
        "licenses": ApiField(
            "app_users.idLicense",
            "object",
            "(SELECT json_group_array(json_object('id', l.id, 'name', l.name)) FROM licenses l"
            " WHERE l.id = app_users.idLicense)",
        ),
        "numberOfInactiveLicenses": ApiField("app_users.isLicenseInactive", "number"),
        **_money("app_users", "annualCost", "app_users.currency"),
        # Fields that the API has, but for which this tenant has no data.
        **{name: ApiField("0", "flag") for name in ("isOwnerNotifiedToRemoveUser", "isOffboardingIgnored")},
        **{name: ApiField("0", "flag") for name in ("isNewUserInApp", "ignoreAccount")},
        **{name: ApiField("NULL") for name in ("idAppAccount", "appAccountName", "idExternalUser")},
    },
    default_fields=("idUser", "email", "fullName", "status"),
    searched=("fullName", "email"),
    order=(("idUser", "asc"),),
    owned_by="app_users.idApp",
)
USER_APPS = Listing(
    source="app_users LEFT JOIN apps a ON a.id = app_users.idApp",
    fields={
        "id": ApiField("app_users.idApp", "number"),
        **_columns("a", text="name state category url imageUrl description tags vendor", flag="isCustom isHidden"),
        **_columns("app_users", number="score annualCostConverted", text="status role currency"),
        **_columns("app_users", flag="isUserRemovedFromApp", date="creationTime", list="sources"),
        # This list still uses the names of API 1.0.
        "lastUsageTime": ApiField("app_users.lastVisitTime", "date"),
        "users": ApiField("a.activeUsersCount", "number"),
        **_money("app_users", "annualCost", "app_users.currency"),
    },
    default_fields=("id", "name", "state", "isUserRemovedFromApp", "lastUsageTime"),
    searched=("name",),
    order=(("id", "asc"),),
    owned_by="app_users.idApp",
)
TRANSACTIONS = Listing(
    source="transactions",
    fields={
        **_columns(
            "transactions",
            number="id idApp idAppAccount idUpload reportedBy",
            text="source description mappingStatus mappingLogic department domain externalAccountId externalAccountName"
            " appAccountName fileName extraInfo idExternalTransaction",
            date="transactionDate origTransactionDate",
        ),
        "appName": ApiField("(SELECT a.name FROM apps a WHERE a.id = transactions.idApp)"),
        "reportedByFullName": ApiField(f"(SELECT {_FULL_NAME} FROM users u WHERE u.id = transactions.reportedBy)"),  # noqa: S608
        # Torii sorts by the amount in the display currency.
        "amount": ApiField(
            "transactions.convertedValue",
            "money",
            "json_object('value', transactions.amount, 'currency', transactions.currency,"
            " 'convertedValue', transactions.convertedValue)",
        ),
    },
    default_fields=("id", "idApp", "transactionDate", "amount", "source", "description", "mappingStatus"),
    searched=("description",),
    order=(("transactionDate", "desc"), ("id", "desc")),
    owned_by="transactions.idApp",
)
# In the API's order.
_EXECUTION = _columns("action_executions", number="id idOrg idApp idWorkflow idWorkflowExecution idAction")
_EXECUTION |= _columns("action_executions", text="actionType", object="runtimeInfo", flag="isRun", date="runTime")
_EXECUTION |= _columns("action_executions", flag="isCompleted", date="completionTime")
_EXECUTION |= _columns("action_executions", flag="continueOnError isIgnored", date="ignoredTime")
_EXECUTION |= _columns("action_executions", text="details executionErrorType", date="errorTime creationTime updateTime")
EXECUTIONS = Listing(
    source="action_executions",
    fields=_EXECUTION,
    default_fields=tuple(_EXECUTION),
    searched=(),
    order=(("creationTime", "desc"), ("id", "desc")),
    owned_by="action_executions.idApp",
)
AUDIT = Listing(
    source="audit LEFT JOIN users u ON u.id = audit.performedBy",
    fields={
        **_columns("audit", number="id performedBy", date="creationTime", text="type entity"),
        **_columns("audit", object="requestDetails properties"),
        "performedByFirstName": ApiField("u.firstName"),
        "performedByLastName": ApiField("u.lastName"),
        "performedByEmail": ApiField("u.email"),
        "idTargetOrg": ApiField("1", "number"),
    },
    default_fields=(
        "performedBy",
        "performedByFirstName",
        "performedByLastName",
        "performedByEmail",
        "idTargetOrg",
        "creationTime",
        "type",
        "requestDetails",
        "properties",
    ),
    searched=(),
    order=(("creationTime", "desc"), ("id", "desc")),
)
