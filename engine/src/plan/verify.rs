//! What running a plan relies on, checked of one that was read from bytes, whoever made them: that nothing leads
//! back to itself, that evaluation nests no deeper than in a plan that was made here, and that no part is
//! gone through more often than it is long. What is not there is no danger: whatever is asked for by its
//! number may be missing.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use super::{
    Clause, Op, Pattern, Plan, Rule, Slice, Test,
    depth::{self, MAX_DEPTH, Walk},
    index::Index,
    join::Source,
    trie::{Edge, Trie, TrieId},
};
use crate::value::Value;

/// What is wrong with a plan.
pub(crate) type Sound = Result<(), &'static str>;

/// How deep the check of the input may nest at one place.
const MOST_AT_ONE_PLACE: usize = 1_000;

/// How many sets of marks a rule needs at most, from which one each has to be set.
const MOST_SETS: u32 = 16;

/// Checks a plan, but for its reads and index, that was read from so many bytes.
pub(crate) fn plan(plan: &Plan, bytes: usize) -> Sound {
    operands(plan)?;
    bodies(plan)?;
    constants(plan)?;
    relations(plan)?;
    joins(plan)?;
    frames(plan, bytes as u64)?;
    depth::verify(plan).map_err(|_| "evaluation could nest too deeply, or without an end")
}

/// Whether slices are together no longer than what they are of.
fn fit<T>(slices: impl Iterator<Item = Slice>, all: &[T]) -> Sound {
    let sum = slices.fold(0_u64, |sum, slice| sum.saturating_add(u64::from(slice.len)));
    if sum > all.len() as u64 {
        return Err("parts are longer than the whole");
    }
    Ok(())
}

/// What expressions name exists, and their operands are together no more than there are.
fn operands(plan: &Plan) -> Sound {
    let (mut args, mut arms, mut fields) = (0_u64, 0_u64, 0_u64);
    for op in &plan.ops {
        let (sum, slice) = match op {
            Op::Call {
                function,
                args: slice,
            } => {
                exists(*function, &plan.functions)?;
                (&mut args, slice)
            }
            Op::Builtin { args: slice, .. }
            | Op::Tuple(slice)
            | Op::List(slice)
            | Op::Set { items: slice, .. }
            | Op::Map(slice)
            | Op::Interpolate(slice) => (&mut args, slice),
            Op::Match { arms: slice, .. } => (&mut arms, slice),
            Op::Record(slice) => (&mut fields, slice),
            Op::Let(index) => {
                exists(*index, &plan.lets)?;
                continue;
            }
            Op::Relation(index) => {
                exists(*index, &plan.relations)?;
                continue;
            }
            _ => continue,
        };
        *sum = sum.saturating_add(u64::from(slice.len));
    }
    let room = [plan.args.len(), plan.arms.len(), plan.record_fields.len()];
    let mut sums = [args, arms, fields].into_iter().zip(room);
    if sums.any(|(sum, room)| sum > room as u64) {
        return Err("operands are more than there are");
    }
    for keyed in &plan.keyed {
        if let Source::Relation(relation) = keyed.source {
            exists(relation, &plan.relations)?;
        }
    }
    Ok(())
}

fn exists<T>(index: u32, all: &[T]) -> Sound {
    if (index as usize) < all.len() {
        Ok(())
    } else {
        Err("something is named that does not exist")
    }
}

/// Parts of bodies are together no longer than the whole.
fn bodies(plan: &Plan) -> Sound {
    let blocks = || plan.relations.iter().flat_map(|relation| &relation.blocks);
    // A round in which nothing moves has the clauses of its block.
    let variants = blocks().flat_map(|block| {
        let moved = block.variants.iter().filter(|variant| **variant != block.clauses);
        moved.copied()
    });
    let clauses = (plan.rules.iter().map(|rule| rule.clauses))
        .chain(plan.comprehensions.iter().map(|of| of.clauses))
        .chain(blocks().map(|block| block.clauses))
        .chain(variants);
    fit(clauses, &plan.clauses)?;
    let effects = || plan.rules.iter().map(|rule| &rule.effect);
    fit(effects().map(|effect| effect.places), &plan.targets)?;
    fit(effects().map(|effect| effect.edits), &plan.edits)?;
    fit(effects().map(|effect| effect.anchors), &plan.anchors)?;
    let edits = plan.edits.iter().map(|edit| &edit.place);
    let places = plan.targets.iter().chain(edits);
    fit(places.map(|place| place.steps), &plan.steps)
}

