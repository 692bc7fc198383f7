"""Results as rows, and one module for each form they are reported in; for evals and audits alike.

Other rooms take: blocks, files, frame, html, rows, terminal, text, visible, write.
"""
