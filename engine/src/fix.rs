//! Edits of the input's tree become one RFC 6902 patch: missing parents are made once, all edits
//! address the original tree, and where two contradict each other the first stands.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, ops::Bound};

use serde_json::Value as Json;
use smol_str::SmolStr;
use wardlaw_lang::ir::EditAction;

use crate::{
    decision::canonical,
    value::place::{Token, pointer},
};

/// One operation of an RFC 6902 patch.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOperation {
    /// What is done.
    pub op: PatchOp,
    /// Where: a JSON pointer.
    pub path: String,
    /// The value, except of `remove`.
    pub value: Option<Json>,
}

/// The operations that Wardlaw writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchOp {
    /// Add a member, or insert or append an element.
    Add,
    /// Replace what is there.
    Replace,
    /// Remove what is there.
    Remove,
}

impl PatchOp {
    /// As in RFC 6902.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl PatchOperation {
    /// As RFC 6902 writes it.
    pub fn to_json(&self) -> Json {
        let mut members = serde_json::Map::new();
        members.insert("op".into(), self.op.name().into());
        members.insert("path".into(), self.path.as_str().into());
        if let Some(value) = &self.value {
            members.insert("value".into(), value.clone());
        }
        Json::Object(members)
    }
}

/// An edit with its place found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) action: EditAction,
    /// How many steps at the end of the path are absent.
    pub(crate) missing: usize,
    pub(crate) path: Vec<Token>,
    /// What is at the path is a list.
    pub(crate) is_list: bool,
    pub(crate) value: Json,
}

/// What is added where nothing was: parents that were made can take more, a value stands as it is.
#[derive(Clone, Debug)]
enum Tree {
    Object(Vec<(SmolStr, Tree)>),
    List(Vec<Json>),
    Value(Json),
}

impl Tree {
    /// What is made along missing steps; none where one is an index of a list that is not there.
    fn new(steps: &[Token], leaf: Self) -> Option<Self> {
        let mut tree = leaf;
        for step in steps.iter().rev() {
            match step {
                Token::Key(key) => tree = Self::Object(alloc::vec![(key.clone(), tree)]),
                Token::Index(_) | Token::End => return None,
            }
        }
        Some(tree)
    }

    /// Takes in what another edit makes. Where both say something, the first stands; whether the other does.
    fn merge(&mut self, other: Self) -> bool {
        match (self, other) {
            (Self::Object(members), Self::Object(more)) => {
                let mut stands = true;
                for (key, tree) in more {
                    match members.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, known)) => stands &= known.merge(tree),
                        None => members.push((key, tree)),
                    }
                }
                stands
            }
            (Self::List(items), Self::List(more)) => {
                for item in more {
                    if !items.contains(&item) {
                        items.push(item);
                    }
                }
                true
            }
            (Self::Value(known), Self::Value(value)) => *known == value,
            _ => false,
        }
    }

    fn into_json(self) -> Json {
        match self {
            Self::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(key, tree)| (key.into(), tree.into_json()))
                    .collect(),
            ),
            Self::List(items) => Json::Array(items),
            Self::Value(value) => value,
        }
    }
}

/// Where an edit of what is absent makes something, and what; nothing where a step on the way is no field.
fn made(action: EditAction, path: &[Token], present: usize, value: Json) -> Option<(&[Token], Tree)> {
    let leaf = if action == EditAction::Add {
        Tree::List(alloc::vec![value])
    } else {
        Tree::Value(value)
    };
    let tree = Tree::new(path.get(present.saturating_add(1)..)?, leaf)?;
    let head = path.get(..=present)?;
    matches!(head.last(), Some(Token::Key(_))).then_some((head, tree))
}

/// What the edits of one finding do. Most have one.
pub(crate) fn operations(changes: &[Change]) -> Vec<PatchOperation> {
    match changes {
        [] => Vec::new(),
        [change] => alone(change).into_iter().collect(),
        changes => {
            let mut patch = Patch::default();
            patch.extend(changes.iter().cloned());
            patch.into_operations()
        }
    }
}

