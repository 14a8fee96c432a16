//! The way to the library: everything the command asks of `wardlaw` goes through here, so that
//! commands and outputs know only what they show.

use std::{path::Path, sync::Arc};

use serde_json::Value;
use wardlaw::{
    Decision, PolicyError, Request,
    input::{self, Contents, Document, Format, Kind, Manifest, ReadError, ReadErrorKind, ReadLimits},
    settings::Whole,
};
use wardlaw_lang::{
    Library,
    opaque::Time,
    syntax::{self, ast},
    types::packed::Packed,
};

pub(crate) use wardlaw::schema::files as schema_files;

pub(crate) use wardlaw::{
    BuildError, Builder, DataFile, Datum, Effect, Engine, Inventory, Policy as Compiled, Why,
    testing::{CaseResult, Failure as TestFailure, Files, Suite, TestFile},
};
pub(crate) use wardlaw::{
    Finding, Level, RuleInfo, decision::Exempt, fix::PatchOperation, input::Identity, input::Location,
    settings::ExemptionInfo,
};

use crate::{
    clock,
    config::Config,
    output::{Problem, audit::DataFiles},
    project::{
        packages::Apart,
        policies::{self, Selection},
        schemas::Schema,
    },
    ui::Failure,
};

/// The rules in force, ready to decide.
#[derive(Debug)]
pub(crate) struct Policy {
    engine: Engine,
    /// The input `now`, where the policy or an exemption reads it.
    now: Option<Document<'static>>,
    /// The time of all decisions.
    time: String,
    kinds: Option<Packed<'static>>,
}

/// A decision on one object.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// What the rules say.
    pub(crate) decision: Decision,
    /// Whether its kind is one that the library's rules can know, or some rule had something to say.
    pub(crate) covered: bool,
}

/// The packages, sets and types that every policy may use.
pub(crate) fn library() -> &'static dyn Library {
    wardlaw_stdlib::library()
}

/// What is to be compiled, what is in force of it, and what is given.
#[derive(Debug)]
pub(crate) struct Setup {
    /// What is in force.
    pub(crate) selection: Selection,
    /// The settings.
    pub(crate) config: Option<Config>,
    /// Data of the command line.
    pub(crate) data: Vec<(String, Datum)>,
}

impl Setup {
    /// Whether there are data at all.
    pub(crate) fn gives_data(&self) -> bool {
        !self.data.is_empty() || self.config.as_ref().is_some_and(Config::gives_data)
    }
}

/// The files that data in force came from.
pub(crate) fn data_files(setup: &Setup) -> DataFiles {
    let mut files = DataFiles::default();
    for (name, datum) in setup.config.iter().flat_map(Config::data_of_files) {
        files.add(name, datum.file());
    }
    for (name, datum) in &setup.data {
        files.add(name, datum.file());
    }
    files
}

/// A policy of `ward build`, with the data of the command line.
pub(crate) fn compiled(bytes: &[u8], setup: &Setup) -> Result<Compiled, PolicyError> {
    let compiled = Compiled::from_bytes(bytes, library())?;
    let data = setup.data.iter().cloned();
    Ok(data.fold(compiled, |compiled, (name, value)| compiled.data(name, value)))
}

/// What was selected, ready to be compiled.
pub(crate) fn builder(setup: &Setup) -> Builder {
    // Named packages of the library do not take the user's own out of force.
    let mut builder = Engine::builder().library(library()).own();
    if let Some(config) = &setup.config {
        builder = configured(builder, config, setup);
    }
    for set in &setup.selection.sets {
        builder = builder.set(*set);
    }
    for package in &setup.selection.packages {
        builder = builder.package(package);
    }
    for (name, text) in &setup.selection.sources {
        builder = builder.source(name, text);
    }
    builder = with_schemas(builder, &setup.selection.schemas);
    for (name, value) in &setup.data {
        builder = builder.data(name, value.clone());
    }
    builder
}

