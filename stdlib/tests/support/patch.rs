//! JSON Patch (RFC 6902), as much of it as a fix uses: `add`, `replace`, `remove`.

use serde_json::Value;

/// The document with the operations applied in order; an operation that does not fit is an error.
pub(crate) fn apply(document: &Value, operations: &[Value]) -> Result<Value, String> {
    let mut patched = document.clone();
    for operation in operations {
        let text = |key: &str| {
            operation
                .get(key)
                .and_then(Value::as_str)
                .ok_or(format!("no {key} in {operation}"))
        };
        let (op, path) = (text("op")?, text("path")?);
        let (parent, last) = path
            .rsplit_once('/')
            .ok_or(format!("the whole document in {operation}"))?;
        let last = last.replace("~1", "/").replace("~0", "~");
        let target = patched
            .pointer_mut(parent)
            .ok_or(format!("no parent for {operation}"))?;
        let value = || {
            operation
                .get("value")
                .cloned()
                .ok_or(format!("no value in {operation}"))
        };
        match (op, target) {
            ("add", Value::Object(members)) => drop(members.insert(last, value()?)),
            ("replace", Value::Object(members)) => {
                let old = members
                    .get_mut(&last)
                    .ok_or(format!("nothing to replace for {operation}"))?;
                *old = value()?;
            }
            ("remove", Value::Object(members)) => {
                members
                    .remove(&last)
                    .ok_or(format!("nothing to remove for {operation}"))?;
            }
            ("add", Value::Array(elements)) if last == "-" => elements.push(value()?),
            (op, Value::Array(elements)) => {
                let index: usize = last.parse().map_err(|_| format!("no index in {operation}"))?;
                let there = index < elements.len();
                match op {
                    "add" if index <= elements.len() => elements.insert(index, value()?),
                    "replace" if there => elements[index] = value()?,
                    "remove" if there => drop(elements.remove(index)),
                    _ => return Err(format!("no element for {operation}")),
                }
            }
            _ => return Err(format!("cannot apply {operation}")),
        }
    }
    Ok(patched)
}
