//! Prints the IR, one line a clause.
