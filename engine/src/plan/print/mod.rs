//! The plan as text, for people: `ward build --emit plan`. What is shared, how joins look up, which rules the
//! index tells apart by what, what each rule needs, and which places each rule reads.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use core::fmt::Write as _;

mod expr;

pub(crate) use expr::{Printer, step};

use super::{
    Plan,
    index::{Index, Path, key},
    join::{Key, Source},
    trie::{self, Edge, Trie, TrieId, Wanted},
};
use crate::value::{NodeRef, Value, View, World};

/// The whole plan, with its data loaded.
pub(crate) fn print(plan: &Plan) -> String {
    let printer = Printer::new(plan);
    let mut out = String::new();
    for (index, entry) in (0_u32..).zip(&plan.lets) {
        let when = if entry.reads_input {
            "once a decision"
        } else {
            "when data are loaded"
        };
        let (name, value) = (printer.let_name(index), printer.expr(entry.value));
        let _ = writeln!(out, "let {name} = {value}   // {when}");
    }
    for (index, function) in (0_u32..).zip(&plan.functions) {
        let (name, body) = (printer.function_name(index), printer.expr(function.body));
        let _ = writeln!(out, "fn {name} = {body}");
    }
    for relation in &plan.relations {
        let when = if relation.reads_input {
            "once a decision"
        } else {
            "when data are loaded"
        };
        for block in &relation.blocks {
            let _ = writeln!(
                out,
                "relation {} [{}]   // {when}",
                relation.name, relation.stratum
            );
            for clause in block.clauses.of(&plan.clauses) {
                let _ = writeln!(out, "    {}", printer.clause(clause));
            }
            let row: Vec<String> = block.row.iter().map(|column| printer.expr(*column)).collect();
            let _ = writeln!(out, "    yield {}", row.join(", "));
        }
    }
    for (number, keyed) in plan.keyed.iter().enumerate() {
        let source = match keyed.source {
            Source::Relation(index) => printer.relation_name(index).into(),
            Source::List(op, _) => printer.expr(op),
        };
        let keys: Vec<String> = keyed.keys.iter().map(|key| key_path(plan, key)).collect();
        let when = if keyed.of_data {
            "when data are loaded"
        } else {
            "once a decision"
        };
        let sieve = printer.sieve(&keyed.sieve);
        let _ = writeln!(
            out,
            "index#{number} of {source} by {}{sieve}   // {when}",
            keys.join(", ")
        );
    }
    let places = places(plan);
    let marks = marks(plan, &places);
    for (index, rule) in (0_u32..).zip(&plan.rules) {
        let (file, line) = plan.file_line(rule.span);
        let file = file.map_or("", |file| &**file);
        let audit = if rule.audit { "audit rule" } else { "rule" };
        let slots = rule.locals;
        let _ = writeln!(out, "{audit} {}   // {file}:{line}, {slots} slots", rule.name);
        for clause in rule.clauses.of(&plan.clauses) {
            let _ = writeln!(out, "    {}", printer.clause(clause));
        }
        for line in printer.effect(&rule.effect) {
            let _ = writeln!(out, "    {line}");
        }
        for need in plan.index.needs_of(index) {
            let _ = writeln!(out, "    needs {}", need_text(need, &marks).join(" or "));
        }
    }
    index(plan, &mut out);
    reads(plan, &places, &mut out);
    out
}

/// The path of a key in an element.
fn key_path(plan: &Plan, key: &Key) -> String {
    let mut out = key
        .column
        .map_or_else(|| "$".into(), |column| format!("${column}"));
    let fields = key
        .fields
        .iter()
        .filter_map(|field| plan.fields.get(*field as usize));
    for field in fields {
        out.push_str(&step(&field.key));
    }
    out
}

/// A path of the index.
pub(crate) fn path_text(plan: &Plan, path: &Path) -> String {
    let input = plan.inputs.get(path.input as usize);
    let mut out = input.map_or_else(String::new, |input| input.name.clone());
    for part in &path.steps {
        out.push_str(&step(part));
    }
    out
}

