"""Ways in from outside: the command line and HTTP. They only translate."""
