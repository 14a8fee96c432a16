//! Inputs: text (JSON or YAML) or a `serde_json::Value` becomes a [`Document`], the flat form that
//! rules are evaluated over. Every node and its place in the text are kept, so that a finding can
//! point at the line that caused it. Readers are bounded by [`ReadLimits`] and never panic, never
//! read files, and never guess: what two tools could read differently is refused with a message.

pub mod document;
pub mod error;
pub mod json;
pub mod manifest;
pub mod stream;
mod typed_list;
#[cfg(feature = "yaml")]
pub mod yaml;

#[cfg(feature = "yaml")]
mod alias;
mod build;
mod keep;
mod large;
mod members;
mod navigate;
mod nodes;
mod part;
#[cfg(feature = "yaml")]
mod scalar;
#[cfg(feature = "serde")]
mod serialize;
pub(crate) mod validate;
mod value;
pub(crate) mod whole;
#[cfg(feature = "yaml")]
mod yaml_text;

pub(crate) use document::Position;
pub use document::{Children, Document, Kind, Location, NodeId, PathStep};
pub use error::{ReadError, ReadErrorKind, ReadLimits};
pub use json::{read_json, read_json_bytes, utf8};
pub use manifest::{Contents, Identity, Manifest, contents, identity, objects};
pub use members::FieldKey;
pub(crate) use members::{MemberName, hash};
pub use stream::{Format, Stream, StreamItem, read_stream};
#[cfg(feature = "yaml")]
pub use yaml::read_yaml;
