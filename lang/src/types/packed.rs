//! Types of a builtin namespace in a packed table that is read in place: nothing is decoded at start-up.
