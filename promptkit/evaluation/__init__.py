"""The evals: plans, runs, what is asserted of them, and what they leave on disk.

Other rooms take: live, page, plan, records, rows, runner, screen, spread, start, statistics, suite, tables, testing.
"""
