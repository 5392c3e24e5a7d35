//! Keeps secrets that a server repeats from being seen.

use std::borrow::Cow;

const MASK: &[u8] = b"[redacted]";

/// How much of a secret at the very end of a text is taken for one that was cut off.
const CUT_OFF: usize = 8;

/// How much of the start of a secret is taken for one wherever it is.
const RUN: usize = 12;

/// The text with `[redacted]` for every secret in it, whether spelled plainly or as
/// JSON or URLs spell it, and for the start of one that is long enough. Other parts of
/// a secret and other spellings, such as Base64, are not recognised. Each secret has two
/// bytes or more.
pub(crate) fn mask<'t>(secrets: &[&[u8]], text: &'t [u8]) -> Cow<'t, [u8]> {
    let [first, second] = [0, 1].map(|index| may_spell(secrets, index));
    // Most texts have none of these pairs, and are only looked through.
    let may_start = |pair: &[u8]| match *pair {
        [b'\\' | b'%', _] => true,
        [a, b] => first[usize::from(a)] && second[usize::from(b)],
        _ => false,
    };
    let mut masked = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(skipped) = text[at..].windows(2).position(may_start) {
        at += skipped;
        match secrets.iter().filter_map(|secret| match_secret(secret, &text[at..])).max() {
            Some(length) => {
                masked.extend_from_slice(&text[copied..at]);
                masked.extend_from_slice(MASK);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.extend_from_slice(&text[copied..]);
    Cow::Owned(masked)
}

/// The bytes with which the spelling of a secret's byte at this index may start.
fn may_spell(secrets: &[&[u8]], index: usize) -> [bool; 256] {
    let mut may_spell = [false; 256];
    for byte in secrets.iter().filter_map(|secret| secret.get(index)).chain(br"\%") {
        may_spell[usize::from(*byte)] = true;
    }
    may_spell
}

/// How many bytes at the start of the text spell the secret, or enough of its start.
fn match_secret(secret: &[u8], text: &[u8]) -> Option<usize> {
    let mut length = 0;
    for (index, &byte) in secret.iter().enumerate() {
        let rest = &text[length..];
        let Some(matched) = match_byte(byte, rest) else {
            let enough = if rest.is_empty() { CUT_OFF } else { RUN };
            return (index >= enough).then_some(length);
        };
        length += matched;
    }
    Some(length)
}

/// How many bytes at the start of the text spell the byte.
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
    use super::mask;

    const SECRETS: [&[u8]; 2] = [b"eyJ0eXAi.J9/x+y==", b"uPrO\"5ecret"];

    fn masked(text: &str) -> String {
        String::from_utf8(mask(&SECRETS, text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn text_without_a_secret_is_not_touched() {
        for text in ["", "eyJ0eXAi.J9-x+y==", "uPrO", "100 % of \\u00e9 \\"] {
            let masked = mask(&SECRETS, text.as_bytes());
            assert!(matches!(masked, std::borrow::Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn every_secret_is_masked_wherever_it_is() {
        assert_eq!(
            masked("eyJ0eXAi.J9/x+y==, Bearer eyJ0eXAi.J9/x+y==uPrO\"5ecret!"),
            "[redacted], Bearer [redacted][redacted]!"
        );
    }

    #[test]
    fn a_secret_is_masked_in_the_spellings_of_json_and_urls() {
        assert_eq!(masked(r#"{"a":"eyJ0eXAi.J9\/x+y=="}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(masked(r#"{"a":"uPrO\"5ecret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(masked(r#"{"a":"uPrO\u00225\u0065cret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(masked(r#"{"a":"\u0075PrO\"5ecret"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(masked("?t=eyJ0eXAi.J9%2Fx%2by%3d%3D&u"), "?t=[redacted]&u");
        assert_eq!(masked("?t=%65%79J0eXAi.J9/x+y==&u"), "?t=[redacted]&u");
    }

    #[test]
    fn a_secret_that_is_cut_off_is_masked() {
        assert_eq!(masked("token eyJ0eXAi."), "token [redacted]");
        assert_eq!(masked("token eyJ0eXA"), "token eyJ0eXA");
        assert_eq!(masked("token eyJ0eXAi.J9/... is bad"), "token [redacted]... is bad");
        assert_eq!(masked("token eyJ0eXAi.J9..."), "token eyJ0eXAi.J9...");
    }
}
