# El uso del programa en un terminal.

detail-date-malformed = Escriba las fechas como AAAA-MM-DD, por ejemplo 2026-01-31.
