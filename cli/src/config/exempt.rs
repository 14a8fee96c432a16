//! `[[exempt]]`: findings that are known and accepted, each with its reason.

use toml::de::DeValue;
use wardlaw::settings::Exemption;

use super::{
    Config,
    reader::{Reader, Value, record},
};

/// Reads all entries. One that is wrong is left out.
pub(super) fn read(reader: &mut Reader, value: &Value<'_>, config: &mut Config) {
    const KEYS: &[&str] = &[
        "rule",
        "namespaces",
        "names",
        "kinds",
        "reason",
        "owner",
        "expires",
    ];
    for (entry, table) in reader.tables("exempt", value) {
        let before = reader.diagnostics.len();
        let mut exemption = Exemption::default();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match name {
                "rule" => exemption.rules = reader.texts(name, value),
                "namespaces" => exemption.namespaces = reader.texts(name, value),
                "names" => exemption.names = reader.texts(name, value),
                "kinds" => exemption.kinds = reader.texts(name, value),
                "reason" => exemption.reason = reader.text(name, value).unwrap_or_default(),
                "owner" => exemption.owner = reader.text(name, value),
                "expires" => {
                    exemption.expires = match value.get_ref() {
                        DeValue::Datetime(date) => Some(date.to_string()),
                        _ => reader.text(name, value),
                    };
                }
                _ => reader.unknown("an exemption", key, KEYS),
            }
        }
        if reader.diagnostics.len() == before {
            let index = config.exemptions.len().to_string();
            record(&mut config.origins, &["exempt", &index], &entry.span(), entry);
            config.lines.push(reader.line(entry.span().start));
            config.exemptions.push(exemption);
        }
    }
}
