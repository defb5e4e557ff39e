"""Where: street, communities, committees, grids, estates; who serves where."""
