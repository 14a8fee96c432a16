//! A compiled policy as bytes: what a host ships in place of sources. It means what the sources mean, fuel
//! included, because it holds the checked program; the plan is made of it when it is loaded.
//!
//! The bytes: `WARDLAW` and a zero, the format's number (4 bytes, little-endian), the SHA-256 of the rest, the
//! rest. Nothing in it is an address. The digest finds damage; it does not say who made the bytes.

mod codec;
mod program;
mod settings;

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::fmt;

use sha2::{Digest as _, Sha256};
use wardlaw_lang::{
    Library, Sources,
    builtin::BUILTINS,
    ir::{FileInfo, Program, verify::verify},
    types::{Types, packed::Packed, table::Table},
};

use crate::{
    force::{At, Force, Given, Marks},
    input::{ReadLimits, read_json},
    limits::Limits,
    policy::Policy,
};
use codec::{Coded, Damaged, Read, Reader, put_text};

/// How every artefact begins.
const MAGIC: &[u8; 8] = b"WARDLAW\0";

/// The number of this format.
const FORMAT: u32 = 1;

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
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&[0; 32]);
        put_text(env!("CARGO_PKG_VERSION"), &mut out);
        builtins().write(&mut out);
        let types = &self.program.types;
        let table = types.to_table();
        table.namespaces.len().write(&mut out);
        for namespace in &table.namespaces {
            let tables = types.packed(namespace).map(|packed| fingerprint(packed.bytes()));
            tables.unwrap_or_default().write(&mut out);
        }
        table.write(&mut out);
        self.digest.write(&mut out);
        write_program(&self.program, &mut out);
        self.force.write(&mut out);
        self.data.len().write(&mut out);
        for (name, given) in &self.data {
            name.write(&mut out);
            given.value.shown().write(&mut out);
        }
        let digest = Sha256::digest(out.get(BODY..).unwrap_or_default());
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
        let (Some(digest), Some(body)) = (bytes.get(DIGEST..BODY), bytes.get(BODY..)) else {
            return Err(cut);
        };
        if *digest != *Sha256::digest(body) {
            return Err(PolicyError::Damaged(DIGEST));
        }
        let mut reader = Reader::new(body);
        let told = |Damaged { at }| PolicyError::Damaged(BODY.saturating_add(at));
        let version = String::read(&mut reader).map_err(told)?;
        if version != env!("CARGO_PKG_VERSION") {
            return Err(PolicyError::Version(version));
        }
        // A development version has the number of the last one, and perhaps other builtins.
        if u64::read(&mut reader).map_err(told)? != builtins() {
            return Err(PolicyError::Version(version));
        }
        let types = read_types(&mut reader, library)?;
        let digest = Coded::read(&mut reader).map_err(told)?;
        let mut program = read_program(&mut reader).map_err(told)?;
        program.types = types;
        let force = Force::read(&mut reader).map_err(told)?;
        let data = read_data(&mut reader).map_err(told)?;
        if !reader.is_empty() {
            return Err(told(reader.damaged()));
        }
        sound(&program, body.len())?;
        let mut sources = Sources::new();
        for FileInfo { name, lines } in &program.files {
            sources.add_lines(name.as_str(), lines.clone());
        }
        Ok(Self {
            program: Arc::new(program),
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

fn write_program(program: &Program, out: &mut Vec<u8>) {
    // Names each field, so that a new one is not forgotten. Tests are not part of a policy at work.
    let Program {
        files,
        packages,
        inputs,
        data,
        lets,
        outputs,
        functions,
        relations,
        rules,
        tests: _,
        query,
        exprs,
        expr_types,
        expr_spans,
        strings,
        types: _,
    } = program;
    files.write(out);
    packages.write(out);
    inputs.write(out);
    data.write(out);
    lets.write(out);
    outputs.write(out);
    functions.write(out);
    relations.write(out);
    rules.write(out);
    query.write(out);
    exprs.write(out);
    expr_types.write(out);
    expr_spans.write(out);
    strings.write(out);
}

fn read_program(reader: &mut Reader<'_>) -> Read<Program> {
    Ok(Program {
        files: Coded::read(reader)?,
        packages: Coded::read(reader)?,
        inputs: Coded::read(reader)?,
        data: Coded::read(reader)?,
        lets: Coded::read(reader)?,
        outputs: Coded::read(reader)?,
        functions: Coded::read(reader)?,
        relations: Coded::read(reader)?,
        rules: Coded::read(reader)?,
        tests: Vec::new(),
        query: Coded::read(reader)?,
        exprs: Coded::read(reader)?,
        expr_types: Coded::read(reader)?,
        expr_spans: Coded::read(reader)?,
        strings: Coded::read(reader)?,
        types: Types::new(),
    })
}

fn read_types(reader: &mut Reader<'_>, library: &dyn Library) -> Result<Types, PolicyError> {
    let told = |Damaged { at }| PolicyError::Damaged(BODY.saturating_add(at));
    // The fingerprints come before the table that says of what they are: it need not be read in vain.
    let count = usize::read(reader).map_err(told)?;
    let mut prints = Vec::new();
    for _ in 0..count {
        prints.push(u64::read(reader).map_err(told)?);
    }
    let table = Table::read(reader).map_err(told)?;
    if table.namespaces.len() != prints.len() {
        return Err(told(reader.damaged()));
    }
    let mut packed = Vec::new();
    for (namespace, print) in table.namespaces.iter().zip(prints) {
        let known = library
            .types(namespace)
            .filter(|bytes| fingerprint(bytes) == print);
        match known.and_then(|bytes| Packed::new(bytes).ok()) {
            Some(known) => packed.push(known),
            None => return Err(PolicyError::Library(namespace.clone())),
        }
    }
    Types::from_table(table, packed).ok_or_else(|| PolicyError::Unsound("a type in its own parts".to_owned()))
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

/// What the checker makes sure of, and planning and evaluation rely on, also where somebody else made the bytes.
fn sound(program: &Program, bytes: usize) -> Result<(), PolicyError> {
    let unsound = |why: &str| Err(PolicyError::Unsound(why.to_owned()));
    verify(program).map_err(|broken| PolicyError::Unsound(broken.to_string()))?;
    // Each slot is bound somewhere, and each place takes a byte: frames are no larger than that, all together.
    let blocks = program.relations.iter().flat_map(|relation| &relation.blocks);
    let frames = (program.rules.iter().map(|rule| rule.locals))
        .chain(program.functions.iter().map(|function| function.locals))
        .chain(program.lets.iter().map(|definition| definition.locals))
        .chain(program.data.iter().map(|data| data.locals))
        .chain(blocks.map(|block| block.locals));
    if frames.map(u64::from).sum::<u64>() > bytes as u64 {
        return unsound("frames are larger than what is bound in them");
    }
    let strata = program.relations.len() as u32;
    if program
        .relations
        .iter()
        .any(|relation| relation.stratum >= strata.max(1))
    {
        return unsound("a relation is above all others");
    }
    if program
        .functions
        .iter()
        .any(|function| function.param_types.len() != function.params as usize)
    {
        return unsound("a function has more parameters than types of them");
    }
    if program
        .query
        .is_some_and(|query| query.index() >= program.lets.len())
    {
        return unsound("an expression that does not exist is asked for");
    }
    Ok(())
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

fn mix(print: u64, word: u64) -> u64 {
    (print.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
