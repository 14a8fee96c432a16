//! The Wardlaw policy language, from text to typed IR.
//!
//! It knows syntax, types and diagnostics. It does not know values at run time, files, terminals or
//! Kubernetes. `no_std + alloc`.
#![no_std]

extern crate alloc;

pub mod builtin;
mod check;
pub mod code;
pub mod compile;

pub mod diagnostic;
mod format;
pub mod ids;
pub mod ir;
pub mod library;
pub mod opaque;
pub mod outline;
pub mod package;
pub mod pattern;
pub mod schema;
pub mod source;
pub mod span;
mod steps;
pub mod suggest;
pub mod syntax;
pub mod types;

pub use code::Code;
pub use compile::{CompileInput, Compiled, Instance, compile, compile_expression};
pub use diagnostic::{Applicability, Diagnostic, Edit, Label, Severity, Suggestion};
pub use format::format;
pub use library::{Library, LibraryFile, LibraryPackage, NamedSet, NoLibrary};
pub use source::{LineColumn, Source, Sources};
pub use span::{FileId, Span};
