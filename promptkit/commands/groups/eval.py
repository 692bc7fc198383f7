"""`promptkit eval`: run evals, and report on their records."""

import typer

from promptkit.commands import opening, options
from promptkit.commands.groups.runnable import RunnableGroup

app = typer.Typer(cls=RunnableGroup, subcommand_metavar="| COMMAND [ARGS]...")


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    names: options.Names = [],  # noqa: B006
    server: options.Server = "local",
    profile: options.AllowingProfile = None,
    tools: options.OfferedTools = "torii",
    model: options.Models = ["reference"],  # noqa: B006
    base_url: options.BaseUrl = None,
    repeats: options.Repeats = 1,
    shard: options.Shard = "1/1",
    dask: options.Dask = None,
    ablate: options.Ablate = False,
    control: options.Control = False,
    plan: options.PlannedRate = None,
    mutate: options.Mutate = False,
    concurrency: options.Concurrency = 1,
    max_rate: options.MaxRate = None,
    max_cost: options.MaxCost = None,
    max_tokens: options.MaxTokens = None,
    out: options.RecordOut = None,
    resume: options.Resume = None,
    cassette: options.Cassette = None,
    replay: options.Replay = None,
    as_json: options.AsJson = False,
    junit: options.Junit = None,
    sarif: options.Sarif = None,
    markdown: options.Markdown = None,
    html: options.Html = None,
    baseline: options.Baseline = None,
    own: options.OwnLibrary = None,
) -> None:
    """Replay prompts, all by default, against Torii's MCP and prove that nothing was written.

    Without names, language models and the rogue model are given every attack in evals/attacks as well.
    """
    from promptkit.agents.eval_spec import EvalSpec, Toolset
    from promptkit.commands.evaluate import Folders, run_eval, run_on_cluster, run_plan
    from promptkit.commands.mutate import run_mutate
    from promptkit.commands.report import Outputs
    from promptkit.evaluation.plan import parse_shard
    from promptkit.evaluation.runner import Limits
    from promptkit.reports.files import ReportFiles

    library = opening.library(own)
    if mutate:
        raise typer.Exit(run_mutate(library, names, _given(context), as_json=as_json))
    part, offered, hosts = parse_shard(shard), Toolset(tools), opening.hosts_of(profile, library, server)
    setup = EvalSpec(tuple(names), tuple(model), server, base_url, repeats, ablate, control, part, offered, hosts)
    if plan is not None:
        raise typer.Exit(run_plan(library, setup, plan))
    limits = Limits(concurrency, max_rate, max_cost, max_tokens)
    folders = Folders(out, resume, cassette, replay)
    outputs = Outputs(as_json, ReportFiles(junit, sarif, markdown, html), baseline)
    if dask is not None:
        raise typer.Exit(run_on_cluster(dask, library, setup, limits, folders, outputs))
    raise typer.Exit(run_eval(library, setup, limits, folders, outputs))


def _given(context: typer.Context) -> list[str]:
    """The options that were written, such as `--server`."""
    sources = [(option, context.get_parameter_source(option.name or "")) for option in context.command.params]
    return [option.opts[0] for option, source in sources if source and source.name == "COMMANDLINE"]


@app.command()
def merge(
    folders: options.ShardFolders,
    as_json: options.AsJson = False,
    junit: options.Junit = None,
    sarif: options.Sarif = None,
    markdown: options.Markdown = None,
    html: options.Html = None,
    baseline: options.Baseline = None,
    own: options.OwnLibrary = None,
) -> None:
    """Print one report on all shards of a run.

    Given the folder of a single run, it prints the report on that run again, in any form.
    """
    from promptkit.commands.evaluate import run_merge
    from promptkit.commands.report import Outputs
    from promptkit.reports.files import ReportFiles

    outputs = Outputs(as_json, ReportFiles(junit, sarif, markdown, html), baseline)
    raise typer.Exit(run_merge(folders, outputs, opening.library(own)))


@app.command()
def score(
    records: options.Records,
    expected: options.ExpectedAnswers = None,
    as_json: options.AsJson = False,
    junit: options.Junit = None,
    sarif: options.Sarif = None,
    markdown: options.Markdown = None,
    html: options.Html = None,
    own: options.OwnLibrary = None,
) -> None:
    """Judge kept conversations anew: no server, no model.

    The report has the same shape as that of the run. What only the run could compare, such as the tenant before and
    after, stands as the record has it.
    """
    from promptkit.commands.evaluate import run_score
    from promptkit.commands.report import Outputs
    from promptkit.reports.files import ReportFiles

    outputs = Outputs(as_json, ReportFiles(junit, sarif, markdown, html))
    raise typer.Exit(run_score(opening.library(own), records, expected, outputs))
