"""What is overdue and what comes: buildings by grid, counted once; lists of work, never of persons.

`census` counts the buildings, `outlook` tells what is overdue and what falls due, `costs` what other intervals
would make of it; `view` is the page.
"""
