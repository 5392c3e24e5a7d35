//! Names of media types in one form.

/// Normalizes the name of a media type: case, spaces, quotes and the order of parameters,
/// and parameters without an effect on the body.
pub(crate) fn media_type_name(name: &str) -> String {
    let mut parts = name.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_lowercase();
    let mut parameters: Vec<String> =
        parts.filter_map(|text| effective_parameter(&essence, text)).collect();
    parameters.sort();
    parameters.dedup();
    parameters.insert(0, essence);
    parameters.join(";")
}

/// Returns a normalized parameter; `None` if it has no effect. The characters of JSON are
/// always UTF-8, which is also the usual default of other types. Each message has its own
/// `boundary`.
fn effective_parameter(essence: &str, text: &str) -> Option<String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let (key, value) = (key.trim().to_lowercase(), value.trim().trim_matches('"'));
    let is_json = essence.ends_with("/json") || essence.ends_with("+json");
    match key.as_str() {
        "" => None,
        "charset" if is_json => None,
        "charset" => {
            let charset = value.to_lowercase();
            (!["utf-8", "utf8"].contains(&charset.as_str())).then(|| format!("charset={charset}"))
        }
        "boundary" if essence.starts_with("multipart/") => None,
        _ => Some(format!("{key}={value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::media_type_name;

    #[test]
    fn omits_parameters_without_effect() {
        for (name, normalized) in [
            ("application/json; charset=utf-8", "application/json"),
            ("Application/JSON;Charset=\"ISO-8859-1\"", "application/json"),
            ("application/problem+json ;charset=UTF-8 ;", "application/problem+json"),
            ("text/csv; charset=UTF-8", "text/csv"),
            ("multipart/form-data; boundary=abc", "multipart/form-data"),
        ] {
            assert_eq!(media_type_name(name), normalized, "{name}");
        }
    }

    #[test]
    fn keeps_other_parameters_in_one_form() {
        for (name, normalized) in [
            ("text/csv; charset=ISO-8859-1", "text/csv;charset=iso-8859-1"),
            ("application/json; version=2", "application/json;version=2"),
            ("text/csv; header=\"present\"; A=b", "text/csv;a=b;header=present"),
            ("application/json;profile=A", "application/json;profile=A"),
        ] {
            assert_eq!(media_type_name(name), normalized, "{name}");
        }
    }
}
