//! Validates a stream of values, in which the elements of a top-level array are records too.

use std::io::Read;

use memchr::{memchr_iter, memrchr};
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::input::{Input, MAX_RECORD_SIZE, first};
use super::validator::{RecordValidator, RecordViolation};

/// A place between two tokens of the stream.
#[derive(Clone, Copy)]
enum StreamPlace {
    BeforeValue,
    BeforeFirstElement,
    BeforeElement,
    AfterElement,
}

pub(super) fn check<E>(
    input: &mut Input<impl Read>,
    validator: &mut RecordValidator<'_, E>,
) -> Result<(), E> {
    use StreamPlace::{AfterElement, BeforeElement, BeforeFirstElement, BeforeValue};

    let mut place = BeforeValue;
    loop {
        let next = input.skip_space();
        if next.is_none() && !input.is_over {
            return Ok(());
        }
        place = match (place, next) {
            (BeforeValue, None) => return Ok(()),
            (BeforeValue, Some(b'[')) => consume_token(input, BeforeFirstElement),
            (BeforeFirstElement | AfterElement, Some(b']')) => consume_token(input, BeforeValue),
            (AfterElement, Some(b',')) => consume_token(input, BeforeElement),
            (BeforeFirstElement | AfterElement, None) => {
                return stop(input, validator, "EOF while parsing a list", input.column);
            }
            (AfterElement, Some(_)) => {
                return stop(input, validator, "expected `,` or `]`", input.column + 1);
            }
            _ if !check_value(input, validator)? => return Ok(()),
            (BeforeValue, _) => BeforeValue,
            _ => AfterElement,
        };
    }
}

fn consume_token(input: &mut Input<impl Read>, place: StreamPlace) -> StreamPlace {
    input.consume(1);
    place
}

fn stop<E>(
    input: &Input<impl Read>,
    validator: &mut RecordValidator<'_, E>,
    cause: &str,
    column: usize,
) -> Result<(), E> {
    validator.stop(input.line, RecordViolation::syntax(cause, None, column))
}

/// Validates the next value. Returns false if validation stops there.
fn check_value<E>(
    input: &mut Input<impl Read>,
    validator: &mut RecordValidator<'_, E>,
) -> Result<bool, E> {
    let (line, column) = (input.line, input.column);
    let (value, end) = loop {
        // The window makes the result independent of the number of buffered bytes.
        let window = first(input.bytes(), MAX_RECORD_SIZE + 1);
        let is_full = window.len() > MAX_RECORD_SIZE;
        let mut values = Deserializer::from_slice(window).into_iter::<IgnoredAny>();
        let value = values.next().unwrap_or_else(|| serde_json::from_slice(b""));
        let end = values.byte_offset();
        // A number at the end of the window may continue after it.
        let needs_more = match &value {
            Ok(_) => end == window.len(),
            Err(error) => is_at_end(error, window),
        };
        if !needs_more {
            break (value, end);
        } else if is_full {
            validator.stop(line, RecordViolation::too_long())?;
            return Ok(false);
        } else if !input.fill() {
            if !input.is_over {
                return Ok(false);
            }
            break (value, end);
        }
    };
    match value {
        Ok(_) => {
            validator.validate(line, column, &input.bytes()[..end])?;
            input.consume(end);
            Ok(true)
        }
        Err(error) => {
            validator.stop(line, RecordViolation::from_serde(&error, line, column))?;
            Ok(false)
        }
    }
}

/// Returns whether an error may be due to the end of the window. The error for an incomplete
/// number is `invalid number`.
fn is_at_end(error: &serde_json::Error, window: &[u8]) -> bool {
    let line = 1 + memchr_iter(b'\n', window).count();
    let column = window.len() - memrchr(b'\n', window).map_or(0, |newline| newline + 1);
    error.is_eof() || (error.line(), error.column()) == (line, column)
}
