//! `ward check`: every object of the inputs against the rules in force.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use crate::{
    args::{Check, FailOn, Format},
    config::Config,
    engine::{self, Policy},
    inspect::{Inspector, Piece, Rendering},
    output::{
        human::Layout,
        json,
        summary::{self, Summary, Tally, Verdict},
    },
    parallel::{self, Event},
    project::inputs,
    ui::{Exit, Failure, Ui},
};

/// Work that takes longer shows how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Files that are named where an object is found several times.
const FILES: usize = 4;

/// How often it does.
const EVERY: Duration = Duration::from_millis(100);

/// Checks the inputs.
pub(crate) fn run(args: &Check, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let policy = super::policy(&setup, args.now.as_deref(), ui)?;
    check_paths(args, &policy, &setup.selection.title())?;
    let inputs = inputs::find(&args.paths)?;
    let data = engine::data_files(&setup);
    let files = &inputs.files;
    let rendering = match args.format {
        Format::Human => Rendering::Human(Layout {
            full: ui.is_terminal(),
            style: ui.out_style(),
        }),
        Format::Json => Rendering::Json,
    };
    let inspector = Inspector {
        policy: &policy,
        data: &data,
        namespace: args.namespace.as_deref(),
        rendering,
    };
    let name = |index: usize| files.get(index).map_or("", |input| input.name.as_str());
    let mut report = Report::new(ui, rendering);
    if policy.audits() > 0 {
        report.take(0, inspector.audit());
    }
    let (begun, mut shown) = (Instant::now(), Instant::now());
    parallel::ordered(
        files,
        parallel::workers(files.len()),
        |input, send| inspector.file(input, send),
        |event| {
            let index = event.index();
            match event {
                Event::Piece(_, piece) => report.take(index, piece),
                Event::Broken(_) => report.take(index, inspector.broken(name(index))),
                Event::Waiting(_) => {}
            }
            if !args.quiet && begun.elapsed() > PATIENCE && shown.elapsed() > EVERY {
                shown = Instant::now();
                let documents = summary::count(report.tally.decided, "document");
                report
                    .ui
                    .progress(&format!("checked {documents}, {index} of {} files", files.len()));
            }
        },
    );
    let (tally, objects) = report.close();
    if !args.quiet {
        let summary = Summary {
            rules: policy.size(),
            audits: policy.audits(),
            data_given: setup.gives_data(),
            policy: setup.selection.title(),
            by_default: setup.selection.by_default,
            library_only: setup.selection.sources.is_empty(),
            settings: setup.config.as_ref().map(|config| config.name.as_str()),
            idle: &idle(&policy, setup.config.as_ref(), &tally),
            tally: &tally,
            symlinks: &inputs.symlinks,
            duplicates: &objects.twice(name),
        };
        let text = summary::write(&summary, ui.err_style());
        ui.tell(&text);
    }
    if policy.size() > 0 && tally.decided + tally.failed == 0 {
        return Err(Failure::new("no document found")
            .with_help("name a manifest, a folder that holds `*.yaml`, `*.yml` or `*.json`, or `-`"));
    }
    let denied = tally.denied > 0 || tally.audit == Some(Verdict::Denied);
    let warned = tally.warned > 0 || tally.audit == Some(Verdict::Warned);
    Ok(if tally.failed > 0 {
        Exit::Wrong
    } else if denied || (args.fail_on == FailOn::Warn && warned) {
        Exit::Denied
    } else {
        Exit::Clean
    })
}

/// Rules that decide about documents need some; audit rules alone have no use for any.
fn check_paths(args: &Check, policy: &Policy, title: &str) -> Result<(), Failure> {
    match (policy.size(), args.paths.is_empty()) {
        (0, false) => Err(Failure::new(format!("`{title}` has audit rules only"))
            .with_help("they decide about data: leave out the paths")),
        (1.., true) => Err(Failure::new("nothing to check: no PATH is given")
            .with_help("name a manifest, a folder that holds `*.yaml`, `*.yml` or `*.json`, or `-`")),
        _ => Ok(()),
    }
}

/// A line for each exemption that had no effect.
fn idle(policy: &Policy, config: Option<&Config>, tally: &Tally) -> Vec<String> {
    let unused = policy.exemptions().into_iter();
    let unused = unused.filter(|info| !tally.exemptions.contains(&info.position));
    unused
        .map(|info| {
            let rules = info.exemption.rules.join("`, `");
            let place = config
                .and_then(|config| Some((&config.name, config.lines.get(info.position)?)))
                .map_or_else(String::new, |(name, line)| format!(" ({name}:{line})"));
            match &info.exemption.expires {
                Some(expires) if info.expired => format!("`{rules}` has expired: {expires}{place}"),
                _ if !info.names_some => format!("`{rules}` is not in force{place}"),
                _ => format!("`{rules}` matched nothing{place}"),
            }
        })
        .collect()
}

/// Results on their way out, and what is known of all of them.
struct Report<'u> {
    ui: &'u mut Ui,
    rendering: Rendering,
    /// Whether there was an entry before.
    wrote: bool,
    tally: Tally,
    objects: Objects,
}

impl<'u> Report<'u> {
    fn new(ui: &'u mut Ui, rendering: Rendering) -> Self {
        if matches!(rendering, Rendering::Json) {
            ui.print(json::OPEN);
        }
        Self {
            ui,
            rendering,
            wrote: false,
            tally: Tally::default(),
            objects: Objects::default(),
        }
    }

    fn take(&mut self, index: usize, piece: Piece) {
        if !piece.text.is_empty() {
            if self.wrote && matches!(self.rendering, Rendering::Json) {
                self.ui.print(json::BETWEEN);
            }
            self.wrote = true;
            self.ui.print(&piece.text);
            if self.ui.is_terminal() {
                self.ui.flush();
            }
        }
        self.tally.add(piece.tally);
        for object in piece.objects {
            self.objects.add(object, index);
        }
    }

    fn close(self) -> (Tally, Objects) {
        if matches!(self.rendering, Rendering::Json) {
            self.ui.print(json::CLOSE);
        }
        (self.tally, self.objects)
    }
}

/// Which objects were found where: of two with one name only one can be in a cluster.
#[derive(Debug, Default)]
struct Objects {
    /// The file of the first.
    first: HashMap<String, usize>,
    /// The files of all, where there are more.
    several: BTreeMap<String, Vec<usize>>,
}

impl Objects {
    fn add(&mut self, object: String, file: usize) {
        match self.first.get(&object) {
            Some(first) => self
                .several
                .entry(object)
                .or_insert_with(|| vec![*first])
                .push(file),
            None => drop(self.first.insert(object, file)),
        }
    }

    /// A line for each object that is there several times.
    fn twice<'n>(&self, name: impl Fn(usize) -> &'n str) -> Vec<String> {
        let line = |(object, files): (&String, &Vec<usize>)| {
            let groups: Vec<&[usize]> = files.chunk_by(|a, b| a == b).collect();
            let place = |group: &&[usize]| {
                let name = name(group.first().copied().unwrap_or_default());
                match group.len() {
                    1 => name.to_owned(),
                    times => format!("{name} ({times} times)"),
                }
            };
            let mut names: Vec<String> = groups.iter().take(FILES).map(place).collect();
            if groups.len() > FILES {
                names.push(format!("and {} more", groups.len() - FILES));
            }
            format!("{object} in {}", names.join(", "))
        };
        self.several.iter().map(line).collect()
    }
}