/// The settings. Data of the command line stand before theirs; what `-p` names stands in place of what
/// they use, and then they may speak of more than is in force.
fn configured(mut builder: Builder, config: &Config, setup: &Setup) -> Builder {
    let is_given = |name: &str| setup.data.iter().any(|(given, _)| given == name);
    if setup.selection.configured {
        for used in &config.uses {
            let mut used = used.clone();
            let path = used.name.as_ref().unwrap_or(&used.package).clone();
            used.data.retain(|name, _| !is_given(&format!("{path}.{name}")));
            builder = builder.using(used);
        }
    } else {
        let of_file = |name: &&String| !is_given(name);
        builder = builder.part_of(Whole {
            texts: policies::texts(config),
            uses: config.uses.clone(),
            data: config.data_names().filter(of_file).cloned().collect(),
        });
    }
    for (name, value) in &config.data {
        builder = builder.data(name, value.clone());
    }
    for (name, value) in config.data_of_files() {
        builder = builder.data(name, value.clone());
    }
    for (name, level) in &config.levels {
        builder = builder.level(name, *level);
    }
    for exemption in &config.exemptions {
        builder = builder.exempt(exemption.clone());
    }
    builder.origins(config.origins.clone())
}

/// A package with its tests, ready to be compiled.
pub(crate) fn suite(apart: &Apart, schemas: &[Schema]) -> Builder {
    let mut builder = with_schemas(Engine::builder().library(library()), schemas);
    if !apart.package.is_empty() {
        builder = builder.package(&apart.package);
    }
    for (name, text) in &apart.sources {
        builder = builder.source(name, text);
    }
    for (name, value) in &apart.data {
        builder = builder.data(name, value.clone());
    }
    builder
}

/// What a source says of packages.
#[derive(Debug)]
pub(crate) struct Header {
    /// The one that it belongs to.
    pub(crate) package: String,
    /// Those that it imports.
    pub(crate) imports: Vec<String>,
}

/// What a source says of packages; nothing where it says not to which it belongs.
pub(crate) fn header(text: &str) -> Option<Header> {
    let file = syntax::parse(wardlaw_lang::FileId(0), text).file;
    let dotted = |path: &ast::Path<'_>| {
        let names: Vec<&str> = path.names.iter().map(|name| name.text).collect();
        names.join(".")
    };
    Some(Header {
        package: dotted(file.package.as_ref()?),
        imports: file
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ast::ItemKind::Import { path, .. } => Some(dotted(path)),
                _ => None,
            })
            .collect(),
    })
}

fn with_schemas(mut builder: Builder, schemas: &[Schema]) -> Builder {
    for (name, text) in schemas {
        builder = match text {
            Ok(text) => builder.schema(name, text),
            Err(why) => builder.missing_schema(name, why),
        };
    }
    builder
}

/// The package that a source says it belongs to.
pub(crate) fn package_of(text: &str) -> Option<String> {
    header(text).map(|header| header.package)
}

/// The time that is named, else the clock's.
pub(crate) fn time(named: Option<&str>) -> Result<String, Failure> {
    match named {
        None => Ok(clock::now()),
        Some(text) if Time::parse(text).is_some() => Ok(text.to_owned()),
        Some(text) => Err(Failure::new(format!("`--now {text}`: not a time"))
            .with_help("write it as RFC 3339 has it: `2026-01-31T12:00:00Z`")),
    }
}

/// Whether the policy, or an exemption that expires, reads the time.
pub(crate) fn wants_time(engine: &Engine) -> bool {
    let expires = |info: &ExemptionInfo<'_>| info.exemption.expires.is_some();
    engine.inputs().any(|input| input == "now") || engine.exemptions(None).iter().any(expires)
}

impl Policy {
    /// An engine with what `ward check` gives it; `now` is the time, if not the clock's.
    pub(crate) fn new(engine: Engine, now: Option<&str>) -> Result<Self, Failure> {
        if let Some(input) = engine.inputs().find(|input| !["request", "now"].contains(input)) {
            return Err(
                Failure::new(format!("the policy reads the input `{input}`")).with_help(
                    "manifests are given as the input `request`, the time as `now`; there is no other",
                ),
            );
        }
        let time = time(now)?;
        let now = wants_time(&engine)
            .then(|| Document::from_value(&Value::String(time.clone())).ok())
            .flatten();
        let kinds = library().types("k8s").and_then(|bytes| Packed::new(bytes).ok());
        Ok(Self {
            engine,
            now,
            time,
            kinds,
        })
    }

