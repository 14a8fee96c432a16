//! Types as the user writes them.
