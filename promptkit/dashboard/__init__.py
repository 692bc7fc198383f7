"""The dashboard of a view's answer: one HTML file with the answer in it, or an MCP App that waits for its host.

Other rooms take: build.
"""
