//! Redaction of secrets that a server echoes.

use std::borrow::Cow;

const REDACTED: &[u8] = b"[redacted]";

/// The minimum length of a secret. Shorter strings occur in ordinary text.
pub(crate) const MIN_SECRET: usize = 8;

/// The minimum length of a truncated secret at the end of a text.
const MIN_TRUNCATED: usize = 8;

/// The minimum length of the start of a secret elsewhere in a text.
const MIN_START: usize = 12;

/// Replaces every secret in a text by `[redacted]`.
///
/// Secrets are recognised in plain text and in the escapes of JSON and URLs. The start of a
/// secret is replaced, too, if it has at least 12 characters, or 8 at the end of the text.
/// Other encodings, such as Base64, are not recognised. Secrets of fewer than 8 characters
/// are ignored, because they cannot be told from ordinary text.
///
/// ```
/// let secrets = ["eyJhbGciOiJub25lIn0"];
/// let line = isometric_registry::redact("token eyJhbGciOiJub25lIn0 expired", &secrets);
/// assert_eq!(line, "token [redacted] expired");
/// ```
pub fn redact<'t>(text: &'t str, secrets: &[impl AsRef<str>]) -> Cow<'t, str> {
    let secrets: Vec<_> = secrets
        .iter()
        .map(|secret| secret.as_ref().as_bytes())
        .filter(|secret| secret.len() >= MIN_SECRET)
        .collect();
    match redact_bytes(text.as_bytes(), &secrets) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // The start of a secret that is not ASCII may end within a character.
        Cow::Owned(redacted) => Cow::Owned(String::from_utf8_lossy(&redacted).into_owned()),
    }
}

/// Replaces secrets as [`redact`] does. Each secret must have at least two bytes.
pub(crate) fn redact_bytes<'t>(text: &'t [u8], secrets: &[&[u8]]) -> Cow<'t, [u8]> {
    let [first, second] = [0, 1].map(|index| possible_bytes(secrets, index));
    // A cheap filter: most texts contain no pair of bytes that can start a secret.
    let may_start = |pair: &[u8]| match *pair {
        [b'\\' | b'%', _] => true,
        [a, b] => first[usize::from(a)] && second[usize::from(b)],
        _ => false,
    };
    let mut redacted = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(skipped) = text[at..].windows(2).position(may_start) {
        at += skipped;
        match secrets.iter().filter_map(|secret| match_secret(secret, &text[at..])).max() {
            Some(length) => {
                redacted.extend_from_slice(&text[copied..at]);
                redacted.extend_from_slice(REDACTED);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    redacted.extend_from_slice(&text[copied..]);
    Cow::Owned(redacted)
}

/// Returns the bytes that can start the spelling of any secret's byte at this index.
fn possible_bytes(secrets: &[&[u8]], index: usize) -> [bool; 256] {
    let mut possible = [false; 256];
    for byte in secrets.iter().filter_map(|secret| secret.get(index)).chain(br"\%") {
        possible[usize::from(*byte)] = true;
    }
    possible
}

/// Returns the length of the secret, or of its start, at the start of the text.
fn match_secret(secret: &[u8], text: &[u8]) -> Option<usize> {
    let mut length = 0;
    for (index, &byte) in secret.iter().enumerate() {
        let rest = &text[length..];
        let Some(matched) = match_byte(byte, rest) else {
            let minimum = if rest.is_empty() { MIN_TRUNCATED } else { MIN_START };
            return (index >= minimum).then_some(length);
        };
        length += matched;
    }
    Some(length)
}

/// Returns the length of the byte's spelling at the start of the text.
fn match_byte(byte: u8, text: &[u8]) -> Option<usize> {
    match *text {
        [b'\\', b'u', a, b, c, d, ..] if hex(&[a, b, c, d]) == Some(byte.into()) => Some(6),
        [b'\\', escaped, ..] if escaped == byte && byte.is_ascii_punctuation() => Some(2),
        [b'%', a, b, ..] if hex(&[a, b]) == Some(byte.into()) => Some(3),
        [plain, ..] if plain == byte => Some(1),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::redact;

    const SECRETS: [&str; 2] = ["eyJ0eXAi.J9/x+y==", "uPrO\"5ecret"];

    fn redacted(text: &str) -> Cow<'_, str> {
        redact(text, &SECRETS)
    }

    #[test]
    fn borrows_text_without_secrets() {
        for text in ["", "eyJ0eXAi.J9-x+y==", "uPrO", "100 % of \\u00e9 \\"] {
            assert!(matches!(redacted(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn redacts_every_occurrence() {
        assert_eq!(
            redacted("eyJ0eXAi.J9/x+y==, Bearer eyJ0eXAi.J9/x+y==uPrO\"5ecret!"),
            "[redacted], Bearer [redacted][redacted]!"
        );
    }

    #[test]
    fn redacts_json_and_url_escapes() {
        assert_eq!(redacted(r#"{"a":"eyJ0eXAi.J9\/x+y=="}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(redacted(r#"{"a":"uPrO\"5ecret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(redacted(r#"{"a":"uPrO\u00225\u0065cret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(redacted(r#"{"a":"\u0075PrO\"5ecret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(redacted("?t=eyJ0eXAi.J9%2Fx%2by%3d%3D&u"), "?t=[redacted]&u");
        assert_eq!(redacted("?t=%65%79J0eXAi.J9/x+y==&u"), "?t=[redacted]&u");
    }

    #[test]
    fn redacts_truncated_secrets() {
        assert_eq!(redacted("token eyJ0eXAi."), "token [redacted]");
        assert_eq!(redacted("token eyJ0eXA"), "token eyJ0eXA");
        assert_eq!(redacted("token eyJ0eXAi.J9/... is bad"), "token [redacted]... is bad");
        assert_eq!(redacted("token eyJ0eXAi.J9..."), "token eyJ0eXAi.J9...");
    }

    #[test]
    fn ignores_short_secrets() {
        assert_eq!(redact("a short one", &["short", ""]), "a short one");
    }

    #[test]
    fn replaces_a_character_that_a_match_cuts() {
        assert_eq!(redact("0123456789é!", &["0123456789à"]), "0123456789é!");
        assert_eq!(redact("01234567890é!", &["01234567890à"]), "[redacted]\u{fffd}!");
    }
}