/// What an edit does that no other stands beside.
fn alone(change: &Change) -> Option<PatchOperation> {
    let Change {
        action,
        missing,
        path,
        is_list,
        value,
    } = change;
    let operation = |op, path: &[Token], value| PatchOperation {
        op,
        path: pointer(path),
        value,
    };
    match (action, missing) {
        (EditAction::Remove, 0) => Some(operation(PatchOp::Remove, path, None)),
        (EditAction::Remove, _) => None,
        (EditAction::Set, 0) => Some(operation(PatchOp::Replace, path, Some(value.clone()))),
        (EditAction::Add, 0) => is_list.then(|| {
            let mut operation = operation(PatchOp::Add, path, Some(value.clone()));
            operation.path.push_str("/-");
            operation
        }),
        (EditAction::Add | EditAction::Set, _) => {
            let present = path.len().saturating_sub(*missing);
            let (head, tree) = made(*action, path, present, value.clone())?;
            Some(operation(PatchOp::Add, head, Some(tree.into_json())))
        }
    }
}

/// Edits that were merged, by place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patch {
    /// What is replaced.
    replaced: BTreeMap<Vec<Token>, Json>,
    /// What is added to objects, at the first missing step.
    added: BTreeMap<Vec<Token>, Tree>,
    /// What is appended to lists; and as text, to find equal ones.
    appended: BTreeMap<Vec<Token>, (Vec<Json>, BTreeSet<String>)>,
    removed: BTreeSet<Vec<Token>>,
}

impl Patch {
    /// Takes in edits, in order; whether all of them stand.
    pub(crate) fn extend(&mut self, changes: impl IntoIterator<Item = Change>) -> bool {
        let mut stand = true;
        for change in changes {
            stand &= self.add(change);
        }
        stand
    }

    /// Takes in an edit. False where it contradicts one before it, which stands.
    pub(crate) fn add(&mut self, change: Change) -> bool {
        let Change {
            action,
            missing,
            path,
            is_list,
            value,
        } = change;
        let present = path.len().saturating_sub(missing);
        match action {
            EditAction::Remove if missing > 0 || self.removed.contains(&path) => true,
            EditAction::Remove => {
                let stands = !self.touches(&path);
                if stands {
                    self.removed.insert(path);
                }
                stands
            }
            EditAction::Add if missing == 0 => {
                let stands = !self.covers(&path);
                if is_list && stands {
                    let (items, known) = self.appended.entry(path).or_default();
                    if known.insert(canonical(&value)) {
                        items.push(value);
                    }
                }
                stands
            }
            EditAction::Set if missing == 0 => {
                if let Some(known) = self.replaced.get(&path) {
                    return *known == value;
                }
                let stands = !self.touches(&path);
                if stands {
                    self.replaced.insert(path, value);
                }
                stands
            }
            EditAction::Add | EditAction::Set => {
                let Some((head, tree)) = made(action, &path, present, value) else {
                    return true;
                };
                if self.covers(head) {
                    return false;
                }
                match self.added.get_mut(head) {
                    Some(known) => known.merge(tree),
                    None => {
                        self.added.insert(head.to_vec(), tree);
                        true
                    }
                }
            }
        }
    }

    /// Whether an edit replaces or removes the place or something around it.
    fn covers(&self, path: &[Token]) -> bool {
        (0..=path.len()).any(|length| {
            let around = path.get(..length).unwrap_or(path);
            self.replaced.contains_key(around) || self.removed.contains(around)
        })
    }

    /// Whether an edit is at the place, around it or inside it.
    fn touches(&self, path: &[Token]) -> bool {
        // What begins so follows it in order, without anything between.
        let inside = |first: Option<&Vec<Token>>| first.is_some_and(|first| first.starts_with(path));
        let from = (Bound::Included(path), Bound::Unbounded);
        self.covers(path)
            || inside(self.replaced.range::<[Token], _>(from).next().map(|(key, _)| key))
            || inside(self.added.range::<[Token], _>(from).next().map(|(key, _)| key))
            || inside(self.appended.range::<[Token], _>(from).next().map(|(key, _)| key))
            || inside(self.removed.range::<[Token], _>(from).next())
    }

