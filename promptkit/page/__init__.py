"""The page: one offline HTML file with every view as a form.

Other rooms take: build, evidence, guide, views.
"""
