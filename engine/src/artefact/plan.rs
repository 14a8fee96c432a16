//! The bytes of a plan. Each part names all its fields and variants: one that is added does not compile until
//! it is written, too.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::num::NonZeroU32;

use wardlaw_lang::{
    FileId, Span,
    builtin::{BUILTINS, Builtin},
    ir::{ComprehensionKind, EditAction, EffectKind, Package, RuleSeverity},
    syntax::{ast::DocumentFormat, operator::BinaryOp},
};

use super::codec::{
    Coded, Read, Reader, Writer, choices, fill, ids, numbered, records, structures, variants,
};
use crate::{
    builtins::pattern::Regex,
    input::{FieldKey, NodeId},
    plan::{
        About, Arm, Asked, Clause, Comprehension, Data, Edit, Effect, Field, File, For, Function, Index,
        Input, Let, Op, OpId, Pattern, Place, Plan, Rule, Slice, Step, Test, Whole, Wholes,
        build::literal,
        check::{Check, CheckId, Checks, Convert, Told},
        denial::Denial,
        index,
        join::{Join, Key, Keyed, Source},
        relation::{Block, Relation, Site},
        shape::{Record, Shape, ShapeId},
        sift::Sieve,
        spans::Spans,
        trie::{self, Edge, KeyTest, Trie, TrieId, TrieNode, Wanted},
    },
    value::{DocId, Heap, NodeRef, Value},
};

ids!(FileId, OpId, CheckId, ShapeId, Wholes, TrieId, DocId, NodeId);

numbered!(
    Builtin, |number: usize| BUILTINS.get(number).map(|row| row.builtin);
    BinaryOp, |number: usize| BinaryOp::ALL.get(number).copied();
);

records! {
    Span: 12 { file, start, end }
    Slice: 8 { start, len }
    NodeRef: 8 { doc, node }
    Field: 19 { base, key, check, name, at_once, optional, convert }
    Index: 14 { base, at, check, optional, convert }
    Function: 8 { locals, body }
    Let: 9 { locals, value, reads_input }
    Place: 12 { root, steps }
    index::Reached: 8 { rule, from }
    index::Case: 16 { hash, node, text }
    index::Switch: 16 { path, cases, rest }
}

structures! {
    Package { path, selected, reached, instance_of, default_deny }
    Heap { text, texts, items, runs }
    Spans { ranges, files }
    Whole { operands, columns }
    Comprehension { kind, clauses, key, head, shape }
    For { pattern, source, indexed, element, value, join }
    Arm { tests, binding, guard, value }
    Data { name, document, check, default, locals, span, shape, patterns, sets }
    Input { name, check }
    File { name, lines }
    Rule { name, about, package, severity, span, audit, clauses, locals, effect }
    About { title, description, controls, aliases }
    Effect { kind, span, message, places, edits, anchors }
    Edit { action, place, value }
    Denial { rule, message }
    Relation { name, columns, blocks, reads_input, stratum, span, checks, shapes, member }
    Block { clauses, row, locals, seeds, sites, variants }
    Site { op, relation, windowed }
    Join { index, probe, sifted }
    Keyed { source, keys, pattern, of_data, sieve }
    Key { column, fields, shape }
    Sieve { conditions, pattern, locals }
    Check {
        mask, at_once, texts, ints, bools, variants, told, lengths, opaques, quantity, convert, element, opaque_type,
        expected,
    }
    Told { field, texts }
    Shape { check, special, inner, set, element, positions, records, merged, value }
    Record { variant, fields }
    index::Index { paths, nodes, rules, cases, needs, wanted, sets, words, marks }
    index::Path { input, steps }
    index::Node { rules, switch }
}

variants! {
    RuleSeverity { 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, }
    DocumentFormat { 0 Yaml, 1 Json, }
    EffectKind { 0 Deny, 1 Warn, 2 Allow, 3 Mutate, }
    EditAction { 0 Set, 1 Add, 2 Remove, }
    Step { 0 Field(key), 1 Index(index), }
    Clause {
        0 Given { local, value },
        1 For(draws),
        2 Let { pattern, value },
        3 When(condition),
        4 Unless(condition),
    }
    ComprehensionKind {
        0 List, 1 Set, 2 Map, 3 Any, 4 All, 5 None, 6 Count, 7 Sum, 8 Min, 9 Max, 10 Yield,
    }
    Test { 0 Always, 1 Null, 2 Equal(value), 3 Type(check), }
    Asked { 0 Let(index), 1 Relation(index), 2 Function(index, params), }
    Source { 0 Relation(index), 1 List(source, element), }
    Convert { 0 Nothing, 1 Set, 2 Opaque, }
}