    /// The operations: what moves no index first, then removals from the last index down, then appends.
    pub(crate) fn into_operations(self) -> Vec<PatchOperation> {
        let mut operations = Vec::new();
        let mut write = |op, path: &[Token], value| {
            operations.push(PatchOperation {
                op,
                path: pointer(path),
                value,
            });
        };
        for (path, value) in self.replaced {
            write(PatchOp::Replace, &path, Some(value));
        }
        for (path, tree) in self.added {
            write(PatchOp::Add, &path, Some(tree.into_json()));
        }
        for path in self.removed.iter().rev() {
            write(PatchOp::Remove, path, None);
        }
        for (mut path, (items, _)) in self.appended {
            path.push(Token::End);
            for item in items {
                write(PatchOp::Add, &path, Some(item));
            }
        }
        operations
    }
}

/// An edit of a `mutate` rule.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    /// The index of the rule: rules are in contract order.
    pub(crate) rule: u32,
    pub(crate) change: Change,
}

/// What mutations make.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged {
    pub(crate) patch: Vec<PatchOperation>,
    /// What is in the patch.
    pub(crate) stand: Vec<Mutation>,
    /// What contradicts an edit before it.
    pub(crate) conflicts: Vec<Mutation>,
}

/// Merges mutations in the order of findings: by rule, then by place.
pub(crate) fn merge(mut mutations: Vec<Mutation>) -> Merged {
    if mutations.is_empty() {
        return Merged::default();
    }
    mutations.sort_by(|a, b| (a.rule, &a.change.path).cmp(&(b.rule, &b.change.path)));
    let mut patch = Patch::default();
    let (stand, conflicts) = mutations
        .into_iter()
        .partition(|mutation| patch.add(mutation.change.clone()));
    Merged {
        patch: patch.into_operations(),
        stand,
        conflicts,
    }
}

/// A patch that does not fit a value: the path that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError {
    /// The pointer of the operation.
    pub path: String,
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the patch does not fit: nothing is at `{}`", self.path)
    }
}

impl core::error::Error for PatchError {}

/// The value after the operations, in order.
pub fn apply(value: &Json, operations: &[PatchOperation]) -> Result<Json, PatchError> {
    let mut value = value.clone();
    for operation in operations {
        apply_one(&mut value, operation).ok_or_else(|| PatchError {
            path: operation.path.clone(),
        })?;
    }
    Ok(value)
}

