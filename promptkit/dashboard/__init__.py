"""The dashboard: one HTML file with a view's answer in it.

Other rooms take: build.
"""
