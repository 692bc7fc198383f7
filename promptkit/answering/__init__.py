"""A view answered by code: its reads, SQL over the rows, and the answer contract.

Other rooms take: analyst, answer, contract, figures, query, rows.
"""
