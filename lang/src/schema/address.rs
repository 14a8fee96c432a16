//! Where a reference leads: the name of a file of the project, and a place in it. Pure text; a URL or a
//! path out of the project is refused here, whatever the host would have read.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::tree::{NodeId, Scalar, Tree};

/// Why a reference leads nowhere that a policy may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// It names another machine, or a scheme.
    Remote,
    /// It is no relative path.
    Absolute,
    /// It leads above the project's folder.
    Outside,
}

impl AddressError {
    /// What is wrong, to follow "`…` ".
    pub const fn message(self) -> &'static str {
        match self {
            Self::Remote => "is an address of another machine; a schema is a file of the project",
            Self::Absolute => "is no relative path",
            Self::Outside => "lies outside of the project",
        }
    }
}

/// File and fragment of a reference: `a.json#/b` is `a.json` and `/b`.
pub fn split(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// The name of a file that is named in the file `from`, relative to its folder.
pub fn join(from: &str, path: &str) -> Result<String, AddressError> {
    let scheme = path.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    if scheme || path.starts_with("//") || path.starts_with("\\\\") {
        return Err(AddressError::Remote);
    }
    if path.starts_with('/') || path.contains('\\') {
        return Err(AddressError::Absolute);
    }
    let folder = from.rsplit_once('/').map(|(folder, _)| folder);
    let mut steps: Vec<&str> = folder.map_or_else(Vec::new, |folder| folder.split('/').collect());
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => match steps.last() {
                // Only the host knows what lies above the folder that it began with.
                None | Some(&(".." | "." | "")) => return Err(AddressError::Outside),
                Some(_) => drop(steps.pop()),
            },
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}

/// The files that the `$ref`s of a schema name, relative to it, each once. For a host that reads what a
/// schema needs; addresses that lead out of the project are left out.
pub fn files(name: &str, tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for id in tree.ids() {
        let Some(node) = tree.node(id) else { continue };
        let is_reference = node.key.as_ref().is_some_and(|key| &*key.text == "$ref");
        if let (true, Scalar::Text(reference)) = (is_reference, &node.value) {
            let (file, _) = split(reference);
            if !file.is_empty()
                && let Ok(file) = join(name, &decode(file))
            {
                found.push(file);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The node that a JSON pointer leads to from a node (RFC 6901); the pointer is empty or begins with `/`.
pub(super) fn follow(tree: &Tree, from: NodeId, pointer: &str) -> Option<NodeId> {
    let mut at = from;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        at = match tree.value(at) {
            Scalar::Object => tree.get(at, &token)?,
            Scalar::List => tree.children(at).nth(token.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(at)
}

/// Undoes the percent encoding of a URI; what is not encoded well stays as it is.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let encoded = match (first, tail) {
            (b'%', [a, b, ..]) => hex(*a).zip(hex(*b)),
            _ => None,
        };
        match encoded {
            Some((high, low)) => {
                bytes.push((high << 4) | low);
                rest = tail.get(2..).unwrap_or(&[]);
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A name to be shown behind another: `parent.child`, cut where it grows without end.
pub(super) fn longer(parent: &str, child: &str) -> String {
    const LONGEST: usize = 160;
    let child: String = child.chars().take(80).collect();
    if parent.len() > LONGEST {
        return format!("….{child}");
    }
    format!("{parent}.{child}")
}