choices! {
    Op: 16 {
        0 Constant(index),
        1 Local(slot),
        2 Input(index),
        3 Data(index),
        4 Let(index),
        5 Relation(index),
        6 Field(index),
        7 Index(index),
        8 Call { function, args },
        9 Builtin { builtin, wholes, args },
        10 And(left, right),
        11 Or(left, right),
        12 Coalesce(left, right),
        13 Equal { left, right, negated, wholes },
        14 Absent { value, negated },
        15 Order { op, left, right },
        16 In { value, container, negated, wholes },
        17 Arithmetic { op, left, right, wholes },
        18 Sifted { slot, value, truth },
        19 Not(operand),
        20 Negate(operand),
        21 Is { value, check },
        22 Typed { value, shape },
        23 As { value, check },
        24 Matches { text, pattern },
        25 Like { text, pattern },
        26 If { condition, then, otherwise },
        27 Match { value, arms },
        28 Tuple(items),
        29 List(items),
        30 Set { items, element },
        31 Map(items),
        32 Record(fields),
        33 Comprehension(index),
        34 Interpolate(parts),
    }
}

choices! {
    Value: 16 {
        0 Null,
        1 Bool(truth),
        2 Int(number),
        3 Float(number),
        4 Node(at),
        5 Key(at),
        6 Text(index),
        7 List(run),
        8 Set(run),
        9 Map(run),
        10 Tuple(run),
        11 Read(opaque, at),
        12 Shaped(shape, at),
        13 Made(opaque, text),
    }
}

choices! {
    Edge: 5 { 0 Element, 1 Index(index), 2 Value, 3 Variant(check), 4 Row, }
}

impl Coded for Pattern {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Ignore => out.out.push(0),
            Self::Test => out.out.push(1),
            Self::Bind(local) => {
                out.out.push(2);
                local.write(out);
            }
            Self::Tuple(parts) => {
                out.out.push(3);
                parts.write(out);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(match reader.byte()? {
            0 => Self::Ignore,
            1 => Self::Test,
            2 => Self::Bind(Coded::read(reader)?),
            3 => Self::Tuple(reader.inside(Coded::read)?),
            _ => return Err(reader.damaged()),
        })
    }
}

impl Coded for Checks {
    fn write(&self, out: &mut Writer) {
        // Of which types they are is forgotten by now.
        let Self {
            all,
            shapes,
            known: _,
        } = self;
        all.write(out);
        shapes.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let (all, shapes) = (Coded::read(reader)?, Coded::read(reader)?);
        Ok(Self {
            all,
            shapes,
            ..Self::default()
        })
    }
}

/// A node as it is written: of its parts only how many there are, for those of one node lie behind those of the
/// node before.
struct Written {
    check: CheckId,
    /// Zero is none.
    shape: u32,
    fields: u32,
    edges: u32,
    rules: u32,
    whole: u32,
    tests: u32,
    key_tests: u32,
    /// One more than the mark of absence.
    absent: u32,
}

/// As [`Written`].
struct WrittenTest {
    mark: u32,
    values: u32,
    has: bool,
    negated: bool,
}

/// As [`Written`].
struct WrittenKeyTest {
    mark: u32,
    keys: u32,
    wanted: Wanted,
}

records! {
    Written: 36 { check, shape, fields, edges, rules, whole, tests, key_tests, absent }
    WrittenTest: 10 { mark, values, has, negated }
    WrittenKeyTest: 9 { mark, keys, wanted }
}

choices! {
    Wanted: 1 { 0 OneOf, 1 Other, 2 Prefix, }
}

/// The next part of so many.
#[inline]
fn next(end: &mut u32, len: u32) -> Slice {
    let start = *end;
    *end = start.saturating_add(len);
    Slice { start, len }
}

impl Coded for Trie {
    fn write(&self, out: &mut Writer) {
        let Self {
            roots,
            nodes,
            fields,
            edges,
            rules,
            tests,
            values,
            key_tests,
            keys,
            table: _,
            more_missed: _,
        } = self;
        roots.write(out);
        let nodes: Vec<Written> = nodes.iter().map(Written::of).collect();
        nodes.write(out);
        fields.write(out);
        edges.write(out);
        rules.write(out);
        let tests = tests.iter().map(|test| WrittenTest {
            mark: test.mark,
            values: test.values.len,
            has: test.has,
            negated: test.negated,
        });
        tests.collect::<Vec<_>>().write(out);
        values.write(out);
        let key_tests = key_tests.iter().map(|test| WrittenKeyTest {
            mark: test.mark,
            keys: test.keys.len,
            wanted: test.wanted,
        });
        key_tests.collect::<Vec<_>>().write(out);
        keys.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut trie = Self {
            roots: Coded::read(reader)?,
            ..Self::default()
        };
        let written = Vec::<Written>::read(reader)?;
        trie.nodes.reserve_exact(written.len());
        let mut ends = [0_u32; 5];
        for node in &written {
            trie.nodes.push(node.read(&mut ends));
        }
        trie.fields = Coded::read(reader)?;
        trie.edges = Coded::read(reader)?;
        trie.rules = Coded::read(reader)?;
        let mut end = 0;
        for test in Vec::<WrittenTest>::read(reader)? {
            trie.tests.push(trie::Test {
                mark: test.mark,
                values: next(&mut end, test.values),
                has: test.has,
                negated: test.negated,
            });
        }
        trie.values = Coded::read(reader)?;
        let mut end = 0;
        for test in Vec::<WrittenKeyTest>::read(reader)? {
            trie.key_tests.push(KeyTest {
                mark: test.mark,
                wanted: test.wanted,
                keys: next(&mut end, test.keys),
            });
        }
        trie.keys = Coded::read(reader)?;
        Ok(trie)
    }
}

