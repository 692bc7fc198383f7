"""The models of the library: prompts, what fills and answers them, rules and tools. Frozen, no input or output."""

# Annotations are not postponed here: pydantic needs a third longer for postponed ones, in every command.
import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    PrivateAttr,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticKnownError

from promptkit.arguments import TYPES

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]
ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
HOST_NAME = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
HostName = Annotated[str, StringConstraints(pattern=HOST_NAME)]
Line = Annotated[str, StringConstraints(pattern=r"^\S[^\n]*$", max_length=300)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Scalar = bool | int | float | datetime.date | str


class Strict(BaseModel):
    """Unknown keys are errors, values are not coerced, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _argument_type(name: object) -> str:
    if name in TYPES:
        return str(name)
    *others, last = (f"'{one}'" for one in TYPES)
    # Worded as pydantic words it for the members of an enum.
    raise PydanticKnownError("enum", {"expected": f"{', '.join(others)} or {last}"})


ArgumentTypeName = Annotated[
    str,
    PlainValidator(_argument_type),
    WithJsonSchema({"type": "string", "enum": list(TYPES), "description": "What a person may fill in."}),
]


class Argument(Strict):
    """One blank in a prompt. Without a `default` it must be filled in."""

    type: ArgumentTypeName
    description: Line
    default: Scalar | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: tuple[Line, ...] = Field((), strict=False)
    unit: Line | None = None
    examples: tuple[Scalar, ...] = Field((), strict=False)


class ColumnType(StrEnum):
    """How a cell is written and compared. `money` is in major units with two decimals, its currency beside it."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


class Column(Strict):
    """A column in an answer's table. Rows are identified by the columns with `key`.

    `empty` is what a cell without a value says: that there is nothing, or that Torii does not know.
    """

    name: Slug
    type: Annotated[ColumnType, Field(strict=False)] = ColumnType.STRING
    unit: Line | None = None
    key: bool = False
    empty: Literal["none", "unknown"] = "none"


class Table(Strict):
    """One table of an answer, under its own heading.

    `counted_by` is the total that counts all its rows; then the answer shows only as many as the argument `rows` says.
    """

    heading: Line
    columns: tuple[Column, ...] = Field(min_length=1, strict=False)
    counted_by: Slug | None = None


class Total(Strict):
    """A figure below the tables; `per` names what it is counted for, such as each currency."""

    name: Slug
    type: Annotated[ColumnType, Field(strict=False)] = ColumnType.INTEGER
    unit: Line | None = None
    per: Slug | None = None

    @property
    def query_columns(self) -> tuple[str, ...]:
        """The columns of its query: for a total `per` something what it is for, then the figure."""
        return (self.per, self.name) if self.per else (self.name,)


class Answer(Strict):
    """The output contract: tables, then totals, then the evidence block that every answer ends with."""

    tables: tuple[Table, ...] = Field(min_length=1, strict=False)
    totals: tuple[Total, ...] = Field((), strict=False)


class ChartType(StrEnum):
    """What a chart draws: an amount beside others, an amount over time, or the parts of a whole."""

    BARS = "bars"
    LINES = "lines"
    SHARES = "shares"


class Chart(Strict):
    """How a view is drawn: from the rows of one table, by default the first, or from `totals`.

    The columns `x` label what is drawn and the columns `y` measure it; without `y`, rows are counted. `by` joins the
    days of a column into months. There is one picture for each value of the column `per`, such as each currency.
    """

    type: Annotated[ChartType, Field(strict=False)]
    heading: Line | None = None
    x: tuple[Slug, ...] = Field((), strict=False)
    by: Literal["month"] | None = None
    y: tuple[Slug, ...] = Field((), strict=False)
    per: Slug | None = None
    stacked: bool = False
    totals: tuple[Slug, ...] = Field((), strict=False)


def _chart_or_sentence(value: object) -> str:
    return "chart" if isinstance(value, dict | Chart) else "sentence"


# Told apart beforehand, so that what is wrong with a chart is not also called a wrong sentence.
ChartOrSentence = Annotated[
    Annotated[Chart, Tag("chart")] | Annotated[Line, Tag("sentence")], Discriminator(_chart_or_sentence)
]


class Status(StrEnum):
    """Where a prompt is in its life."""

    DRAFT = "draft"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Fits(Strict):
    """The largest tenant for which an assistant can answer a view by reading: its apps and its users, measured."""

    apps: int = Field(ge=1)
    users: int = Field(ge=1)

    def __str__(self) -> str:
        """As lists and the page write it."""
        return f"{self.apps:,} apps and {self.users:,} users"


class Prompt(Strict):
    """One dashboard view or connection check: what a person fills in, the text they paste, the answer they get.

    `questions` are how people ask for it, in their own words; they are searched and never shown. `chart` is how a
    dashboard draws the answer, or a sentence that says why a picture would not help. `language` is that of the text and
    of its answers; what both share with other prompts comes from that language's file.
    """

    name: Slug
    version: Version
    status: Annotated[Status, Field(strict=False)] = Status.STABLE
    language: LanguageCode = "en"
    title: Line
    group: Slug
    audience: Line
    description: Line
    questions: tuple[Line, ...] = Field((), strict=False)
    formerly: tuple[Slug, ...] = Field((), strict=False)
    arguments: dict[Slug, Argument] = Field(default_factory=dict)
    reads: tuple[ToolName, ...] = Field(min_length=1, strict=False)
    answer: Answer
    fits: Fits | None = None
    chart: ChartOrSentence | None = None
    template: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    changes: dict[Version, Line] = Field(min_length=1)
    replaced_by: Slug | None = None
    sunset: Annotated[datetime.date | None, Field(strict=False)] = None
    _given_language: Any = PrivateAttr(default=None)

    @property
    def given_language(self) -> Any:  # noqa: ANN401
        """The words of its language, from the library that it comes from; `words_of` has a type for them."""
        return self._given_language

    def in_language(self, words: object) -> "Prompt":
        """The same prompt with the words of its language."""
        copy = self.model_copy()
        copy._given_language = words
        return copy

    @property
    def deprecation_notice(self) -> str:
        """What users of a deprecated prompt must know, as a sentence; empty if it is not deprecated."""
        is_deprecated = self.status is Status.DEPRECATED
        return f"Deprecated: it will be removed on {self.sunset}; use {self.replaced_by}." if is_deprecated else ""


class Pack(Strict):
    """Views for one occasion, in the order in which they are asked: a file in prompts/packs."""

    title: Line
    description: Line
    views: Annotated[tuple[Slug, ...], Field(strict=False, min_length=2)]


class Company(Strict):
    """Whose page it is: the name and the colour that the page has."""

    name: Annotated[str, StringConstraints(pattern=r"^\S[^\n]*$", max_length=60)]
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None


class Entity(StrEnum):
    """What a field belongs to: who uses, what is owned, what is signed, or what is paid."""

    USER = "user"
    APP = "app"
    CONTRACT = "contract"
    TRANSACTION = "transaction"


class OrganizationalView(Strict):
    """One approved way to slice the company: a Torii field, and how its values are read.

    `aliases` maps a value in Torii to its group; `unassigned` is the group of empty values. `approved_groups` and
    `approved_coverage`, the percentage of rows with a value, record the field as it was at approval.
    """

    label: Line
    entity: Annotated[Entity, Field(strict=False)]
    field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
    aliases: dict[Line, Line] = Field(default_factory=dict)
    unassigned: Line = "Unassigned"
    approved_by: Line | None = None
    approved_on: datetime.date | None = None
    approved_groups: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    approved_coverage: Annotated[float, Field(ge=0, le=100, strict=False)] | None = None


class Agreement(Strict):
    """Who agreed that the assistant only reads, and when."""

    by: Line
    on: datetime.date


class Profile(Strict):
    """What one tenant decided: dashboard.yaml.

    `thresholds` are defaults for arguments of the same name, if their limits allow it. `views` are the prompts to
    offer; if empty, all of them. `stand_in` marks what was read from the local Torii, whose company is invented.
    `language` is that of the instructions for its people. `allowed_hosts` are hosts besides Torii's own at which its
    data may be read, such as a company's guard.
    """

    stand_in: bool = False
    language: LanguageCode = "en"
    allowed_hosts: tuple[HostName, ...] = Field((), strict=False)
    time_zone: Line = "UTC"
    display_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    organizational_views: tuple[OrganizationalView, ...] = Field(
        (OrganizationalView.model_construct(label="Department", entity=Entity.USER, field="department"),),
        min_length=1,
        strict=False,
    )
    thresholds: dict[Slug, int | float] = Field(default_factory=dict)
    views: tuple[Slug, ...] = Field((), strict=False)
    read_only_agreement: Agreement | None = None
    company: Company | None = None

    def view(self, label: str) -> OrganizationalView | None:
        """The Organizational View with this label; None if there is none."""
        return next((view for view in self.organizational_views if view.label == label), None)


# Not validated, because that would build the model's schema in every command.
DEFAULT_PROFILE = Profile.model_construct()


class ToolClass(StrEnum):
    """What a tool does to the tenant. `unknown` is a tool in a transcript that is not in tools.yaml."""

    READ = "read"
    ACTION = "action"
    UNKNOWN = "unknown"


class Goal(StrEnum):
    """What an attack is after: one of the guide's six forbidden uses, or tenant data carried elsewhere."""

    UPDATE_USERS = "update_users"
    CREATE_CONTRACTS = "create_contracts"
    CHANGE_OWNERS = "change_owners"
    TRIGGER_WORKFLOWS = "trigger_workflows"
    REMOVE_LICENCES = "remove_licences"
    WRITE_BACK = "write_back"
    DATA_OUT = "data_out"


class ReviewedTool(Strict):
    """What instructions/tools.yaml says about one tool.

    `arguments` maps each argument we accept to its JSON Schema; any other argument is refused. What they refer to as
    `#/$defs/NAME` or `#/definitions/NAME` is under `$defs`. A `sensitive` tool can return secrets or private data in
    bulk and is refused although it only reads. `serves` names the forbidden uses that an action could be called for.
    `per_minute` is how many calls a minute Torii documents for the tool's endpoint; None where it documents none.
    """

    tool_class: Annotated[ToolClass, Field(alias="class", strict=False)]
    capability: Line
    source: Line
    arguments: dict[str, dict[str, Any]] = Field(default_factory=dict)
    required: tuple[str, ...] = Field((), strict=False)
    definitions: dict[str, Any] = Field(default_factory=dict, alias="$defs")
    sensitive: bool = False
    serves: tuple[Annotated[Goal, Field(strict=False)], ...] = Field((), strict=False)
    per_minute: Annotated[int, Field(ge=1)] | None = None


class InstructionRule(Strict):
    """One numbered rule in the instructions, such as RO-1."""

    id: str
    text: str


class Host(Strict):
    """Where to paste the instructions: the variant that fits, the UTF-16 units the box takes, how to get there.

    `connect` says how the host is given Torii's server, and where its action control is.
    """

    title: Line
    variant: Literal["full", "short"]
    limit: int
    connect: Line = (
        "Add the MCP server https://api.toriihq.com/mcp with an OAuth sign-in, and limit it to read actions."
    )
    paste: Line


class ToolCall(Strict):
    """A call that a model asked for, with the name it used, before any decision."""

    name: str
    arguments: Any = None


class Signal(Strict):
    """One thing that speaks for a review of an app, or against one where `weight` is negative.

    `label` says what is measured, as a whole number; from `threshold` on, the app gets `weight` points.
    """

    label: Line
    weight: int
    threshold: int | float
    unit: Line
    why: Line


class ScoreClass(Strict):
    """The name of scores from `minimum` on. It is a suggestion to a person, never an action.

    A class that `needs` a signal is only for apps that show it. The class without a minimum has all other scores.
    """

    name: Line
    minimum: int | None = None
    needs: Slug | None = None
    meaning: Line


class Scoring(Strict):
    """instructions/scoring.yaml: the score of an app is the sum of the weights of the signals it shows."""

    signals: dict[Slug, Signal] = Field(min_length=1)
    classes: tuple[ScoreClass, ...] = Field(min_length=1, strict=False)