/// Constants hold only those before them, and are no deeper than an expression that would make them.
fn constants(plan: &Plan) -> Sound {
    let heap = &plan.heap;
    let runs = heap.runs.iter().map(|(start, len)| Slice {
        start: *start,
        len: *len,
    });
    fit(runs.clone(), &heap.items)?;
    let mut depths: Vec<u32> = Vec::with_capacity(heap.runs.len());
    for run in runs {
        let mut depth = 0_u32;
        for item in run.of(&heap.items) {
            if let Some(below) = run_of(*item) {
                let below = depths.get(below as usize).copied().unwrap_or(MAX_DEPTH);
                depth = depth.max(below.saturating_add(1));
            }
        }
        if depth > MAX_DEPTH {
            return Err("a constant is in itself");
        }
        depths.push(depth);
    }
    // What is not there would be what a decision makes, and that may hold the constant.
    let keys = plan.record_fields.iter().map(|(name, _)| *name);
    let tests = plan.arms.iter().flat_map(|arm| &arm.tests);
    let tested = tests.filter_map(|test| match test {
        Test::Equal(value) => Some(*value),
        _ => None,
    });
    let values = plan.constants.iter().copied().chain(keys).chain(tested);
    let mut runs = values.filter_map(run_of);
    runs.try_for_each(|run| exists(run, &heap.runs))
}

/// The run that a value is.
fn run_of(value: Value) -> Option<u32> {
    match value {
        Value::List(run) | Value::Set(run) | Value::Map(run) | Value::Tuple(run) => Some(run),
        _ => None,
    }
}

/// Relations are in the stratum that they name, and their rows are as wide as what is said of them.
fn relations(plan: &Plan) -> Sound {
    let mut met = vec![false; plan.relations.len()];
    for (stratum, members) in plan.strata.iter().enumerate() {
        for member in members {
            let relation = plan.relations.get(*member as usize);
            let met = met.get_mut(*member as usize);
            let first = met.is_some_and(|met| !core::mem::replace(met, true));
            if !first || relation.is_none_or(|relation| relation.stratum as usize != stratum) {
                return Err("a relation is not where it says that it is");
            }
        }
    }
    if met.contains(&false) {
        return Err("a relation is computed nowhere");
    }
    for (number, relation) in (0_u32..).zip(&plan.relations) {
        let columns = relation.columns as usize;
        if columns == 0 || relation.checks.len() != columns || relation.shapes.len() != columns {
            return Err("a relation has other columns than it says");
        }
        let member = plan.keyed.get(relation.member as usize);
        if member.is_none_or(|member| {
            member.source != Source::Relation(number) || !member.sieve.conditions.is_empty()
        }) {
            return Err("the rows of a relation are looked up in another");
        }
    }
    Ok(())
}

/// A `for` over a relation looks up in that relation, and one over a list in lists.
fn joins(plan: &Plan) -> Sound {
    for clause in &plan.clauses {
        let Clause::For(clause) = clause else { continue };
        let join = clause.join.and_then(|join| plan.joins.get(join as usize));
        let keyed = join.and_then(|join| plan.keyed.get(join.index as usize));
        let drawn = match plan.op(clause.source) {
            Some(Op::Relation(relation)) => Some(relation),
            _ => None,
        };
        let found = keyed.map(|keyed| match keyed.source {
            Source::Relation(relation) => Some(relation),
            Source::List(..) => None,
        });
        if found.is_some_and(|found| found != drawn) {
            return Err("a join looks up elsewhere than it draws");
        }
    }
    Ok(())
}

/// Each slot is bound somewhere, and each place takes a byte: frames are no larger than that, all together.
fn frames(plan: &Plan, bytes: u64) -> Sound {
    let blocks = plan.relations.iter().flat_map(|relation| &relation.blocks);
    let frames = (plan.rules.iter().map(|rule| rule.locals))
        .chain(plan.functions.iter().map(|function| function.locals))
        .chain(plan.lets.iter().map(|entry| entry.locals))
        .chain(plan.data.iter().map(|data| data.locals))
        .chain(blocks.map(|block| block.locals));
    let sieves = plan.keyed.iter().map(|keyed| keyed.sieve.locals);
    // Those of sieves are parts of other frames, once for each.
    let most = bytes.saturating_mul(16);
    if frames.map(u64::from).fold(0, u64::saturating_add) > bytes
        || sieves.map(u64::from).fold(0, u64::saturating_add) > most
    {
        return Err("frames are larger than what is bound in them");
    }
    Ok(())
}

/// Whether the clauses of rules bind slots in order, so that what follows bindings comes to an end. Asked where
/// an index is made.
pub(crate) struct Order<'p> {
    plan: &'p Plan,
    walk: Walk,
    /// How many expressions are still looked at: most are read by one clause.
    left: usize,
}

impl<'p> Order<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            walk: Walk::default(),
            left: plan.ops.len().saturating_mul(16),
        }
    }

    /// Whether no slot of a rule is bound after it was read, or to what reads it.
    pub(crate) fn is_kept(&mut self, rule: &Rule) -> bool {
        let mut read: BTreeSet<u32> = BTreeSet::new();
        for clause in rule.clauses.of(&self.plan.clauses) {
            let (bound, value) = match clause {
                Clause::Given { local, value } => (*local, *value),
                Clause::Let {
                    pattern: Pattern::Bind(local),
                    value,
                } => (*local, *value),
                _ => continue,
            };
            let reached = self.walk.reached(self.plan, &[value]);
            read.extend(reached.iter().filter_map(|id| match self.plan.op(*id) {
                Some(Op::Local(slot)) => Some(slot),
                _ => None,
            }));
            let Some(left) = self.left.checked_sub(reached.len()) else {
                return false;
            };
            self.left = left;
            if read.contains(&bound) {
                return false;
            }
        }
        true
    }
}

