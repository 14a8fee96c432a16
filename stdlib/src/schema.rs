//! The Kubernetes API's types, as a packed table. It is made by `tests/schema.rs` from the published
//! API descriptions, and read in place by `wardlaw_lang::types::packed`.

/// The packed types of the namespace `k8s`.
pub fn k8s_types() -> &'static [u8] {
    include_bytes!("../schema/k8s.bin")
}
