//! One file from its bytes to the text of its results and a tally: what a worker does. Results are
//! sent on in pieces, so that a file of many documents is not held as a whole.

use wardlaw::input::{Contents, Document, Manifest, contents, identity};

use crate::{
    engine::{self, Identity, Policy},
    output::{
        Entry, Outcome, Problem, Text,
        audit::{self, DataFiles},
        human::{self, Layout},
        json,
        summary::{Tally, Verdict},
    },
    project::inputs::Input,
};

/// Bytes of results after which a piece is sent on.
const PIECE: usize = 64 * 1024;

/// How results are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rendering {
    /// For people.
    Human(Layout),
    /// As JSON.
    Json,
}

/// What stays the same for all files.
#[derive(Debug)]
pub(crate) struct Inspector<'a> {
    /// The rules in force.
    pub(crate) policy: &'a Policy,
    /// The files that data came from.
    pub(crate) data: &'a DataFiles,
    /// The namespace of objects that name none.
    pub(crate) namespace: Option<&'a str>,
    /// How results are written.
    pub(crate) rendering: Rendering,
}

/// Some results of one file.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// Their text; entries of JSON are already separated from each other.
    pub(crate) text: String,
    /// Their counts.
    pub(crate) tally: Tally,
    /// The objects decided, as they are known in a cluster.
    pub(crate) objects: Vec<String>,
}

impl Inspector<'_> {
    /// Decides the audit rules.
    pub(crate) fn audit(&self) -> Piece {
        let decision = self.policy.audit();
        let mut piece = Piece::default();
        piece.tally.audit = Some(Verdict::of(&decision));
        piece.tally.add_exempt(&decision);
        match self.rendering {
            Rendering::Human(layout) => audit::human(&mut piece.text, &decision, self.data, layout),
            Rendering::Json => json::audit(&mut piece.text, &decision, self.data),
        }
        piece
    }

    /// Checks one file.
    pub(crate) fn file(&self, input: &Input, send: &mut dyn FnMut(Piece)) {
        let mut results = Results {
            inspector: self,
            piece: Piece::default(),
            send,
        };
        let bytes = match input.read() {
            Ok(bytes) => bytes,
            Err(reason) => {
                results.fail(&Text::new(&input.name, ""), None, &Problem::new(reason));
                return results.end();
            }
        };
        match engine::text(&bytes) {
            Ok(text) => self.text(input, &Text::new(&input.name, text), text, &mut results),
            Err(problem) => results.fail(&Text::new(&input.name, ""), None, &problem),
        }
        results.end();
    }

    /// What is said of a file whose check broke off.
    pub(crate) fn broken(&self, name: &str) -> Piece {
        let mut broken = Piece::default();
        let mut send = |piece| broken = piece;
        let mut results = Results {
            inspector: self,
            piece: Piece::default(),
            send: &mut send,
        };
        let problem = Problem::new("not all of it was checked: this is a mistake in ward, please report it");
        results.fail(&Text::new(name, ""), None, &problem);
        results.end();
        broken
    }

    fn text(&self, input: &Input, file: &Text<'_>, text: &str, results: &mut Results<'_, '_>) {
        let chart = if text.contains("{{") { input.chart() } else { None };
        if let (Some(chart), false) = (&chart, input.named)
            && engine::documents(&input.name, text).any(|(_, document)| document.is_err())
        {
            results.piece.tally.templates.insert(chart.clone(), 1);
            return;
        }
        let mut empty = true;
        for (number, document) in engine::documents(&input.name, text) {
            match document {
                Ok(document) => {
                    let found = contents(&document);
                    empty &= found == Contents::Empty;
                    match found {
                        Contents::Empty => {}
                        Contents::Other if !input.named => results.piece.tally.other += 1,
                        Contents::Other => {
                            let message = "not a Kubernetes object: it states no `apiVersion` and `kind`";
                            let place = Some(file.place(document.span(document.root()).start));
                            let problem = Problem {
                                place,
                                ..Problem::new(message)
                            };
                            results.fail(file, Some(number), &problem);
                        }
                        Contents::Objects(objects) => {
                            for manifest in &objects {
                                self.object(file, number, &document, manifest, results);
                            }
                        }
                    }
                }
                Err(mut problem) => {
                    empty = false;
                    if chart.is_some() {
                        problem
                            .message
                            .push_str("; render a Helm template first: `helm template … | ward check -`");
                    }
                    results.fail(file, Some(number), &problem);
                }
            }
        }
        if empty && input.named {
            results.fail(file, None, &Problem::new("the file holds no document"));
        } else if empty {
            results.piece.tally.empty += 1;
        }
    }

    fn object(
        &self,
        file: &Text<'_>,
        number: u32,
        document: &Document<'_>,
        manifest: &Manifest,
        results: &mut Results<'_, '_>,
    ) {
        let object = identity(document, manifest.object);
        let entry = |start, outcome| Entry {
            file,
            document: Some(number),
            item: manifest.item,
            object: Some(&object),
            start,
            outcome,
            data: self.data,
        };
        if !manifest.typed && manifest.request.is_none() {
            let start = file.place(document.span(manifest.object).start);
            let message = "an item without `apiVersion` and `kind`: no rule can match it; write them";
            let problem = Problem {
                place: Some(start),
                ..Problem::new(message)
            };
            results.piece.tally.failed += 1;
            return results.write(&entry(None, Outcome::Failed(&problem)));
        }
        let verdict = self.policy.decide(document, manifest, self.namespace);
        let decision = &verdict.decision;
        let tally = &mut results.piece.tally;
        tally.decided += 1;
        match Verdict::of(decision) {
            Verdict::Denied => tally.denied += 1,
            Verdict::Warned => tally.warned += 1,
            Verdict::Passed => {}
        }
        tally.add_exempt(decision);
        for skipped in &decision.skipped {
            let left_out = tally.left_out.entry(skipped.package.clone()).or_default();
            left_out.documents += 1;
            if let Some(absent) = skipped.absent {
                *left_out.absent.entry(absent).or_default() += 1;
            }
        }
        if !verdict.covered {
            *tally.uncovered.entry(kind(&object)).or_default() += 1;
        }
        if manifest.request.is_none()
            && let Some(name) = object.name
        {
            let namespace = object
                .namespace
                .map_or_else(String::new, |namespace| format!("{namespace}/"));
            results
                .piece
                .objects
                .push(format!("{} {namespace}{name}", kind(&object)));
        }
        // Of a package as a whole, for one: it has no place of its own.
        let decided = entry(None, Outcome::Decided(decision));
        let lacks_place = decision.findings.iter().any(|finding| {
            let place = decided.here(finding.within.as_deref(), finding.location);
            place.is_none()
        });
        let start = lacks_place.then(|| file.place(document.span(manifest.object).start));
        results.write(&entry(start, Outcome::Decided(decision)));
    }
}

