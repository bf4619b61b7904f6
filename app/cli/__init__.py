"""The command line: stable for scripts and schedulers. Standard output carries results, standard error progress."""
