"""Reads a log with csv.DictReader, as the users of the reference server did, and prints cells.

Arguments: the log, then the columns to print, a tab between them.
"""

import csv
import sys

with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file, strict=True):
        assert None not in row and None not in row.values(), row
        print("\t".join(row[column] for column in sys.argv[2:]))
