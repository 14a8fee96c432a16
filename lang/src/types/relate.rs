//! How types relate: what fits where, and what two have in common.
