# The use of the program in a terminal.

detail-date-malformed = This is not a valid date. Write dates as YYYY-MM-DD, such as 2026-01-31.
