"""Learning curves: sizes × seeds × systems, run by commands of their own and compared."""
