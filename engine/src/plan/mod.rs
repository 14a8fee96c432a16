//! The plan: what runs. Flat arrays and indices, made once from the IR and shared by all threads.
//! Constants are built, field names hashed, and every read of a document knows what may be there.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

use wardlaw_lang::{
    Span,
    builtin::Builtin,
    ir::{self, ComprehensionKind, EditAction, EffectKind, RuleSeverity},
    syntax::{ast::DocumentFormat, operator::BinaryOp},
    types::{TypeId, Types},
};

mod body;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod declared;
pub(crate) mod denial;
pub(crate) mod depends;
pub(crate) mod depth;
mod guard;
pub(crate) mod index;
pub(crate) mod join;
mod marks;
mod needs;
mod places;
pub(crate) mod print;
pub(crate) mod reads;
pub(crate) mod relation;
mod safe;
mod same;
pub(crate) mod shape;
mod share;
pub(crate) mod sift;
pub(crate) mod spans;
pub(crate) mod test;
pub(crate) mod trie;
pub(crate) mod verify;
mod whole;

use crate::eval::Snapshot;
use crate::{
    builtins::pattern::Regex,
    input::{Document, FieldKey, NodeId},
    value::{Heap, Mark, Value},
};
use check::{CheckId, Checks, Convert};
use join::{Join, Keyed};
use relation::Relation;
use shape::ShapeId;
use spans::Spans;

/// An expression; an index into [`Plan::ops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpId(pub(crate) u32);

/// Part of one of the plan's arrays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Slice {
    /// The part of the array.
    pub(crate) fn of<T>(self, array: &[T]) -> &[T] {
        let start = self.start as usize;
        start
            .checked_add(self.len as usize)
            .and_then(|end| array.get(start..end))
            .unwrap_or(&[])
    }

    /// The part that these become at the end of an array.
    pub(crate) fn push<T>(array: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Self {
        let start = array.len() as u32;
        array.extend(items);
        Self::since(array, start)
    }

    /// The part of an array from one item on.
    pub(crate) fn since<T>(array: &[T], start: u32) -> Self {
        Self {
            start,
            len: (array.len() as u32).saturating_sub(start),
        }
    }
}

/// A checked policy, ready to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Texts and runs of constants.
    pub(crate) heap: Heap,
    /// The formats and texts of literal documents.
    pub(crate) literals: Vec<(DocumentFormat, u32)>,
    /// Literal documents, then data, in this order; the inputs of a decision come after them.
    pub(crate) documents: Vec<Arc<Document<'static>>>,
    /// Of each: where its nodes come by pointer, if they do not lie so.
    pub(crate) places: Vec<Option<Vec<u32>>>,
    /// All expressions.
    pub(crate) ops: Vec<Op>,
    /// Where each was written.
    pub(crate) spans: Spans,
    /// Operands of those that have many.
    pub(crate) args: Vec<OpId>,
    /// Names, ordered in each record, and values of [`Op::Record`].
    pub(crate) record_fields: Vec<(Value, OpId)>,
    /// Values of [`Op::Constant`].
    pub(crate) constants: Vec<Value>,
    /// Of [`Op::Field`].
    pub(crate) fields: Vec<Field>,
    /// Of [`Op::Index`].
    pub(crate) indices: Vec<Index>,
    /// Of [`Op::Comprehension`].
    pub(crate) comprehensions: Vec<Comprehension>,
    /// Of rules and comprehensions.
    pub(crate) clauses: Vec<Clause>,
    /// Of [`Op::Match`].
    pub(crate) arms: Vec<Arm>,
    /// Of [`Op::Call`].
    pub(crate) functions: Vec<Function>,
    /// Of [`Op::Let`].
    pub(crate) lets: Vec<Let>,
    /// Full name and `let` of each output, by name.
    pub(crate) outputs: Vec<(String, u32)>,
    /// Of [`Op::Relation`].
    pub(crate) relations: Vec<Relation>,
    /// The relations of each stratum, lowest first.
    pub(crate) strata: Vec<Vec<u32>>,
    /// Of [`For::join`].
    pub(crate) joins: Vec<Join>,
    /// What joins look up in.
    pub(crate) keyed: Vec<Keyed>,
    /// What depends on data alone, computed when the data were loaded.
    pub(crate) snapshot: Arc<Snapshot>,
    /// Where the heap of the snapshot begins.
    pub(crate) compiled: Mark,
    /// Of [`Op::Data`].
    pub(crate) data: Vec<Data>,
    /// Of [`Op::Input`].
    pub(crate) inputs: Vec<Input>,
    /// In contract order.
    pub(crate) rules: Vec<Rule>,
    /// Places of effects and of edits.
    pub(crate) targets: Vec<Place>,
    /// Steps of places.
    pub(crate) steps: Vec<Step>,
    /// Of effects.
    pub(crate) edits: Vec<Edit>,
    /// Slots whose values have the places of findings that name none.
    pub(crate) anchors: Vec<u32>,
    /// Which of them a decision has to run; made when the data are loaded.
    pub(crate) index: Arc<index::Index>,
    /// Where the engine was built for tests; else empty.
    pub(crate) tests: Vec<test::TestBlock>,
    /// What a host may ask for, by full name.
    pub(crate) asked: BTreeMap<String, Asked>,
    /// The `let` that the host's expression became.
    pub(crate) query: Option<u32>,
    /// By path.
    pub(crate) packages: Vec<ir::Package>,
    /// Of each, what it says where it denies by default.
    pub(crate) denials: Vec<Option<denial::Denial>>,
    /// Of builtins that give back an element: what is checked of it.
    pub(crate) element_checks: Vec<(OpId, CheckId)>,
    /// Of [`Wholes`]; the first says that nothing is more than it is written as.
    pub(crate) wholes: Vec<Whole>,
    /// What is checked of reads.
    pub(crate) checks: Checks,
    /// What the rules can read of the inputs.
    pub(crate) reads: trie::Trie,
    /// Source files, by number.
    pub(crate) files: Vec<File>,
    /// Regular expressions of literals and data, compiled.
    pub(crate) patterns: BTreeMap<Box<str>, Regex>,
    /// For builtins that look into packed types, and for what a host gives to functions.
    pub(crate) types: Types,
    /// Of a policy that was bytes: the types besides the packed ones, which few hosts ask for.
    pub(crate) unread: Option<Arc<[u8]>>,
}