fn apply_one(root: &mut Json, operation: &PatchOperation) -> Option<()> {
    let new = operation.value.clone().unwrap_or(Json::Null);
    let Some((parent, last)) = operation.path.rsplit_once('/') else {
        // The whole value.
        *root = new;
        return Some(());
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent)? {
        Json::Object(members) => match operation.op {
            PatchOp::Add => drop(members.insert(key, new)),
            PatchOp::Replace => *members.get_mut(&key)? = new,
            PatchOp::Remove => drop(members.remove(&key)?),
        },
        Json::Array(items) => {
            if operation.op == PatchOp::Add && key == "-" {
                items.push(new);
                return Some(());
            }
            let index: usize = key
                .parse()
                .ok()
                .filter(|index: &usize| index.to_string() == key)?;
            match operation.op {
                PatchOp::Add if index <= items.len() => items.insert(index, new),
                PatchOp::Replace => *items.get_mut(index)? = new,
                PatchOp::Remove if index < items.len() => drop(items.remove(index)),
                PatchOp::Add | PatchOp::Remove => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use serde_json::json;

    use super::*;

    fn key(name: &str) -> Token {
        Token::Key(name.into())
    }

    fn set(path: Vec<Token>, missing: usize, value: Json) -> Change {
        Change {
            action: EditAction::Set,
            missing,
            path,
            is_list: false,
            value,
        }
    }

    fn operations(changes: Vec<Change>) -> Vec<PatchOperation> {
        let mut patch = Patch::default();
        patch.extend(changes);
        patch.into_operations()
    }

    #[test]
    fn missing_parents_are_made_once() {
        let path = |name| vec![key("spec"), key("securityContext"), key(name)];
        let operations = operations(vec![
            set(path("runAsNonRoot"), 2, json!(true)),
            set(path("privileged"), 2, json!(false)),
        ]);
        assert_eq!(operations.len(), 1);
        assert_eq!(operations[0].path, "/spec/securityContext");
        let mended = apply(&json!({"spec": {}}), &operations).unwrap();
        assert_eq!(
            mended,
            json!({"spec": {"securityContext": {"runAsNonRoot": true, "privileged": false}}})
        );
    }

    #[test]
    fn lists_are_made_and_appended_to() {
        let add = |path, missing, value| Change {
            action: EditAction::Add,
            missing,
            path,
            is_list: missing == 0,
            value,
        };
        let operations = operations(vec![
            add(vec![key("drop")], 1, json!("ALL")),
            add(vec![key("drop")], 1, json!("ALL")),
            add(vec![key("add")], 0, json!("X")),
            add(vec![key("add")], 0, json!("X")),
        ]);
        let mended = apply(&json!({"add": ["A"]}), &operations).unwrap();
        assert_eq!(mended, json!({"add": ["A", "X"], "drop": ["ALL"]}));
    }

    #[test]
    fn an_edit_alone_does_what_it_does_in_a_patch() {
        let actions = [EditAction::Set, EditAction::Add, EditAction::Remove];
        let paths = [
            vec![key("a"), key("b"), key("c")],
            vec![key("a"), Token::Index(0), key("c")],
            vec![key("a"), key("b"), Token::Index(3)],
        ];
        for (action, path) in actions
            .iter()
            .flat_map(|action| paths.iter().map(move |path| (action, path)))
        {
            for (missing, is_list) in [(0, false), (0, true), (1, false), (2, false), (3, false)] {
                let change = Change {
                    action: *action,
                    missing,
                    path: path.clone(),
                    is_list,
                    value: json!({"v": 1}),
                };
                assert_eq!(
                    super::operations(core::slice::from_ref(&change)),
                    operations(vec![change])
                );
            }
        }
    }

    #[test]
    fn removals_go_from_the_last_index_down() {
        let remove = |index| Change {
            action: EditAction::Remove,
            missing: 0,
            path: vec![key("l"), Token::Index(index)],
            is_list: false,
            value: Json::Null,
        };
        let operations = operations(vec![remove(2), remove(10), remove(0), remove(2)]);
        let list: Vec<u32> = (0..12).collect();
        let mended = apply(&json!({"l": list}), &operations).unwrap();
        assert_eq!(mended, json!({"l": [1, 3, 4, 5, 6, 7, 8, 9, 11]}));
    }

    #[test]
    fn the_first_of_two_edits_that_contradict_each_other_stands() {
        let operations = operations(vec![
            set(vec![key("a")], 0, json!({"b": 1})),
            set(vec![key("a"), key("b")], 0, json!(2)),
            set(vec![key("c"), key("d")], 0, json!(3)),
            set(vec![key("c")], 0, json!(4)),
        ]);
        let mended = apply(&json!({"a": {"b": 0}, "c": {"d": 0}}), &operations).unwrap();
        assert_eq!(mended, json!({"a": {"b": 1}, "c": {"d": 3}}));
    }

    #[test]
    fn a_patch_that_does_not_fit_is_an_error() {
        let operation = PatchOperation {
            op: PatchOp::Remove,
            path: "/a/01".into(),
            value: None,
        };
        assert!(apply(&json!({"a": [1, 2]}), &[operation]).is_err());
    }
}
