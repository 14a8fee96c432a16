//! A compiled policy as bytes: what a host ships in place of sources. It means what the sources mean, fuel
//! included, because it holds what runs: the plan, with what it reads and which rules its index finds.
//!
//! The bytes: `WARDLAW` and a zero, the format's number (4 bytes, little-endian), a digest of the rest, the
//! rest. Nothing in it is an address. The digest finds damage; it does not say who made the bytes, so that
//! what running relies on is checked of the plan itself (`plan/verify.rs`).

mod codec;
mod plan;
mod settings;
mod types;

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use core::fmt;

use wardlaw_lang::{
    Library, Sources,
    builtin::BUILTINS,
    types::{Types, packed::Packed},
};

use crate::{
    force::{At, Force, Given, Marks},
    input::{FieldKey, ReadLimits, read_json},
    limits::Limits,
    plan::{Plan, index::Index, trie::Trie, verify},
    policy::Policy,
};
use codec::{Coded, Damaged, Read, Reader, Writer, put_text};

/// How every artefact begins.
const MAGIC: &[u8; 8] = b"WARDLAW\0";

/// The number of this format.
const FORMAT: u32 = 2;

/// Where the digest begins, and what it is of.
const DIGEST: usize = 12;
const BODY: usize = DIGEST + 32;

/// Why bytes are no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// They do not begin as a compiled policy does.
    NotAPolicy,
    /// They are of another format, whose number is this.
    Format(u32),
    /// Another version of the compiler made them.
    Version(String),
    /// They are cut off or changed; the byte at which it was found.
    Damaged(usize),
    /// The library has no types of that namespace, or others than those that the policy was compiled with.
    Library(String),
    /// What they hold contradicts itself: this is said of it.
    Unsound(String),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let this = env!("CARGO_PKG_VERSION");
        match self {
            Self::NotAPolicy => f.write_str("not a compiled policy: `ward build` makes one"),
            Self::Format(format) => write!(
                f,
                "the compiled policy has format {format}, and this program reads format {FORMAT}: build it again"
            ),
            Self::Version(version) => write!(
                f,
                "the policy was compiled by wardlaw {version}, and this is {this}: build it again"
            ),
            Self::Damaged(at) => write!(f, "the compiled policy is damaged at byte {at}: build it again"),
            Self::Library(namespace) => write!(
                f,
                "the policy was compiled with other types `{namespace}` than the library has: build it again"
            ),
            Self::Unsound(why) => write!(f, "the compiled policy contradicts itself: {why}"),
        }
    }
}

impl core::error::Error for PolicyError {}

impl Policy {
    /// The policy as bytes, with its settings and the data that were given. The same policy gives the same
    /// bytes. Limits and observer are not in them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut rest = Writer::default();
        plan::write(&self.plan, &mut rest);
        // With data that are missed, or that loading refuses, no index can be made; the host is told when it builds.
        let loaded = self.loaded();
        let reads = loaded.as_ref().map_or(&self.plan.reads, |loaded| &loaded.reads);
        reads.write(&mut rest);
        let index = loaded.as_ref().map(|loaded| &*loaded.index);
        index.is_some().write(&mut rest);
        if let Some(index) = index {
            index.write(&mut rest);
        }
        self.force.write(&mut rest);
        self.data.len().write(&mut rest);
        for (name, given) in &self.data {
            name.write(&mut rest);
            given.value.shown().write(&mut rest);
        }
        match &self.plan.unread {
            Some(bytes) => bytes.write(&mut rest),
            None => types::write(&self.plan.types).write(&mut rest),
        }

        let mut all = Writer::default();
        all.out.extend_from_slice(MAGIC);
        FORMAT.write(&mut all);
        all.out.extend_from_slice(&[0; 32]);
        put_text(env!("CARGO_PKG_VERSION"), &mut all);
        builtins().write(&mut all);
        let types = &self.plan.types;
        let namespaces = types.to_table().namespaces;
        namespaces.len().write(&mut all);
        for namespace in &namespaces {
            let tables = types.packed(namespace).map(|packed| fingerprint(packed.bytes()));
            namespace.write(&mut all);
            tables.unwrap_or_default().write(&mut all);
        }
        self.digest.write(&mut all);
        let keys = rest.keys();
        keys.len().write(&mut all);
        keys.iter().for_each(|key| put_text(key, &mut all));
        let mut out = all.out;
        out.extend_from_slice(&rest.out);
        let digest = digest(out.get(BODY..).unwrap_or_default());
        if let Some(place) = out.get_mut(DIGEST..BODY) {
            place.copy_from_slice(&digest);
        }
        out
    }

    /// Reads what [`Policy::to_bytes`] made, by the same version of this crate. The library has to have the types
    /// that the policy was compiled with; nothing else of it is used.
    ///
    /// # Errors
    /// The bytes are no compiled policy, of another version, or damaged.
    pub fn from_bytes(bytes: &[u8], library: &dyn Library) -> Result<Self, PolicyError> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(PolicyError::NotAPolicy);
        };
        let cut = PolicyError::Damaged(bytes.len());
        let format = rest.first_chunk().ok_or(cut.clone())?;
        match u32::from_le_bytes(*format) {
            FORMAT => {}
            other => return Err(PolicyError::Format(other)),
        }
        let (Some(wanted), Some(body)) = (bytes.get(DIGEST..BODY), bytes.get(BODY..)) else {
            return Err(cut);
        };
        if *wanted != digest(body) {
            return Err(PolicyError::Damaged(DIGEST));
        }
        let mut reader = Reader::new(body);
        let told = |Damaged { at }| PolicyError::Damaged(BODY.saturating_add(at));
        let unsound = |why: &str| PolicyError::Unsound(why.to_owned());
        let version = String::read(&mut reader).map_err(told)?;
        if version != env!("CARGO_PKG_VERSION") {
            return Err(PolicyError::Version(version));
        }
        // A development version has the number of the last one, and perhaps other builtins.
        if u64::read(&mut reader).map_err(told)? != builtins() {
            return Err(PolicyError::Version(version));
        }
        let types = read_packed(&mut reader, library)?;
        let digest = Coded::read(&mut reader).map_err(told)?;
        read_keys(&mut reader).map_err(told)?;
        let mut plan = plan::read(&mut reader).map_err(told)?;
        verify::plan(&plan, body.len()).map_err(unsound)?;
        plan.reads = Trie::read(&mut reader).map_err(told)?;
        verify::reads(&plan.reads).map_err(unsound)?;
        let checks = &plan.checks;
        plan.reads.prepare(|check| checks.is_optional(check));
        let index = Option::<Index>::read(&mut reader).map_err(told)?;
        let indexed = index.is_some();
        if let Some(index) = index {
            verify::index(&index, &plan.reads).map_err(unsound)?;
            plan.index = Arc::new(index);
        }
        let force = Force::read(&mut reader).map_err(told)?;
        let data = read_data(&mut reader).map_err(told)?;
        plan.types = types;
        plan.unread = Some(Coded::read(&mut reader).map_err(told)?);
        if !reader.is_empty() {
            return Err(told(reader.damaged()));
        }
        let mut sources = Sources::new();
        for file in &plan.files {
            sources.add_lines(&*file.name, file.lines.clone());
        }
        Ok(Self {
            plan: Arc::new(plan),
            program: None,
            indexed,
            force: Arc::new(force),
            sources,
            diagnostics: Vec::new(),
            digest,
            data,
            marks: Marks::default(),
            limits: Limits::default(),
            observer: None,
        })
    }
}