    /// The exemptions that have no effect, once it is known which had some: their lists, in order, and
    /// whether they have run out.
    pub(crate) fn exemptions(&self) -> Vec<ExemptionInfo<'_>> {
        self.engine.exemptions(Some(&self.time))
    }

    /// How many rules decide about requests.
    pub(crate) fn size(&self) -> usize {
        self.engine.rules().filter(|rule| !rule.audit).count()
    }

    /// How many rules decide about data alone.
    pub(crate) fn audits(&self) -> usize {
        self.engine.rules().filter(|rule| rule.audit).count()
    }

    /// Decides the audit rules.
    pub(crate) fn audit(&self) -> Decision {
        self.engine.audit_at(Some(&self.time))
    }

    /// Decides about one object.
    pub(crate) fn decide(
        &self,
        document: &Document<'_>,
        manifest: &Manifest,
        namespace: Option<&str>,
    ) -> Verdict {
        let mut request = Request::object(document, manifest);
        if let Some(namespace) = namespace {
            request = request.with_namespace(namespace);
        }
        if let Some(now) = &self.now {
            request = request.with_input("now", now);
        }
        let decision = self.engine.decide(&request);
        let covered = !decision.findings.is_empty() || self.knows(input::identity(document, manifest.object));
        Verdict { decision, covered }
    }

    /// Whether the kind is one of the Kubernetes API.
    fn knows(&self, object: Identity<'_>) -> bool {
        match (self.kinds, object.api_version, object.kind) {
            (Some(kinds), Some(api_version), Some(kind)) => kinds.kind(api_version, kind).is_some(),
            _ => true,
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self {
            message: error.message,
            place: error.location.map(|at| (at.line, at.column)),
            repeated_key: error.kind == ReadErrorKind::RepeatedKey,
        }
    }
}

/// The text of a file.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    Ok(input::utf8(bytes)?)
}

/// The documents of a text, one at a time. A file that calls itself JSON is read as nothing else: YAML
/// would make sense of a forgotten value.
pub(crate) fn documents<'t>(
    name: &str,
    text: &'t str,
) -> impl Iterator<Item = (u32, Result<Document<'t>, Problem>)> + use<'t> {
    let json = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "json");
    let format = if json { Format::Json } else { Format::Auto };
    input::read_stream(text, format, &ReadLimits::default()).map(|item| {
        let document = item.result.map(Document::with_item_types);
        (item.number, document.map_err(Problem::from))
    })
}

/// A JSON value on the command line.
pub(crate) fn read_json_value(text: &str) -> Result<Value, Problem> {
    let document = input::read_json(text, &ReadLimits::default())?;
    Ok(document.to_value(document.root()))
}

/// The data of a file, JSON or YAML, by full name; none where it holds no object.
pub(crate) fn read_data_file(name: &str, bytes: &[u8]) -> Result<Option<Vec<(String, Datum)>>, Problem> {
    let limits = ReadLimits {
        bytes: u32::MAX,
        nodes: 10_000_000,
        ..ReadLimits::default()
    };
    let text = input::utf8(bytes)?;
    let mut documents = input::read_stream(text, Format::Auto, &limits);
    let Some(first) = documents.next() else {
        return Err(Problem::new("the file holds no document"));
    };
    let document = first.result?;
    if documents.next().is_some() {
        return Err(Problem::new("the file holds more than one document"));
    }
    let is_object = document.kind(document.root()) == Kind::Object;
    Ok(is_object.then(|| Arc::new(DataFile::new(name, text, document)).data()))
}

/// An input with its name.
#[derive(Debug)]
pub(crate) struct Given<'t> {
    name: String,
    document: Document<'t>,
    /// The object in it that is to be admitted.
    manifest: Option<Manifest>,
}

impl<'t> Given<'t> {
    /// A document; where an admission request is wanted, it may hold the object or a review of it. The
    /// error is the number of objects in a document that has another number than one.
    pub(crate) fn new(name: &str, document: Document<'t>, admission: bool) -> Result<Self, usize> {
        let manifest = match input::contents(&document) {
            Contents::Objects(objects) if admission => match objects.as_slice() {
                [one] => Some(*one),
                others => return Err(others.len()),
            },
            _ => None,
        };
        Ok(Self {
            name: name.to_owned(),
            document,
            manifest,
        })
    }

    /// The input `now`.
    pub(crate) fn time(now: &str) -> Option<Self> {
        Some(Self {
            name: "now".to_owned(),
            document: Document::from_value(&Value::String(now.to_owned())).ok()?,
            manifest: None,
        })
    }

    /// The name of the input.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// A request with several inputs.
pub(crate) fn request<'d>(given: &'d [Given<'d>], namespace: Option<&'d str>) -> Request<'d> {
    let mut request = given
        .iter()
        .find_map(|given| Some(Request::object(&given.document, given.manifest.as_ref()?)))
        .unwrap_or_default();
    if let Some(namespace) = namespace {
        request = request.with_namespace(namespace);
    }
    for given in given.iter().filter(|given| given.manifest.is_none()) {
        request = request.with_input(&given.name, &given.document);
    }
    request
}