/// Checks the tree of reads, before its tables are made.
pub(crate) fn reads(trie: &Trie) -> Sound {
    let nodes = trie.nodes.iter();
    fit(nodes.clone().map(|node| node.fields), &trie.fields)?;
    fit(nodes.clone().map(|node| node.edges), &trie.edges)?;
    fit(
        nodes.clone().flat_map(|node| [node.rules, node.whole]),
        &trie.rules,
    )?;
    fit(nodes.clone().map(|node| node.key_tests), &trie.key_tests)?;
    fit(trie.key_tests.iter().map(|test| test.keys), &trie.keys)?;
    fit(nodes.map(|node| node.tests), &trie.tests)?;
    fit(trie.tests.iter().map(|test| test.values), &trie.values)?;
    // One way leads to each place, but for rows, which are gone through once.
    let mut met = vec![false; trie.nodes.len()];
    let mut rows = vec![false; trie.nodes.len()];
    let mut once = |id: TrieId| {
        let met = met.get_mut(id.0 as usize);
        match met.map(|met| core::mem::replace(met, true)) {
            Some(false) => Ok(()),
            _ => Err("two ways lead to one place"),
        }
    };
    trie.roots.iter().flatten().try_for_each(|root| once(*root))?;
    trie.fields.iter().try_for_each(|(_, id)| once(*id))?;
    for (edge, id) in &trie.edges {
        match edge {
            Edge::Row => match rows.get_mut(id.0 as usize) {
                Some(row) => *row = true,
                None => return Err("rows are read that are nowhere"),
            },
            _ => once(*id)?,
        }
    }
    // Since one way leads to each, a place that is reached from a root or from rows has an end; what goes in a
    // circle is reached from neither, and no input leads there.
    let rows = rows.into_iter().filter(|row| *row).count();
    let variants = variants(trie)?;
    if rows.saturating_add(1).saturating_mul(variants.saturating_add(1)) > MOST_AT_ONE_PLACE {
        return Err("reads of one place nest too deeply");
    }
    Ok(())
}

/// How many steps at most lead to variants of variants of one place.
fn variants(trie: &Trie) -> Result<usize, &'static str> {
    let mut above: Vec<Option<u32>> = vec![None; trie.nodes.len()];
    let mut some = false;
    for (number, node) in (0_u32..).zip(&trie.nodes) {
        for (edge, id) in trie.edges(node) {
            if let (Edge::Variant(_), Some(above)) = (edge, above.get_mut(id.0 as usize)) {
                *above = Some(number);
                some = true;
            }
        }
    }
    if !some {
        return Ok(0);
    }
    let mut deepest = 0_usize;
    for start in 0..above.len() {
        let mut steps = 0_usize;
        let mut at = start;
        while let Some(next) = above.get(at).copied().flatten() {
            steps = steps.saturating_add(1);
            if steps > MOST_AT_ONE_PLACE {
                return Err("variants of a place without an end");
            }
            at = next as usize;
        }
        deepest = deepest.max(steps);
    }
    Ok(deepest)
}

/// Checks an index on the rules of a plan, whose reads were checked.
pub(crate) fn index(index: &Index, trie: &Trie) -> Sound {
    fit(index.nodes.iter().map(|node| node.rules), &index.rules)?;
    let switches = || index.nodes.iter().map(|node| node.switch);
    fit(switches().flatten().map(|switch| switch.cases), &index.cases)?;
    fit(index.wanted.iter().copied(), &index.sets)?;
    fit(index.sets.iter().copied(), &index.words)?;
    if index.wanted.iter().any(|sets| sets.len > MOST_SETS) {
        return Err("a rule needs more than rules do");
    }
    // A mark of presence and one of absence a place, and one a test.
    let places = trie.nodes.len().saturating_mul(2);
    let tests = trie.tests.len().saturating_add(trie.key_tests.len());
    if index.marks as usize > places.saturating_add(tests) {
        return Err("there are more marks than are set");
    }
    // What a switch leads to comes after it, and by one way.
    let mut met = vec![false; index.nodes.len()];
    for (number, switch) in switches().enumerate() {
        let Some(switch) = switch else { continue };
        let cases = switch.cases.of(&index.cases).iter();
        for next in cases.map(|case| case.node).chain([switch.rest]) {
            let next = next as usize;
            let first = met.get_mut(next).map(|met| core::mem::replace(met, true));
            if next <= number || first != Some(false) {
                return Err("the index goes in a circle");
            }
        }
    }
    Ok(())
}
