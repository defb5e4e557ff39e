"""For machines that watch: is the process there, is it able to work, what are its numbers."""
