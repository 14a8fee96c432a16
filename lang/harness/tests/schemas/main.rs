//! `import schema` against what JSON Schema means: a document that a schema admits is never refused by the
//! type made of it. Shown on generated schemas, on published ones, and on manifests that people wrote.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod adversarial;
mod generate;
mod property;
mod published;
mod valid;