/// An expression. Invariant: operands come before it, so that the arena is acyclic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Constant(u32),
    Local(u32),
    Input(u32),
    Data(u32),
    Let(u32),
    Relation(u32),
    Field(u32),
    Index(u32),
    Call {
        function: u32,
        args: Slice,
    },
    Builtin {
        builtin: Builtin,
        wholes: Wholes,
        args: Slice,
    },
    And(OpId, OpId),
    Or(OpId, OpId),
    Coalesce(OpId, OpId),
    /// `==` or, negated, `!=`.
    Equal {
        left: OpId,
        right: OpId,
        negated: bool,
        wholes: Wholes,
    },
    /// A comparison with the literal null.
    Absent {
        value: OpId,
        negated: bool,
    },
    /// `<` and its like.
    Order {
        op: BinaryOp,
        left: OpId,
        right: OpId,
    },
    /// `in`, `not in`.
    In {
        value: OpId,
        container: OpId,
        negated: bool,
        wholes: Wholes,
    },
    /// `+ - * / %`
    Arithmetic {
        op: BinaryOp,
        left: OpId,
        right: OpId,
        wholes: Wholes,
    },
    /// A condition that a sieve has answered where the slot says so; else it is asked.
    Sifted {
        slot: u32,
        value: OpId,
        truth: bool,
    },
    Not(OpId),
    Negate(OpId),
    Is {
        value: OpId,
        check: CheckId,
    },
    /// The value, which was shown to be of a type whose values are more than they are written as.
    Typed {
        value: OpId,
        shape: ShapeId,
    },
    /// An `any` that is used as something.
    As {
        value: OpId,
        check: CheckId,
    },
    /// `matches`
    Matches {
        text: OpId,
        pattern: OpId,
    },
    /// `like`
    Like {
        text: OpId,
        pattern: OpId,
    },
    If {
        condition: OpId,
        then: OpId,
        otherwise: OpId,
    },
    Match {
        value: OpId,
        arms: Slice,
    },
    Tuple(Slice),
    List(Slice),
    Set {
        items: Slice,
        element: Option<ShapeId>,
    },
    /// Keys and values in turn.
    Map(Slice),
    /// Of [`Plan::record_fields`].
    Record(Slice),
    Comprehension(u32),
    Interpolate(Slice),
}

const _: () = assert!(size_of::<Op>() <= 16);

/// Values and bytes that snapshots before may have left in the heap, whatever the size of the first.
const MOST_LEFT: usize = 4_096;

