"""The shell: settings, addresses, pages, API and the flows that cross the rooms below."""
