//! Names of arguments.

use heck::ToSnakeCase;

/// Converts the name of a parameter to an identifier, as typify does with properties.
///
/// Keywords get `_` at their end and digits `x` before them. A name without any letter or digit
/// is spelled by the code points of its characters.
pub(crate) fn argument(name: &str) -> String {
    let snake = to_snake_case(name);
    if snake.is_empty() {
        return name.chars().map(|character| format!("u{:x}", u32::from(character))).collect();
    }
    if is_identifier(&snake) {
        return snake;
    }
    if snake.starts_with(char::is_numeric) { format!("x{snake}") } else { format!("{snake}_") }
}

/// Converts a name to a field as typify does.
pub(crate) fn to_snake_case(name: &str) -> String {
    name.replace('\'', "").replace(|c: char| !c.is_alphanumeric() && c != '_', "-").to_snake_case()
}

/// Returns whether a name is a Rust identifier and no keyword.
pub(crate) fn is_identifier(name: &str) -> bool {
    // syn does not know the keyword yet.
    name != "gen" && syn::parse_str::<syn::Ident>(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::argument;

    #[test]
    fn every_name_becomes_an_identifier() {
        for (name, expected) in [
            ("supplier_id", "supplier_id"),
            ("camelCase", "camel_case"),
            ("filter[name]", "filter_name"),
            ("it's", "its"),
            ("X-ID", "x_id"),
            ("größe", "größe"),
            ("type", "type_"),
            ("self", "self_"),
            ("gen", "gen_"),
            ("3d", "x3d"),
            ("3.0.9", "x3_0_9"),
            ("_", "u5f"),
            ("$", "u24"),
        ] {
            assert_eq!(argument(name), expected);
        }
    }
}
