"""The eval as tests run it: what is not given is as the command line has it."""

from promptkit.commands.evaluate import Folders, run_eval, run_on_cluster
from promptkit.commands.report import Outputs
from promptkit.evaluation.plan import EvalSpec
from promptkit.evaluation.runner import Limits


def evaluate(library, *names, dask=None, as_json=False, out=None, resume=None, record=None, replay=None, **setup):
    """The exit code of an eval of these prompts and families of attacks; `setup` is the rest of its `Setup`."""
    asked = EvalSpec(names, **setup), Limits(), Folders(out, resume, record, replay), Outputs(as_json=as_json)
    return run_on_cluster(dask, library, *asked) if dask else run_eval(library, *asked)