/// What operands are taken as before they are compared; an index into [`Plan::wholes`]. Without values of
/// opaque types and sets inside, it is the first, and costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wholes(pub(crate) u32);

impl Wholes {
    /// Whether nothing is more than it is written as.
    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Operands and shapes, applied in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole {
    pub(crate) operands: Vec<(usize, ShapeId)>,
    /// Of `in r`: columns that have to be taken as what is asked for; then no index finds rows.
    pub(crate) columns: Vec<(usize, ShapeId)>,
}

/// A read of a field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) base: OpId,
    pub(crate) key: FieldKey,
    pub(crate) check: CheckId,
    /// Number of the name among the texts of the program.
    pub(crate) name: u32,
    /// [`check::Check::at_once`] of the check.
    pub(crate) at_once: u8,
    /// The base may be absent.
    pub(crate) optional: bool,
    /// A list that stands for a set becomes one; not where only membership is asked.
    pub(crate) convert: bool,
}

/// A read of an element or of the value of a key.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) base: OpId,
    pub(crate) at: OpId,
    pub(crate) check: CheckId,
    pub(crate) optional: bool,
    pub(crate) convert: bool,
}

/// A comprehension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comprehension {
    pub(crate) kind: ComprehensionKind,
    pub(crate) clauses: Slice,
    pub(crate) key: Option<OpId>,
    pub(crate) head: OpId,
    /// What the head is taken as, where it is compared.
    pub(crate) shape: Option<ShapeId>,
}

/// A clause.
#[derive(Clone, Debug)]
pub(crate) enum Clause {
    Given {
        local: u32,
        value: OpId,
    },
    /// Boxed: few clauses are one, and all would be as large.
    For(Box<For>),
    Let {
        pattern: Pattern,
        value: OpId,
    },
    When(OpId),
    Unless(OpId),
}

/// A `for` clause.
#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) pattern: Pattern,
    pub(crate) source: OpId,
    /// The list whose elements are drawn with their indices, where the source is `list.indexed()`: an
    /// element that is wrong ends its own round.
    pub(crate) indexed: Option<OpId>,
    /// Of the elements of a list.
    pub(crate) element: CheckId,
    /// Of the values of a map.
    pub(crate) value: CheckId,
    /// How its elements are found without drawing all; an index into [`Plan::joins`].
    pub(crate) join: Option<u32>,
}

/// What a value is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Ignore,
    /// It is read, and bound to nothing.
    Test,
    Bind(u32),
    /// The members of a tuple, and what is checked of each.
    Tuple(Vec<(Pattern, CheckId)>),
}

/// An arm of a `match`.
#[derive(Clone, Debug)]
pub(crate) struct Arm {
    pub(crate) tests: Vec<Test>,
    pub(crate) binding: Option<u32>,
    pub(crate) guard: Option<OpId>,
    pub(crate) value: OpId,
}

/// A test of an arm.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test {
    Always,
    Null,
    Equal(Value),
    Type(CheckId),
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) locals: u32,
    pub(crate) body: OpId,
}

/// A package-level `let`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Let {
    pub(crate) locals: u32,
    pub(crate) value: OpId,
    pub(crate) reads_input: bool,
}

/// What a host may ask for by name.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Let(u32),
    Relation(u32),
    /// With the types of its parameters, and what is checked of each argument itself.
    Function(u32, Vec<(TypeId, CheckId)>),
}

/// A datum.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    pub(crate) name: String,
    /// Its document; an index into [`Plan::documents`].
    pub(crate) document: u32,
    pub(crate) check: CheckId,
    /// Evaluated once, when the engine is built and the host gives no value.
    pub(crate) default: Option<OpId>,
    pub(crate) locals: u32,
    pub(crate) span: Span,
    /// What its parts have to be.
    pub(crate) shape: Option<ShapeId>,
    /// The patterns of [`Plan::patterns`] that its value brought.
    pub(crate) patterns: Vec<Box<str>>,
    /// Lists in its value that stand for sets and are read as such; in the order of the document.
    pub(crate) sets: Vec<NodeId>,
}

/// A declared input.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) check: CheckId,
}

/// A source file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: Arc<str>,
    /// Where its lines begin.
    pub(crate) lines: Vec<u32>,
}

/// A rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) about: Arc<About>,
    /// An index into [`Plan::packages`].
    pub(crate) package: u32,
    pub(crate) severity: RuleSeverity,
    pub(crate) span: Span,
    pub(crate) audit: bool,
    pub(crate) clauses: Slice,
    pub(crate) locals: u32,
    pub(crate) effect: Effect,
}

