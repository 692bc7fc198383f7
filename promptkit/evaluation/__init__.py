"""The evals: plans, runs, assertions about them, and their records on disk.

Other rooms take: cluster, control, evaluators, live, mutation, page, plan, records, rows, runner, score, screen,
spread, start, statistics, tables, testing.
"""
