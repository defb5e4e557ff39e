"""Long work as rows: a job, its chunks, leases, progress, cancel. A message is only a doorbell."""
