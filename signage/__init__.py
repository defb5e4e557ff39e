"""What hangs on the wall: tokens, stickers, boards, sheets, print runs. In which order to read:

1. `models`, `states`: what is printed, where it stands, a sign's moves. `querysets.owing`: which signs are owed.
2. `services.targets`, `printing`, `rendering`, `boards`: an order becomes items, parts, pages; `trial` sets aside
   what ends the printing program.
3. `engine`: pure; codes, sheets and boards as PDF, and the proof that a sheet reads as it should.
4. `services.handing_out`, `posting`, `scans`, `tasks`: the sign's life after the printer.
"""