impl Written {
    fn of(node: &TrieNode) -> Self {
        // The rest is made when all nodes are there.
        let TrieNode {
            check,
            shape,
            fields,
            edges,
            rules,
            whole,
            absent,
            tests,
            key_tests,
            table: _,
            missed: _,
            more_missed: _,
        } = *node;
        Self {
            check,
            shape: shape.map_or(0, |shape| shape.0.get()),
            fields: fields.len,
            edges: edges.len,
            rules: rules.len,
            whole: whole.len,
            tests: tests.len,
            key_tests: key_tests.len,
            absent: absent.map_or(0, |mark| mark.saturating_add(1)),
        }
    }

    fn read(&self, [fields, edges, rules, tests, key_tests]: &mut [u32; 5]) -> TrieNode {
        let parts = [
            next(fields, self.fields),
            next(edges, self.edges),
            next(rules, self.rules),
            next(rules, self.whole),
        ];
        TrieNode {
            absent: self.absent.checked_sub(1),
            tests: next(tests, self.tests),
            key_tests: next(key_tests, self.key_tests),
            ..TrieNode::new(self.check, NonZeroU32::new(self.shape).map(ShapeId), parts)
        }
    }
}

/// Writes a plan without data.
pub(super) fn write(plan: &Plan, out: &mut Writer) {
    // Names each field, so that a new one is not forgotten. What is left out follows from data or from the rest,
    // or is no part of a policy at work.
    let Plan {
        heap,
        literals,
        documents: _,
        places: _,
        ops,
        spans,
        args,
        record_fields,
        constants,
        fields,
        indices,
        comprehensions,
        clauses,
        arms,
        functions,
        lets,
        outputs,
        relations,
        strata,
        joins,
        keyed,
        snapshot: _,
        compiled: _,
        data,
        inputs,
        rules,
        targets,
        steps,
        edits,
        anchors,
        index: _,
        tests: _,
        asked,
        query,
        packages,
        denials,
        element_checks,
        wholes,
        checks,
        reads: _,
        files,
        patterns,
        types: _,
        unread: _,
    } = plan;
    heap.write(out);
    literals.write(out);
    ops.write(out);
    spans.write(out);
    args.write(out);
    record_fields.write(out);
    constants.write(out);
    fields.write(out);
    indices.write(out);
    comprehensions.write(out);
    clauses.write(out);
    arms.write(out);
    functions.write(out);
    lets.write(out);
    outputs.write(out);
    relations.write(out);
    strata.write(out);
    joins.write(out);
    keyed.write(out);
    data.write(out);
    inputs.write(out);
    rules.write(out);
    targets.write(out);
    steps.write(out);
    edits.write(out);
    anchors.write(out);
    asked.write(out);
    query.write(out);
    packages.write(out);
    denials.write(out);
    element_checks.write(out);
    wholes.write(out);
    checks.write(out);
    files.write(out);
    let patterns: Vec<_> = patterns.keys().cloned().collect();
    patterns.write(out);
}

/// Reads what [`write`] has written.
pub(super) fn read(reader: &mut Reader<'_>) -> Read<Plan> {
    let mut plan = Plan {
        heap: Coded::read(reader)?,
        literals: Coded::read(reader)?,
        ops: Coded::read(reader)?,
        spans: Coded::read(reader)?,
        args: Coded::read(reader)?,
        record_fields: Coded::read(reader)?,
        constants: Coded::read(reader)?,
        fields: Coded::read(reader)?,
        indices: Coded::read(reader)?,
        comprehensions: Coded::read(reader)?,
        clauses: Coded::read(reader)?,
        arms: Coded::read(reader)?,
        functions: Coded::read(reader)?,
        lets: Coded::read(reader)?,
        outputs: Coded::read(reader)?,
        relations: Coded::read(reader)?,
        strata: Coded::read(reader)?,
        joins: Coded::read(reader)?,
        keyed: Coded::read(reader)?,
        data: Coded::read(reader)?,
        inputs: Coded::read(reader)?,
        rules: Coded::read(reader)?,
        targets: Coded::read(reader)?,
        steps: Coded::read(reader)?,
        edits: Coded::read(reader)?,
        anchors: Coded::read(reader)?,
        asked: Coded::read(reader)?,
        query: Coded::read(reader)?,
        packages: Coded::read(reader)?,
        denials: Coded::read(reader)?,
        element_checks: Coded::read(reader)?,
        wholes: Coded::read(reader)?,
        checks: Coded::read(reader)?,
        files: Coded::read(reader)?,
        ..Plan::default()
    };
    for text in Vec::<Box<str>>::read(reader)? {
        let regex = Regex::new(&text).map_err(|_| reader.damaged())?;
        plan.patterns.insert(text, regex);
    }
    for (format, text) in &plan.literals {
        let document = literal(*format, plan.heap.text(*text)).ok();
        plan.documents.push(Arc::new(document.ok_or(reader.damaged())?));
    }
    Ok(plan)
}
