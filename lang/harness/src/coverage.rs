//! What the corpus covers: which constructs, operators, types, builtins and codes occur in its cases.
//!
//! The lists are made of exhaustive matches (`constructs!`): a new variant of the syntax tree or of the
//! IR does not compile until it has a name here, and from then on it needs a case.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use wardlaw_lang::{
    Code, FileId,
    builtin::{BUILTINS, Builtin, Receiver},
    ir::Program,
    syntax::{
        operator::{BinaryOp, UnaryOp},
        parse,
    },
};

/// One exhaustive match gives both the name of a value and the list of all names. `-` is no construct
/// of its own.
macro_rules! constructs {
    ($(#[doc = $doc:literal])+ $name:ident, $list:ident: $ty:ty { $($pattern:pat => $label:literal,)+ }) => {
        const $list: &[&str] = &[$($label),+];

        $(#[doc = $doc])+
        fn $name(value: &$ty) -> &'static str {
            match value { $($pattern => $label,)+ }
        }
    };
}

mod meaning;
mod syntax;

/// A family of constructs: its name, and those that there are.
type Family = (&'static str, &'static [&'static str]);

/// What occurs, by family and name, and in which cases.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    found: BTreeMap<(&'static str, String), BTreeSet<usize>>,
}

impl Coverage {
    /// Notes that a case has something.
    pub fn add(&mut self, family: &'static str, name: impl Into<String>, case: usize) {
        self.found.entry((family, name.into())).or_default().insert(case);
    }

    /// Notes what a policy says.
    pub fn source(&mut self, text: &str, case: usize) {
        let parsed = parse(FileId(0), text);
        syntax::walk(&parsed.file, &mut |family, name| self.add(family, name, case));
    }

    /// Notes what a policy means, as far as it stands in its first files: the others are the library's.
    pub fn program(&mut self, program: &Program, own_files: usize, case: usize) {
        meaning::walk(program, own_files, &mut |family, name| {
            self.add(family, name, case);
        });
    }

    /// In how many cases something occurs.
    pub fn count(&self, family: &'static str, name: &str) -> usize {
        let key = (family, name.to_owned());
        self.found.get(&key).map_or(0, BTreeSet::len)
    }

    /// A line for each family: how much of it occurs, and each name with the number of cases.
    pub fn table(&self) -> String {
        let mut table = String::new();
        for (family, names) in wanted() {
            let counts: Vec<usize> = names.iter().map(|name| self.count(family, name)).collect();
            let covered = counts.iter().filter(|count| **count > 0).count();
            let _ = write!(table, "{family} {covered}/{}:", names.len());
            for (name, count) in names.iter().zip(&counts) {
                let _ = write!(table, " `{name}` {count}");
            }
            table.push('\n');
        }
        table
    }

    /// What must occur, and does not.
    pub fn missing(&self) -> Vec<String> {
        let all = wanted().into_iter().flat_map(|(family, names)| {
            let missing = names
                .into_iter()
                .filter(move |name| self.count(family, name) == 0);
            missing.map(move |name| format!("{family}: `{name}`"))
        });
        all.collect()
    }
}

/// All that must occur: family and names.
fn wanted() -> Vec<(&'static str, Vec<String>)> {
    let families = syntax::FAMILIES.iter().chain(meaning::FAMILIES);
    let mut all: Vec<(&'static str, Vec<String>)> = families
        .map(|(family, names)| {
            let names = names.iter().filter(|name| **name != "-");
            (*family, names.map(|name| (*name).to_owned()).collect())
        })
        .collect();
    let operators = BinaryOp::ALL.iter().map(|op| op.symbol());
    all.push(("operators", operators.map(str::to_owned).collect()));
    let signs = UnaryOp::ALL.iter().map(|op| op.symbol());
    all.push(("signs", signs.map(str::to_owned).collect()));
    let builtins = BUILTINS.iter().map(|row| builtin_name(row.builtin));
    all.push(("builtins", builtins.collect()));
    all.push(("codes", Code::ALL.iter().map(Code::to_string).collect()));
    all.push(("promises", (1..=7).map(|number| number.to_string()).collect()));
    all
}

/// A builtin as a policy writes it.
pub fn builtin_name(builtin: Builtin) -> String {
    let Some(row) = builtin.row() else {
        return builtin.name().to_owned();
    };
    let receiver = match row.receiver {
        Receiver::Global => return row.name.to_owned(),
        Receiver::Namespace(namespace) => namespace,
        Receiver::Text => "text",
        Receiver::Number => "number",
        Receiver::List => "list",
        Receiver::Set => "set",
        Receiver::Map => "map",
    };
    format!("{receiver}.{}", row.name)
}
