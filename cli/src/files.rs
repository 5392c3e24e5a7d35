//! Bounded reading of small files.

use std::io::{self, Read};

/// Reads UTF-8 text of at most `limit` bytes. A device such as `/dev/zero` has no end.
pub(crate) fn read_text(reader: impl Read, limit: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let message = format!("file too large; expected at most {limit} bytes, found more");
        return Err(io::Error::other(message));
    }
    String::from_utf8(bytes).map_err(|error| io::Error::other(error.utf8_error()))
}

#[cfg(test)]
mod tests {
    use super::read_text;

    #[test]
    fn rejects_text_over_the_limit() {
        assert_eq!(read_text("é".as_bytes(), 2).unwrap(), "é");
        for text in ["éa", "aéb"] {
            assert_eq!(
                read_text(text.as_bytes(), 2).unwrap_err().to_string(),
                "file too large; expected at most 2 bytes, found more"
            );
        }
    }

    #[test]
    fn rejects_invalid_utf8() {
        assert!(read_text(&b"\xff"[..], 2).is_err());
    }
}
