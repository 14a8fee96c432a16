//! `[[use]]`: the packages in force, and for which requests and with which data.

use toml::de::DeTable;
use wardlaw::settings::{Match, Use};
use wardlaw_lang::Code;

use super::{
    Config, data,
    reader::{Reader, Value, record},
};

/// Reads all entries. One that is wrong is left out.
pub(super) fn read(reader: &mut Reader, value: &Value<'_>, config: &mut Config) {
    const KEYS: &[&str] = &["package", "as", "match", "data"];
    for (entry, table) in reader.tables("use", value) {
        let before = reader.diagnostics.len();
        let mut used = Use::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "package" => used.package = reader.text("package", value).unwrap_or_default(),
                "as" => used.name = reader.text("as", value),
                "match" => {
                    if let Some(table) = reader.table("match", value) {
                        used.matching = matching(reader, table);
                    }
                }
                "data" => {
                    for (name, value) in reader.table("data", value).into_iter().flatten() {
                        if let Some(value) = data::json(reader, value) {
                            used.data.insert(name.get_ref().to_string(), value);
                        }
                    }
                }
                _ => reader.unknown("a use", key, KEYS),
            }
        }
        if !table.contains_key("package") {
            let help =
                "name one: `package = \"k8s.pod_security.baseline\"`, or a set such as `pss-restricted`";
            reader.wrong(Code::BadSetting, &entry.span(), "a use without a package", help);
        }
        if reader.diagnostics.len() == before {
            let index = config.uses.len().to_string();
            record(&mut config.origins, &["use", &index], &entry.span(), entry);
            config.uses.push(used);
        }
    }
}

fn matching(reader: &mut Reader, table: &DeTable<'_>) -> Match {
    const KEYS: &[&str] = &[
        "kinds",
        "groups",
        "namespaces",
        "names",
        "labels",
        "operations",
        "subresources",
    ];
    let mut found = Match::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let list = match name {
            "kinds" => &mut found.kinds,
            "groups" => &mut found.groups,
            "namespaces" => &mut found.namespaces,
            "names" => &mut found.names,
            "operations" => &mut found.operations,
            "subresources" => &mut found.subresources,
            "labels" => {
                for (label, value) in reader.table("labels", value).into_iter().flatten() {
                    let wanted = reader.texts(label.get_ref(), value);
                    found.labels.insert(label.get_ref().to_string(), wanted);
                }
                continue;
            }
            _ => {
                reader.unknown("`match`", key, KEYS);
                continue;
            }
        };
        *list = reader.texts(name, value);
    }
    found
}
