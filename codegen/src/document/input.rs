//! The input of the YAML parser.

use saphyr_parser::input::SkipTabs;
use saphyr_parser::{Input, StrInput};

/// A string input that accepts `key:<tab>value`.
///
/// saphyr-parser requires a space after `:` in front of a letter, digit, `-` or `_`, but
/// YAML allows any white space. The parser asks for the kind of the white space in this place only.
pub(super) struct TabInput<'t>(StrInput<'t>);

impl<'t> TabInput<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self(StrInput::new(text))
    }
}

/// Forwards methods, among them those that `StrInput` implements faster than the trait.
macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*) => {
        $(fn $name(&self $(, $argument: $type)*) $(-> $output)? {
            self.0.$name($($argument),*)
        })*
    };
    (mut $($name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*) => {
        $(fn $name(&mut self $(, $argument: $type)*) $(-> $output)? {
            self.0.$name($($argument),*)
        })*
    };
}

impl Input for TabInput<'_> {
    forward! {
        buflen() -> usize;
        bufmaxlen() -> usize;
        peek() -> char;
        peek_nth(n: usize) -> char;
        peek_opt() -> Option<char>;
        next_can_be_plain_scalar(in_flow: bool) -> bool;
        next_is_document_indicator() -> bool;
    }

    forward! {
        mut
        lookahead(count: usize);
        raw_read_ch() -> char;
        raw_read_non_breakz_ch() -> Option<char>;
        skip();
        skip_n(count: usize);
        skip_while_non_breakz() -> usize;
        skip_while_blank() -> usize;
        fetch_while_is_alpha(out: &mut String) -> usize;
        fetch_while_is_yaml_non_space(out: &mut String) -> usize;
    }

    fn skip_ws_to_eol(&mut self, skip_tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let (count, result) = self.0.skip_ws_to_eol(skip_tabs);
        (count, result.map(|skipped| SkipTabs::Result(skipped.found_tabs(), true)))
    }
}
