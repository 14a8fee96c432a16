//! `[levels]`: how the findings of a rule or package count. A name without quotes is a path of tables in
//! TOML, and means the same.

use toml::de::{DeTable, DeValue};
use wardlaw::Level;
use wardlaw_lang::Code;

use super::{
    Config,
    reader::{Reader, Value},
};

/// Reads the table of levels.
pub(super) fn read(reader: &mut Reader, value: &Value<'_>, config: &mut Config) {
    if let Some(table) = reader.table("levels", value) {
        below(reader, "", table, config);
    }
}

fn below(reader: &mut Reader, path: &str, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table {
        let name = match path {
            "" => key.get_ref().to_string(),
            path => format!("{path}.{}", key.get_ref()),
        };
        if let DeValue::Table(table) = value.get_ref() {
            below(reader, &name, table, config);
            continue;
        }
        let Some(text) = reader.text(&name, value) else {
            continue;
        };
        let Some(level) = Level::named(&text) else {
            let message = format!("there is no level `{text}`");
            reader.wrong(
                Code::BadSetting,
                &value.span(),
                message,
                "the levels are `deny`, `warn` and `off`",
            );
            continue;
        };
        config.origins.add(&["levels", &name], key.span(), value.span());
        if config.levels.insert(name.clone(), level).is_some() {
            let message = format!("`{name}` has a level already");
            reader.wrong(Code::Contradiction, &key.span(), message, "keep one");
        }
    }
}
