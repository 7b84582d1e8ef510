//! A config as TOML text, so that a run's folder says what was run.

use serde::Serialize;
use serde_json::{Map, Value};

/// The text of a table of keys, tables and lists of tables. Keys without a value are left out.
pub fn of(config: &impl Serialize) -> String {
    // Through text, in which numbers of single precision are as short as they were written.
    let value = serde_json::to_string(config).and_then(|json| serde_json::from_str(&json));
    let mut text = String::new();
    if let Ok(Value::Object(table)) = value {
        write_table(&mut text, "", &table);
    }
    text
}

/// Values first: behind the heading of a table within it they would belong there.
fn write_table(text: &mut String, name: &str, table: &Map<String, Value>) {
    for (key, value) in table {
        if let Some(value) = inline(value) {
            text.push_str(&format!("{} = {value}\n", key_text(key)));
        }
    }
    for (key, value) in table {
        let name = if name.is_empty() { key_text(key) } else { format!("{name}.{}", key_text(key)) };
        match value {
            Value::Object(table) => {
                text.push_str(&format!("\n[{name}]\n"));
                write_table(text, &name, table);
            }
            Value::Array(tables) => {
                for table in tables.iter().filter_map(Value::as_object) {
                    text.push_str(&format!("\n[[{name}]]\n"));
                    write_table(text, &name, table);
                }
            }
            _ => {}
        }
    }
}

/// A value on one line; nothing for tables, lists of tables, and what is not given.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(string) => Some(string_text(string)),
        Value::Array(items) if items.iter().any(Value::is_object) => None,
        Value::Array(items) => Some(format!("[{}]", items.iter().filter_map(inline).collect::<Vec<_>>().join(", "))),
    }
}

fn key_text(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !key.is_empty() && key.chars().all(is_bare) { key.to_owned() } else { string_text(key) }
}

/// TOML's basic strings escape as JSON's do, but for the one control character that JSON leaves alone.
fn string_text(string: &str) -> String {
    Value::from(string).to_string().replace('\u{7f}', "\\u007f")
}
