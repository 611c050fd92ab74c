"""How good a result is: compared with a reference, figure by figure."""
