"""Results as rows, and a module for each format of report, for evals and audits alike.

Other rooms take: blocks, files, frame, rows, spreadsheet, terminal, words, write.
"""