/// What one of has to be so, as text.
pub(crate) fn need_text(need: &[(u32, u64)], marks: &BTreeMap<u32, String>) -> Vec<String> {
    let texts: BTreeSet<&str> = trie::marks(need)
        .filter_map(|mark| marks.get(&mark))
        .map(String::as_str)
        .collect();
    texts.into_iter().map(String::from).collect()
}

/// What each mark says: a path that is present, `no` and one that is absent, or what a value is.
pub(crate) fn marks(plan: &Plan, places: &BTreeMap<TrieId, String>) -> BTreeMap<u32, String> {
    let printer = Printer::new(plan);
    let mut found = BTreeMap::new();
    for (id, path) in places {
        found.insert(id.0, path.clone());
        let Some(node) = plan.reads.node(*id) else {
            continue;
        };
        if let Some(mark) = node.absent {
            found.insert(mark, format!("no {path}"));
        }
        for test in node.tests.of(&plan.reads.tests) {
            let values = test.values.of(&plan.reads.values).iter();
            let values: Vec<String> = values.map(|value| printer.value(*value)).collect();
            let not = if test.negated { "not " } else { "" };
            let text = match (test.has, values.as_slice()) {
                (true, values) => format!("{} {not}in {path}", values.join(" or ")),
                (false, [one]) if test.negated => format!("{path} != {one}"),
                (false, [one]) => format!("{path} == {one}"),
                (false, values) => format!("{path} {not}in {{{}}}", values.join(", ")),
            };
            found.insert(test.mark, text);
        }
        for test in node.key_tests.of(&plan.reads.key_tests) {
            let keys = test.keys.of(&plan.reads.keys).iter();
            let mut keys: Vec<String> = keys.map(|key| format!("{:?}", key.text())).collect();
            keys.sort();
            let keys = keys.join(" or ");
            let text = match test.wanted {
                Wanted::OneOf => format!("the key {keys} in {path}"),
                Wanted::Other => format!("a key but {keys} in {path}"),
                Wanted::Prefix => format!("a key that begins with {keys} in {path}"),
            };
            found.insert(test.mark, text);
        }
    }
    found
}

/// Where each place that is read lies: `[]` is every element, `[*]` the value of every key.
pub(crate) fn places(plan: &Plan) -> BTreeMap<TrieId, String> {
    let Trie { roots, .. } = &plan.reads;
    let mut found = BTreeMap::new();
    let roots = roots.iter().zip(&plan.inputs);
    let mut left: Vec<(TrieId, String)> = roots
        .filter_map(|(root, input)| Some(((*root)?, input.name.clone())))
        .collect();
    while let Some((id, path)) = left.pop() {
        let Some(node) = plan.reads.node(id) else { continue };
        // Several ways lead to the rows of a relation; one of them is told.
        if found.contains_key(&id) {
            continue;
        }
        for (key, below) in plan.reads.fields(node).iter() {
            left.push((*below, format!("{path}{}", step(key))));
        }
        for (edge, below) in plan.reads.edges(node) {
            let part = match edge {
                Edge::Element => "[]".into(),
                Edge::Index(index) => format!("[{index}]"),
                Edge::Value => "[*]".into(),
                Edge::Variant(_) | Edge::Row => String::new(),
            };
            left.push((*below, format!("{path}{part}")));
        }
        found.insert(id, path);
    }
    found
}

