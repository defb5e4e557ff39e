"""Who may do what at which address: one readable table an area, and one test that performs all of it.

In the tables `ok` is let in and served, `in` is sent to the sign-in page, numbers are refusals: 403 in scope
without the right, 404 out of scope, 401 no token; 400, 409 and 422 are past the door, but not like this.
Rows are GET or POST; a verb without a row must be refused to everybody. `with` names what the address is
filled with: attributes of the world (tests/world.py), which lies wholly in the first community, or things of
the stage (asking.py). grid2, reviewer2 and landlord2 are at home in the second one, `gone` was deactivated.
"""
