//! What is decided about: an object as it would be created, an admission review, or inputs by name.
//! Nothing is copied; inputs are references into documents.

use alloc::vec::Vec;

use smallvec::SmallVec;

use crate::{
    eval::{Machine, Stop},
    input::{Document, Identity, Kind, Manifest, identity, manifest::reviewed},
    plan::Plan,
    value::{
        DocId, NodeRef, Value,
        shown::{Bases, Origin},
        world::Docs,
    },
};

/// What is decided about.
#[derive(Clone, Debug, Default)]
pub struct Request<'d> {
    subject: Option<(&'d Document<'d>, Manifest)>,
    namespace: Option<&'d str>,
    inputs: Vec<(&'d str, &'d Document<'d>)>,
    stop: Option<Stop<'d>>,
}

impl<'d> Request<'d> {
    /// The input `request` of a Kubernetes object: of a bare object its creation, with namespace and
    /// name from its metadata; of an AdmissionReview the request in it.
    pub fn object(document: &'d Document<'d>, manifest: &Manifest) -> Self {
        Self {
            subject: Some((document, *manifest)),
            ..Self::default()
        }
    }

    /// The input `request` of an AdmissionReview; the same as [`Request::object`] of a manifest that has one.
    pub fn admission_review(document: &'d Document<'d>, manifest: &Manifest) -> Self {
        Self::object(document, manifest)
    }

    /// A document as the input of that name.
    pub fn input(name: &'d str, document: &'d Document<'d>) -> Self {
        Self::default().with_input(name, document)
    }

    /// With a further input.
    #[must_use]
    pub fn with_input(mut self, name: &'d str, document: &'d Document<'d>) -> Self {
        self.inputs.push((name, document));
        self
    }

    /// The namespace of a bare object that states none in its metadata.
    #[must_use]
    pub fn with_namespace(mut self, namespace: &'d str) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Decided only as long as `stop` is false: how a host sets a deadline. It is asked before the first rule,
    /// and again while the decision goes on; once it is true, each rule that is not decided has an `error`
    /// finding of kind `aborted`, which denies.
    ///
    /// ```
    /// # use std::time::{Duration, Instant};
    /// # use wardlaw::Request;
    /// let deadline = Instant::now() + Duration::from_millis(50);
    /// let stop = || Instant::now() >= deadline;
    /// let request = Request::default().with_stop(&stop);
    /// ```
    #[must_use]
    pub fn with_stop(mut self, stop: &'d (dyn Fn() -> bool + Sync)) -> Self {
        self.stop = Some(Stop(stop));
        self
    }

    /// The object under review, by the words under which it is known.
    pub(crate) fn identity(&self) -> Option<Identity<'d>> {
        let (document, manifest) = self.subject?;
        Some(identity(document, manifest.object))
    }

    /// The time that the host gives, whether or not the policy reads it.
    pub(crate) fn now(&self) -> Option<&'d str> {
        let (_, document) = self.inputs.iter().find(|(name, _)| *name == "now")?;
        document.str(document.root())
    }

    /// The documents, in the order in which [`Request::bind`] counts them.
    pub(crate) fn documents(&self) -> Docs<'d> {
        let subject = self.subject.iter().map(|(document, _)| *document);
        subject
            .chain(self.inputs.iter().map(|(_, document)| *document))
            .collect()
    }

    /// Binds the inputs of a machine.
    pub(crate) fn bind(&self, machine: &mut Machine<'d>) {
        machine.fuel = machine.fuel.clone().stopped_by(self.stop);
        let mut doc = machine.first_input_doc();
        if let Some((document, manifest)) = &self.subject {
            let object = NodeRef {
                doc,
                node: manifest.object,
            };
            machine.subject = Some(object);
            machine.origins.push(Origin::Input(bases(manifest)));
            let value = match manifest.request {
                Some(request) => machine.world.node(doc, request),
                None => self.creation(machine, document, object),
            };
            set_input(machine, "request", value);
            doc = DocId(doc.0.saturating_add(1));
        }
        for (name, document) in &self.inputs {
            let root = document.root();
            machine
                .origins
                .push(Origin::Input([Some((root, Some(*name))), None, None]));
            if machine.subject.is_none() {
                machine.subject = Some(NodeRef { doc, node: root });
            }
            let value = machine.world.node(doc, root);
            set_input(machine, name, value);
            doc = DocId(doc.0.saturating_add(1));
        }
    }

    /// The request that would create a bare object.
    fn creation(&self, machine: &mut Machine<'d>, document: &Document<'_>, object: NodeRef) -> Value {
        let metadata = document.get_str(object.node, "metadata");
        let stated = |name| {
            let node = document.get_str(metadata?, name)?;
            (document.kind(node) == Kind::String).then_some(Value::Node(NodeRef {
                doc: object.doc,
                node,
            }))
        };
        let namespace = match (stated("namespace"), self.namespace) {
            (Some(namespace), _) => Some(namespace),
            (None, Some(namespace)) => Some(machine.world.add_text(namespace)),
            (None, None) => None,
        };
        let operation = machine.world.add_text("CREATE");
        // Ordered by name, as records are.
        let fields = [
            ("name", stated("name")),
            ("namespace", namespace),
            ("object", Some(machine.world.node(object.doc, object.node))),
            ("operation", Some(operation)),
        ];
        let mut members: SmallVec<[Value; 8]> = SmallVec::new();
        for (name, value) in fields {
            if let Some(value) = value {
                members.push(machine.world.add_text(name));
                members.push(value);
            }
        }
        Value::Map(machine.world.add_run(&members))
    }
}

/// Binds an input of a test to a document that was added already. The request of an admission is
/// bound as a review's is, so that places are relative to the object; `subject` says that findings
/// without a place lie there.
pub(crate) fn bind_document<'a>(
    machine: &mut Machine<'a>,
    input: u32,
    doc: DocId,
    document: &Document<'_>,
    review: bool,
) {
    let root = document.root();
    let plan: &'a Plan = machine.plan;
    let declared = plan.inputs.get(input as usize);
    let name = declared.map_or("", |input| input.name.as_str());
    let (origin, subject) = if review && document.kind(root) == Kind::Object {
        let manifest = reviewed(document, root);
        (bases(&manifest), manifest.object)
    } else {
        ([Some((root, Some(name))), None, None], root)
    };
    machine.origins.set(doc, Origin::Input(origin));
    machine.subject = Some(NodeRef { doc, node: subject });
    let value = machine.world.node(doc, root);
    if let Some(slot) = machine.inputs.get_mut(input as usize) {
        *slot = value;
    }
}

/// What places in the subject's document are relative to.
fn bases<'a>(manifest: &Manifest) -> Bases<'a> {
    let request = manifest.request.map(|node| (node, Some("request")));
    let old = manifest.old_object.map(|node| (node, Some("oldObject")));
    // Without a new object the manifest's is the old one, or the request itself.
    let known = [manifest.request, manifest.old_object].contains(&Some(manifest.object));
    let object = (!known).then_some((manifest.object, None));
    [request, old, object]
}

fn set_input(machine: &mut Machine<'_>, name: &str, value: Value) {
    let index = machine.plan.inputs.iter().position(|input| input.name == name);
    if let Some(slot) = index.and_then(|index| machine.inputs.get_mut(index)) {
        *slot = value;
    }
}
