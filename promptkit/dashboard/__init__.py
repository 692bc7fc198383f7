"""The dashboard of a view's answer: one HTML file with the answer in it, or an MCP App; and the index of a folder.

Other rooms take: build, embedded, index, last_good.
"""
