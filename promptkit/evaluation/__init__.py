"""The eval, for people who write tests: `run_prompt` and what it returns."""

from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.testing import run_prompt
from promptkit.policy.verdict import Verdict

__all__ = ["Assertion", "SampleResult", "Verdict", "run_prompt"]