/// The constants whose hashes the index asks for. It keeps no more than the hash, because two that share one
/// are told apart by the rules themselves.
pub(crate) fn constants(plan: &Plan, wanted: &BTreeSet<u64>) -> BTreeMap<u64, String> {
    let printer = Printer::new(plan);
    let mut found = BTreeMap::new();
    let mut left: Vec<Value> = plan.constants.clone();
    for (number, document) in (0_u32..).zip(&plan.documents) {
        let nodes = (document.root().0..document.end(document.root()).0).map(crate::input::NodeId);
        let doc = crate::value::DocId(number);
        left.extend(nodes.map(|node| Value::Node(NodeRef { doc, node })));
    }
    let world: &World<'_> = printer.world();
    while let Some(value) = left.pop() {
        match world.view(value) {
            View::Text(_) | View::Int(_) | View::Bool(_) | View::Float(_) => {
                let hash = key(world, value);
                if wanted.contains(&hash) {
                    found.entry(hash).or_insert_with(|| printer.value(value));
                }
            }
            // Of documents every node is looked at in any case.
            View::List if !matches!(value, Value::Node(_)) => {
                if let Some(mut elements) = world.elements(value) {
                    while let Some(element) = elements.next(world) {
                        left.push(element);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The texts of hashes; of one that was made when data were loaded the hash itself.
pub(crate) fn asked(constants: &BTreeMap<u64, String>, hash: u64) -> String {
    constants
        .get(&hash)
        .cloned()
        .unwrap_or_else(|| format!("#{hash:016x}"))
}

/// The switches of the index, with the rules at their ends.
fn index(plan: &Plan, out: &mut String) {
    let index: &Index = &plan.index;
    let hashes: BTreeSet<u64> = index
        .nodes
        .iter()
        .filter_map(|node| node.switch.as_ref())
        .flat_map(|switch| switch.cases.of(&index.cases).iter().map(|case| case.hash))
        .collect();
    let constants = constants(plan, &hashes);
    out.push_str("switches\n");
    // Depth first, cases before the rest; a list, so that nothing recurses.
    let mut left: Vec<(u32, usize, String)> = alloc::vec![(0, 1, String::new())];
    while let Some((id, depth, label)) = left.pop() {
        let Some(node) = index.nodes.get(id as usize) else {
            continue;
        };
        let indent = "    ".repeat(depth);
        let rules = node
            .rules
            .of(&index.rules)
            .iter()
            .filter_map(|reached| plan.rules.get(reached.rule as usize));
        let rules: Vec<&str> = rules.map(|rule| &*rule.name).collect();
        let Some(switch) = &node.switch else {
            let rules = if rules.is_empty() {
                "no rule".into()
            } else {
                rules.join(", ")
            };
            let _ = writeln!(out, "{indent}{label}{rules}");
            continue;
        };
        let path = index
            .paths
            .get(switch.path as usize)
            .map(|path| path_text(plan, path));
        let _ = writeln!(out, "{indent}{label}by {}", path.unwrap_or_default());
        let below = depth.saturating_add(1);
        left.push((switch.rest, below, "always: ".into()));
        let mut cases: Vec<(String, u32)> = switch
            .cases
            .of(&index.cases)
            .iter()
            .map(|case| (asked(&constants, case.hash), case.node))
            .collect();
        cases.sort();
        left.extend(
            cases
                .into_iter()
                .rev()
                .map(|(text, node)| (node, below, format!("{text}: "))),
        );
    }
}

/// Which rules read which places.
fn reads(plan: &Plan, places: &BTreeMap<TrieId, String>, out: &mut String) {
    out.push_str("reads\n");
    let mut lines: BTreeMap<(&str, &str), BTreeSet<u32>> = BTreeMap::new();
    for (id, path) in places {
        let Some(node) = plan.reads.node(*id) else {
            continue;
        };
        for (rules, what) in [(node.rules, ""), (node.whole, " whole")] {
            let rules = rules.of(&plan.reads.rules);
            if !rules.is_empty() {
                lines.entry((path.as_str(), what)).or_default().extend(rules);
            }
        }
    }
    for ((path, what), rules) in lines {
        let names: Vec<&str> = rules
            .iter()
            .map(|rule| match plan.rules.get(*rule as usize) {
                Some(rule) => &*rule.name,
                // After the rules come the outputs.
                None => (*rule as usize)
                    .checked_sub(plan.rules.len())
                    .and_then(|output| plan.outputs.get(output))
                    .map_or("?", |(name, _)| name.as_str()),
            })
            .collect();
        let _ = writeln!(out, "    {path}{what}: {}", names.join(", "));
    }
}
