"""Answers views by code: their reads, SQL over the rows, and the answer contract.

Other rooms take: analyst, answer, contract, evidence, figures, parsed, query, rows, view_answer,
view_tools.
"""
