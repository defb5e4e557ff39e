"""The demonstration street: made-up rows that keep the proportions of the real one."""