impl Plan {
    /// All types, also those that were left unread; none where their bytes contradict themselves.
    pub(crate) fn all_types(&self) -> Option<Types> {
        match &self.unread {
            Some(bytes) => types::read(bytes, &self.types),
            None => Some(self.types.clone()),
        }
    }
}

/// The packed tables of the library that the policy was compiled with.
fn read_packed(reader: &mut Reader<'_>, library: &dyn Library) -> Result<Types, PolicyError> {
    let told = |Damaged { at }| PolicyError::Damaged(BODY.saturating_add(at));
    let mut packed = Vec::new();
    for (namespace, print) in Vec::<(String, u64)>::read(reader).map_err(told)? {
        let known = library
            .types(&namespace)
            .filter(|bytes| fingerprint(bytes) == print);
        match known.and_then(|bytes| Packed::new(bytes).ok()) {
            Some(known) => packed.push((namespace, known)),
            None => return Err(PolicyError::Library(namespace)),
        }
    }
    types::only_packed(packed).ok_or_else(|| PolicyError::Unsound("a type in its own parts".to_owned()))
}

fn read_keys(reader: &mut Reader<'_>) -> Read<()> {
    let count = usize::read(reader)?;
    for _ in 0..count {
        let key = FieldKey::new(reader.text()?);
        reader.keys.push(key);
    }
    Ok(())
}

fn read_data(reader: &mut Reader<'_>) -> Read<BTreeMap<String, Given>> {
    let limits = ReadLimits {
        bytes: u32::MAX,
        depth: ReadLimits::DEEPEST,
        nodes: u32::MAX,
    };
    let mut data = BTreeMap::new();
    for (name, text) in Vec::<(String, String)>::read(reader)? {
        let document = read_json(&text, &limits).map_err(|_| reader.damaged())?;
        let at = At::value(&["data", &name]);
        let value = document.to_value(document.root()).into();
        data.insert(name, Given { value, at });
    }
    Ok(data)
}

/// Of the builtins of this version, whose numbers expressions have.
fn builtins() -> u64 {
    BUILTINS
        .iter()
        .fold(0, |print, row| mix(print, fingerprint(row.name.as_bytes())))
}

/// Tells one table from another; no guard against malice, for the library is the host's.
fn fingerprint(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let print = words.iter().fold(bytes.len() as u64, |print, word| {
        mix(print, u64::from_le_bytes(*word))
    });
    rest.iter()
        .fold(print, |print, byte| mix(print, u64::from(*byte)))
}

/// Four words that change with every word of the bytes; no guard against malice.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut lanes = [1_u64, 2, 3, bytes.len() as u64];
    let (chunks, rest) = bytes.as_chunks::<32>();
    let mut last = [0; 32];
    for (byte, place) in rest.iter().zip(&mut last) {
        *place = *byte;
    }
    let mut add = |chunk: &[u8; 32]| {
        let [a, b, c, d] = lanes;
        if let [first, second, third, fourth] = chunk.as_chunks::<8>().0 {
            lanes = [
                mix(a, u64::from_le_bytes(*first)),
                mix(b, u64::from_le_bytes(*second)),
                mix(c, u64::from_le_bytes(*third)),
                mix(d, u64::from_le_bytes(*fourth)),
            ];
        }
    };
    chunks.iter().for_each(&mut add);
    add(&last);
    let mut digest = [0; 32];
    for (place, lane) in digest.as_chunks_mut::<8>().0.iter_mut().zip(lanes) {
        *place = lane.to_le_bytes();
    }
    digest
}

fn mix(print: u64, word: u64) -> u64 {
    (print.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
