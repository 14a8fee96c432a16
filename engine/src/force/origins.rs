//! Where the host has its settings: a text of its own, such as `ward.toml`, and the place of each
//! setting in it, so that what is wrong is shown there. Without it, what was given stands for itself.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::ops::Range;

use wardlaw_lang::{Code, Diagnostic, FileId, Sources, Span};

use crate::data::host_span;

/// A text with settings, and where each stands.
///
/// A setting is named by a path: `["use", "0", "match"]`, `["levels", "k8s.rbac"]`,
/// `["exempt", "2", "rule"]`, `["data", "shop.authz.teams", …]`. Uses and exemptions are counted as they
/// were given to the builder; what has no place of its own is shown where the whole of it stands.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    name: String,
    text: String,
    places: BTreeMap<Vec<String>, [Range<u32>; 2]>,
}

impl Origins {
    /// A text under the name that messages show.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            places: BTreeMap::new(),
        }
    }

    /// Says where a setting stands: the bytes of its key and of its value.
    pub fn add(&mut self, path: &[&str], key: Range<usize>, value: Range<usize>) {
        let narrow = |range: Range<usize>| range.start as u32..range.end as u32;
        let path = path.iter().map(ToString::to_string).collect();
        self.places.insert(path, [narrow(key), narrow(value)]);
    }
}

/// A setting, or the key of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At {
    path: Vec<String>,
    key: bool,
}

impl At {
    /// The value of the setting.
    pub(crate) fn value(path: &[&str]) -> Self {
        Self {
            path: path.iter().map(ToString::to_string).collect(),
            key: false,
        }
    }

    /// The key of the setting.
    pub(crate) fn key(path: &[&str]) -> Self {
        Self {
            key: true,
            ..Self::value(path)
        }
    }

    /// The key of the same setting.
    pub(crate) fn of_key(mut self) -> Self {
        self.key = true;
        self
    }

    /// A part of the setting.
    pub(crate) fn below(&self, part: impl Into<String>) -> Self {
        let mut below = self.clone();
        below.path.push(part.into());
        below
    }
}

/// A setting that is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    pub(crate) code: Code,
    pub(crate) at: At,
    /// What the host gave there, for hosts without a text.
    pub(crate) given: String,
    pub(crate) message: String,
    pub(crate) note: Option<String>,
    pub(crate) help: Option<String>,
    /// Another setting that belongs to it.
    pub(crate) other: Option<(At, &'static str)>,
}

impl Mistake {
    pub(crate) fn new(code: Code, at: At, given: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            at,
            given: given.into(),
            message: message.into(),
            note: None,
            help: None,
            other: None,
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the name that was meant, or else the mend in words.
    pub(crate) fn with_nearest(mut self, near: Option<&str>, help: impl Into<String>) -> Self {
        match near {
            Some(near) => self.note = Some(alloc::format!("did you mean `{near}`?")),
            None => self.help = Some(help.into()),
        }
        self
    }

    pub(crate) fn beside(mut self, at: At, label: &'static str) -> Self {
        self.other = Some((at, label));
        self
    }
}

/// Turns mistakes into diagnostics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    origins: Arc<Origins>,
    file: Option<FileId>,
}

impl Marks {
    /// Adds the host's text to the sources, where there is one.
    pub(crate) fn new(origins: Origins, sources: &mut Sources) -> Self {
        let file = (!origins.places.is_empty()).then(|| sources.add(origins.name.clone(), &*origins.text));
        Self {
            origins: Arc::new(origins),
            file,
        }
    }

    /// Where a setting stands, or the nearest above it that is known.
    pub(crate) fn span(&self, at: &At) -> Option<Span> {
        let file = self.file?;
        let whole = at.path.len();
        let (length, [key, value]) = (0..=whole).rev().find_map(|length| {
            let places = self.origins.places.get(at.path.get(..length)?)?;
            Some((length, places))
        })?;
        let range = if at.key && length == whole { key } else { value };
        Some(Span::new(file, range.start, range.end))
    }

    pub(crate) fn diagnostic(&self, mistake: Mistake, sources: &mut Sources) -> Diagnostic {
        let span = self.span(&mistake.at).unwrap_or_else(|| {
            let name = mistake.at.path.join(" ");
            host_span(sources, &name, &mistake.given)
        });
        let mut diagnostic = Diagnostic::new(mistake.code, span, mistake.message);
        if let Some(note) = mistake.note {
            diagnostic = diagnostic.with_note(note);
        }
        if let Some(help) = mistake.help {
            diagnostic = diagnostic.with_help(help);
        }
        if let Some((at, label)) = mistake.other
            && let Some(span) = self.span(&at)
        {
            diagnostic = diagnostic.with_label(span, label);
        }
        diagnostic
    }
}