/// `apps/v1 Deployment`.
fn kind(object: &Identity<'_>) -> String {
    format!(
        "{} {}",
        object.api_version.unwrap_or("?"),
        object.kind.unwrap_or("?")
    )
}

/// Collects the results of one file.
struct Results<'i, 's> {
    inspector: &'i Inspector<'i>,
    piece: Piece,
    send: &'s mut dyn FnMut(Piece),
}

impl Results<'_, '_> {
    fn fail(&mut self, file: &Text<'_>, document: Option<u32>, problem: &Problem) {
        self.piece.tally.failed += 1;
        let outcome = Outcome::Failed(problem);
        self.write(&Entry {
            file,
            document,
            item: None,
            object: None,
            start: None,
            outcome,
            data: self.inspector.data,
        });
    }

    fn write(&mut self, entry: &Entry<'_>) {
        let text = &mut self.piece.text;
        match self.inspector.rendering {
            Rendering::Human(layout) => human::entry(text, entry, layout),
            Rendering::Json => {
                if !text.is_empty() {
                    text.push_str(json::BETWEEN);
                }
                json::entry(text, entry);
            }
        }
        if text.len() >= PIECE || self.piece.objects.len() >= 1000 {
            (self.send)(std::mem::take(&mut self.piece));
        }
    }

    fn end(self) {
        (self.send)(self.piece);
    }
}
