from tests.page.conftest import browser, eval_run, open_page, report_html

__all__ = ["browser", "eval_run", "open_page", "report_html"]