/// What is said of a rule. Rules of which nothing is said share one.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) controls: Arc<[(String, Vec<String>)]>,
    pub(crate) aliases: Vec<String>,
}

impl About {
    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            title,
            description,
            controls,
            aliases,
        } = self;
        title.is_empty() && description.is_empty() && controls.is_empty() && aliases.is_empty()
    }
}

/// What a rule does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    pub(crate) span: Span,
    pub(crate) message: Option<OpId>,
    /// Of [`Plan::targets`].
    pub(crate) places: Slice,
    pub(crate) edits: Slice,
    /// Innermost last.
    pub(crate) anchors: Slice,
}

/// A place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) root: OpId,
    pub(crate) steps: Slice,
}

/// A step of a place.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Field(FieldKey),
    Index(OpId),
}

/// An edit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit {
    pub(crate) action: EditAction,
    pub(crate) place: Place,
    pub(crate) value: Option<OpId>,
}

impl Plan {
    /// A copy in which data can be replaced, by their indices: what followed from them alone is in it no more.
    /// Documents are shared, and so is what follows from other data.
    pub(crate) fn without(&self, changed: impl IntoIterator<Item = u32>) -> Self {
        let mut plan = self.clone();
        let kept = self.heap.since(self.compiled);
        plan.index = Arc::default();
        // What the snapshots before have made stays in the heap; once that is more than half of it, all is
        // computed anew.
        if kept > self.snapshot.made.saturating_mul(2).saturating_add(MOST_LEFT) {
            plan.heap.reset(self.compiled);
            plan.snapshot = Arc::default();
        } else {
            plan.snapshot = Arc::new(self.snapshot.without(&depends::on(self, changed)));
        }
        plan
    }

    /// The checks of lists that some read takes as a set.
    pub(crate) fn drawn_sets(&self) -> BTreeSet<CheckId> {
        let fields = self.fields.iter().filter(|field| field.convert);
        let indices = self.indices.iter().filter(|index| index.convert);
        let checks = fields
            .map(|field| field.check)
            .chain(indices.map(|index| index.check))
            .chain(self.data.iter().map(|data| data.check));
        let is_set = |check: &CheckId| {
            let check = self.checks.get(*check);
            check.is_some_and(|check| check.convert == Convert::Set && check.element.is_none())
        };
        checks.filter(is_set).collect()
    }

    /// Gives back the room that was kept for more: a plan is made once, and held long.
    pub(crate) fn shrink(&mut self) {
        self.ops.shrink_to_fit();
        self.spans.shrink();
        self.args.shrink_to_fit();
        self.constants.shrink_to_fit();
        self.fields.shrink_to_fit();
        self.indices.shrink_to_fit();
        self.clauses.shrink_to_fit();
        self.arms.shrink_to_fit();
        self.rules.shrink_to_fit();
        self.targets.shrink_to_fit();
        self.steps.shrink_to_fit();
        self.heap.shrink();
    }

    /// The places of an effect and of its edits.
    pub(crate) fn places_of(&self, effect: &Effect) -> impl Iterator<Item = &Place> {
        let edits = effect.edits.of(&self.edits).iter();
        let places = effect.places.of(&self.targets).iter();
        places.chain(edits.map(|edit| &edit.place))
    }

    /// The expression.
    pub(crate) fn op(&self, id: OpId) -> Option<Op> {
        self.ops.get(id.0 as usize).copied()
    }

    /// The value of an expression that is the same in every decision: of a constant, or of a `let` on data alone
    /// that met no error.
    fn known(&self, id: OpId) -> Option<&Value> {
        match self.op(id)? {
            Op::Constant(index) => self.constants.get(index as usize),
            Op::Let(entry) => self.snapshot.value(entry),
            _ => None,
        }
    }

    /// Where an expression was written.
    pub(crate) fn span_of(&self, id: OpId) -> Span {
        let span = self.spans.get(id);
        span.unwrap_or(Span::new(wardlaw_lang::FileId(0), 0, 0))
    }

    /// The file of a span, if it is known, and its 1-based line.
    pub(crate) fn file_line(&self, span: Span) -> (Option<&Arc<str>>, u32) {
        self.files.get(span.file.0 as usize).map_or((None, 0), |file| {
            let line = file.lines.partition_point(|start| *start <= span.start);
            (Some(&file.name), line as u32)
        })
    }
}
