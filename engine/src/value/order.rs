//! One total order over all values: null, false, true, numbers, text, lists, records. Equality is
//! equality in that order, so that a node and a made value of the same content are equal.

use core::cmp::Ordering;

use wardlaw_lang::types::Opaque;

use super::{Value, View, World, number, number::Number};

/// Orders two values. Recursion is bounded by the depth of documents and of the plan.
pub(crate) fn compare(world: &World<'_>, a: Value, b: Value) -> Ordering {
    let (left, right) = (world.view(a), world.view(b));
    match (left, right) {
        (View::Bool(a), View::Bool(b)) => a.cmp(&b),
        (View::Text(a), View::Text(b)) | (View::Huge(a), View::Huge(b)) => a.cmp(b),
        (View::List, View::List) => compare_lists(world, a, b),
        (View::Map, View::Map) => compare_maps(world, a, b),
        (View::Opaque(kind, a), View::Opaque(other, b)) => kind.cmp(&other).then_with(|| kind.compare(a, b)),
        // An element of a document that nothing has read as what it is yet.
        (View::Opaque(kind, a), View::Text(b)) if kind.parse(b).is_some() => kind.compare(a, b),
        (View::Text(a), View::Opaque(kind, b)) if kind.parse(a).is_some() => kind.compare(a, b),
        (View::Opaque(Opaque::Quantity, a), _) if as_number(right).is_some() => {
            spelled(world, b, right, |b| Opaque::Quantity.compare(a, b))
        }
        (_, View::Opaque(Opaque::Quantity, b)) if as_number(left).is_some() => {
            spelled(world, a, left, |a| Opaque::Quantity.compare(a, b))
        }
        _ => match (as_number(left), as_number(right)) {
            (Some(a), Some(b)) => number::compare(a, b),
            _ => rank(left).cmp(&rank(right)),
        },
    }
}

/// Whether two values are equal. Absent equals absent here; operators decide what that means.
pub(crate) fn equal(world: &World<'_>, a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Node(a), Value::Node(b)) if a == b => return true,
        (Value::Shaped(shape, a), Value::Shaped(other, b)) if shape == other && a == b => return true,
        _ => {}
    }
    match (world.view(a), world.view(b)) {
        (View::Text(a), View::Text(b)) => a == b,
        _ => compare(world, a, b) == Ordering::Equal,
    }
}

/// The number, if the value is one.
pub(crate) fn as_number(view: View<'_>) -> Option<Number> {
    match view {
        View::Int(value) => Some(Number::Int(value)),
        View::Float(value) => Some(Number::Float(value)),
        _ => None,
    }
}

fn rank(view: View<'_>) -> u8 {
    match view {
        View::Null => 0,
        View::Bool(_) => 1,
        View::Int(_) | View::Float(_) => 2,
        View::Huge(_) => 3,
        View::Text(_) => 4,
        View::List => 5,
        View::Map => 6,
        View::Opaque(..) => 7,
    }
}

/// What a number is as it is spelled.
fn spelled(world: &World<'_>, value: Value, view: View<'_>, then: impl FnOnce(&str) -> Ordering) -> Ordering {
    if let Value::Node(at) = value
        && let Some(text) = world.doc(at.doc).and_then(|doc| doc.number_text(at.node))
    {
        return then(text);
    }
    match view {
        View::Int(value) => then(&alloc::format!("{value}")),
        View::Float(value) => then(&alloc::format!("{value:?}")),
        _ => then(""),
    }
}

fn compare_lists(world: &World<'_>, a: Value, b: Value) -> Ordering {
    let (Some(mut a), Some(mut b)) = (world.elements(a), world.elements(b)) else {
        return Ordering::Equal;
    };
    loop {
        match (a.next(world), b.next(world)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match compare(world, a, b) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

fn compare_maps(world: &World<'_>, a: Value, b: Value) -> Ordering {
    let (Some(mut a), Some(mut b)) = (world.members(a), world.members(b)) else {
        return Ordering::Equal;
    };
    loop {
        match (a.next(world), b.next(world)) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some((ka, va)), Some((kb, vb))) => {
                match compare(world, ka, kb).then_with(|| compare(world, va, vb)) {
                    Ordering::Equal => {}
                    other => return other,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::{
        input::{Document, ReadLimits, read_json},
        value::{DocId, Heap},
    };

    fn document(text: &str) -> Document<'_> {
        read_json(text, &ReadLimits::default()).unwrap()
    }

    #[test]
    fn the_order_is_null_booleans_numbers_text_lists_records() {
        let doc = document(
            r#"[null, false, true, -1, 0.5, 1, 2, "", "a", "b", [], [1], [1, 1], [2], {}, {"a": 1}, {"a": 2}, {"b": 0}]"#,
        );
        let heap = Heap::default();
        let world = World::new(&heap, [&doc].into_iter().collect());
        let root = world.node(DocId(0), doc.root());
        let mut cursor = world.elements(root).unwrap();
        let mut values = Vec::new();
        while let Some(value) = cursor.next(&world) {
            values.push(value);
        }
        for (i, a) in values.iter().enumerate() {
            for (j, b) in values.iter().enumerate() {
                assert_eq!(compare(&world, *a, *b), i.cmp(&j), "{i} {j}");
            }
        }
    }

    #[test]
    fn a_node_equals_a_made_value_of_the_same_content() {
        let doc = document(r#"{"b": null, "a": [1.0, "x"]}"#);
        let heap = Heap::default();
        let mut world = World::new(&heap, [&doc].into_iter().collect());
        let text = world.add_text("x");
        let list = Value::List(world.add_run(&[Value::Int(1), text]));
        let key = world.add_text("a");
        let map = Value::Map(world.add_run(&[key, list]));
        let node = world.node(DocId(0), doc.root());
        assert!(equal(&world, node, map));
        assert!(world.contains(node, key));
    }
}
