"""The page: one offline HTML file with every view as a form, and the report of an eval.

Other rooms take: build, evidence, report, views.
"""
