"""The evals: plans, runs, what is asserted of them, and what they leave on disk.

Other rooms take: exports, live, plan, records, report, runner, spread, start, statistics, suite, tables, testing.
"""
