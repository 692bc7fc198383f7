"""The eval as tests run it: what is not given is as the command line has it."""

import anyio

from promptkit.agents.eval_spec import EvalSpec
from promptkit.commands.evaluate import Folders, run_eval, run_on_cluster
from promptkit.commands.report import Outputs
from promptkit.evaluation.plan import plan
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.start import EvalRun


def evaluate(library, *names, dask=None, as_json=False, out=None, resume=None, cassette=None, replay=None, **setup):
    """The exit code of an eval of these prompts and families of attacks; `setup` is the rest of its `EvalSpec`."""
    folders, outputs = Folders(out, resume, cassette, replay), Outputs(as_json=as_json)
    asked = EvalSpec(names, **setup), Limits(), folders, outputs
    return run_on_cluster(dask, library, *asked) if dask else run_eval(library, *asked)


def run_scripted(library, folder, make, limits=None, **setup):
    """Run the attacks of one family on the model that `make` makes, or go on; why it stopped, empty at the end."""
    setup, is_resumed = EvalSpec(("authority",), ("scripted",), **setup), (folder / "run.jsonl").exists()
    run = EvalRun(library, setup, plan(library, setup), {"scripted": make}, folder, is_resumed)
    return anyio.run(run.go, limits or Limits(), lambda _: None, lambda _: None)
