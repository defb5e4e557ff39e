"""Every (state, action, role) there is: let in where the tables say so, refused by page, API and database else.

machines.py holds everything that has a state and puts a row into each of its states; actions.py holds who may
do what in which state, and how a page, the API and a bare UPDATE try it. A new state, move, table with a state,
or address that takes a POST fails a test until it has its cells (trust.md P8).
"""
