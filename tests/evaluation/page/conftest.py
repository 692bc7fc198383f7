from tests.evaluation.page.hostile import eval_run, report_html

__all__ = ["eval_run", "report_html"]
