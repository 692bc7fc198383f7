"""The dashboard: one HTML file with a view's answer in it, and the index of a folder of them.

Other rooms take: build, embedded, index, last_good.
"""
