//! The types of the Kubernetes API, as one packed table that is part of the program and read in place.
//!
//! The table holds names, types, required flags and enumerations; `tests/schema.rs` makes it from the published API
//! descriptions and checks it.

/// The types of the namespace `k8s`, for [`wardlaw_lang::types::packed::Packed`].
pub fn k8s_types() -> &'static [u8] {
    include_bytes!("../schema/k8s.bin")
}
