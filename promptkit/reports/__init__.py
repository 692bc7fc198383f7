"""What evals and audits found, as rows and blocks, and every format that a report is written in.

Other rooms take `Report` and `Row` (rows), `Line`, `Grid` and `Bullets` (blocks), `ReportFiles` (files) and
`write_reports` (write).
"""
