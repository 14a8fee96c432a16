//! What a schema says of objects and of lists: fields and elements, as formulas.

use alloc::{boxed::Box, collections::BTreeMap};

use super::{
    At, Work,
    formula::{Atom, Formula},
    shape::{Field, List, Object},
    tree::{NodeId, Scalar, Tree},
};

/// What is said of objects, if anything is.
pub(super) fn object(work: &mut Work<'_>, tree: &Tree, at: At) -> Option<Object> {
    let get = |key| tree.get(at.node, key);
    let (properties, required) = (get("properties"), get("required"));
    let (additional, patterns) = (get("additionalProperties"), get("patternProperties"));
    if [properties, required, additional, patterns]
        .iter()
        .all(Option::is_none)
    {
        return None;
    }
    let formula = |node| formula(tree, at, node);
    let mut patterned = Formula::never();
    if let Some(node) = members(work, tree, at, patterns, "patternProperties") {
        for (_, schema) in tree.members(node) {
            patterned = patterned.or(&formula(schema));
        }
    }
    // Members that only a pattern names may be what any pattern says.
    let rest = patterned.or(&additional.map_or_else(Formula::any, formula));
    let mut object = Object {
        fields: BTreeMap::new(),
        rest,
    };
    if let Some(node) = members(work, tree, at, properties, "properties") {
        for (name, schema) in tree.members(node) {
            let field = Field {
                formula: formula(schema),
                required: false,
            };
            object.fields.insert(Box::from(name), field);
        }
    }
    match required.map(|node| (node, tree.value(node))) {
        None => {}
        Some((node, Scalar::List)) => {
            for name in tree.children(node) {
                let Some(name) = tree.text(name) else {
                    work.malformed(at, name, "`required` lists names of fields");
                    continue;
                };
                let rest = &object.rest;
                let field = object.fields.entry(Box::from(name)).or_insert_with(|| Field {
                    formula: rest.clone(),
                    required: true,
                });
                field.required = true;
            }
        }
        // As draft 3 had it, on the field itself: it says nothing here.
        Some((_, Scalar::Bool(_))) => {}
        Some((node, _)) => work.malformed(at, node, "`required` is a list of names"),
    }
    Some(object)
}

/// What is said of lists, if anything is.
pub(super) fn list(work: &mut Work<'_>, tree: &Tree, at: At) -> Option<List> {
    let get = |key| tree.get(at.node, key);
    let (prefix, items, additional) = (get("prefixItems"), get("items"), get("additionalItems"));
    let (least, most) = (get("minItems"), get("maxItems"));
    if [prefix, items, least, most].iter().all(Option::is_none) {
        return None;
    }
    let formula = |node| formula(tree, at, node);
    // Until draft 2019-09, `items` could be a list, and `additionalItems` what follows it.
    let (prefix, rest) = match items {
        Some(items) if matches!(tree.value(items), Scalar::List) => (Some(items), additional),
        rest => (prefix, rest),
    };
    let mut list = List {
        prefix: alloc::vec::Vec::new(),
        rest: rest.map_or_else(Formula::any, formula),
        least: number(tree, least).unwrap_or(0),
        most: number(tree, most).unwrap_or(u64::MAX),
    };
    match prefix {
        Some(node) if matches!(tree.value(node), Scalar::List) => {
            list.prefix = tree.children(node).map(formula).collect();
        }
        Some(node) => work.malformed(at, node, "`prefixItems` is a list of schemas"),
        None => {}
    }
    if list.rest.is_never() {
        list.most = list.most.min(list.prefix.len() as u64);
    }
    Some(list)
}

/// The formula of a schema; `true` and `{}` say nothing, and `false` fits nothing.
fn formula(tree: &Tree, at: At, node: NodeId) -> Formula {
    match tree.value(node) {
        Scalar::Bool(false) => Formula::never(),
        Scalar::Bool(true) => Formula::any(),
        Scalar::Object if tree.children(node).next().is_none() => Formula::any(),
        _ => Formula::of(Atom::Node(at.file, node)),
    }
}

/// The node of a keyword that holds schemas by name.
fn members(work: &mut Work<'_>, tree: &Tree, at: At, node: Option<NodeId>, key: &str) -> Option<NodeId> {
    let node = node?;
    if tree.is_object(node) {
        return Some(node);
    }
    work.malformed(at, node, &alloc::format!("`{key}` is an object of schemas"));
    None
}

fn number(tree: &Tree, node: Option<NodeId>) -> Option<u64> {
    match tree.value(node?) {
        Scalar::Int(value) => u64::try_from(*value).ok(),
        _ => None,
    }
}
