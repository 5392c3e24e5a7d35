//! Patterns that a single pass over a string can check, without a regex engine.

use std::fmt;

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, LiteralKind,
    RepetitionKind, RepetitionRange, Span,
};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, HirKind};

/// The maximum length of a pattern in bytes.
const MAX_LENGTH: usize = 1000;

/// An anchored regular expression that matches without backtracking: no character can
/// belong to both a piece of variable length and the next piece.
///
/// Displays as Markdown prose, such as `` `ctb_`, then `0-9A-Za-z` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The literal prefix. May be empty.
    pub prefix: String,
    /// The pieces after the prefix.
    pub pieces: Vec<PatternPiece>,
}

/// A character class with its repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternPiece {
    /// The class, as inclusive ranges of ASCII characters in ascending order.
    pub class: Vec<(char, char)>,
    /// The minimum number of characters.
    pub min: u32,
    /// The maximum number of characters. `None` is unlimited.
    pub max: Option<u32>,
}

/// An error from parsing a [`Pattern`]: invalid syntax, or an unsupported part of the pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

type PatternResult<T> = Result<T, PatternError>;

impl Pattern {
    /// Parses a regular expression of ECMA-262, as OpenAPI requires.
    ///
    /// # Errors
    ///
    /// Returns an error if the expression does not compile, or needs a regex engine.
    pub fn parse(text: &str) -> PatternResult<Self> {
        if text.len() > MAX_LENGTH {
            return Err(PatternError(format!("longer than {MAX_LENGTH} bytes")));
        }
        regress::Regex::new(text).map_err(|error| {
            PatternError(format!("not an ECMA-262 regular expression: {}", error.text))
        })?;
        let ast = ast::parse::Parser::new()
            .parse(text)
            .map_err(|error| PatternError(error.kind().to_string()))?;
        let pieces = PatternReader { text }.pieces(&ast)?;
        check_disjoint(&pieces)?;
        Ok(Self::new(pieces))
    }

    fn new(pieces: Vec<(PatternPiece, &str)>) -> Self {
        let mut prefix = String::new();
        let mut pieces = pieces.into_iter().map(|(piece, _)| piece).peekable();
        while let Some(literal) = pieces.peek().and_then(PatternPiece::literal) {
            prefix.push(literal);
            pieces.next();
        }
        Self { prefix, pieces: pieces.collect() }
    }
}

impl PatternPiece {
    /// Returns the only string that matches, if it is one character.
    fn literal(&self) -> Option<char> {
        match (self.class.as_slice(), self.min, self.max) {
            ([(first, last)], 1, Some(1)) if first == last => Some(*first),
            _ => None,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.class.iter().any(|(a, b)| other.class.iter().any(|(c, d)| a <= d && c <= b))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = (!self.prefix.is_empty()).then(|| format!("`{}`", self.prefix));
        let parts: Vec<_> =
            prefix.into_iter().chain(self.pieces.iter().map(PatternPiece::to_string)).collect();
        if parts.is_empty() { f.write_str("nothing") } else { f.write_str(&parts.join(", then ")) }
    }
}

impl fmt::Display for PatternPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (1, None) | (1, Some(1)) => {}
            (0, None) => write!(f, "any number of ")?,
            (0, Some(1)) => write!(f, "an optional ")?,
            (0, Some(max)) => write!(f, "up to {max} of ")?,
            (min, None) => write!(f, "at least {min} of ")?,
            (min, Some(max)) if min == max => write!(f, "{min} of ")?,
            (min, Some(max)) => write!(f, "{min} to {max} of ")?,
        }
        write!(f, "`")?;
        for (first, last) in &self.class {
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first}-{last}")?;
            }
        }
        write!(f, "`")
    }
}

/// Rejects pieces of variable length that can also match the start of the rest, which
/// would require backtracking.
fn check_disjoint(pieces: &[(PatternPiece, &str)]) -> PatternResult<()> {
    for (index, (piece, text)) in pieces.iter().enumerate() {
        if piece.max == Some(piece.min) {
            continue;
        }
        for (next, next_text) in &pieces[index + 1..] {
            if piece.overlaps(next) {
                return Err(PatternError(format!(
                    "`{text}` can match characters of `{next_text}` after it"
                )));
            }
            if next.min > 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Reads pieces from the syntax tree of `regex-syntax`, and rejects constructs that have
/// another meaning in ECMA-262.
struct PatternReader<'t> {
    text: &'t str,
}

impl<'t> PatternReader<'t> {
    fn pieces(&self, ast: &Ast) -> PatternResult<Vec<(PatternPiece, &'t str)>> {
        let mut parts = Vec::new();
        flatten(ast, &mut parts);
        let (Some(Ast::Assertion(start)), Some(Ast::Assertion(end))) =
            (parts.first(), parts.last())
        else {
            return Err(self.not_anchored());
        };
        if start.kind != AssertionKind::StartLine || end.kind != AssertionKind::EndLine {
            return Err(self.not_anchored());
        }
        parts[1..parts.len() - 1]
            .iter()
            .map(|part| Ok((self.piece(part)?, self.slice(part.span()))))
            .filter(|piece| !matches!(piece, Ok((PatternPiece { max: Some(0), .. }, _))))
            .collect()
    }

    fn piece(&self, ast: &Ast) -> PatternResult<PatternPiece> {
        let Ast::Repetition(repetition) = ast else {
            return Ok(PatternPiece { class: self.class(ast)?, min: 1, max: Some(1) });
        };
        let (min, max) = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => (0, Some(1)),
            RepetitionKind::ZeroOrMore => (0, None),
            RepetitionKind::OneOrMore => (1, None),
            RepetitionKind::Range(RepetitionRange::Exactly(n)) => (*n, Some(*n)),
            RepetitionKind::Range(RepetitionRange::AtLeast(min)) => (*min, None),
            RepetitionKind::Range(RepetitionRange::Bounded(min, max)) => (*min, Some(*max)),
        };
        let operator = self.slice(&repetition.op.span);
        if operator.starts_with("{,") {
            return Err(self.unsupported(ast, "has no minimum"));
        }
        let mut inner = Vec::new();
        flatten(&repetition.ast, &mut inner);
        match inner.as_slice() {
            [single] => Ok(PatternPiece { class: self.class(single)?, min, max }),
            _ => Err(self.unsupported(ast, "repeats more than one character or class")),
        }
    }

    fn class(&self, ast: &Ast) -> PatternResult<Vec<(char, char)>> {
        match ast {
            Ast::Literal(literal) if is_plain(literal) => self.ascii(ast, literal.c, literal.c),
            Ast::ClassPerl(class) if is_ascii_class(class) => self.translate(ast),
            Ast::ClassBracketed(class)
                if !self.slice(&class.span).starts_with("[]") && is_ecma_class(&class.kind) =>
            {
                self.translate(ast)
            }
            Ast::Alternation(_) => Err(self.unsupported(ast, "has alternatives")),
            Ast::Dot(_) => Err(self.unsupported(ast, "matches non-ASCII characters")),
            Ast::Assertion(_) => Err(self.unsupported(ast, "is an assertion inside the pattern")),
            Ast::Repetition(_) => Err(self.unsupported(ast, "repeats a repetition")),
            _ => Err(self.unsupported(ast, "needs a regex engine")),
        }
    }

    /// Returns the ranges of a class. `\d` and `\w` are ASCII in ECMA-262.
    fn translate(&self, ast: &Ast) -> PatternResult<Vec<(char, char)>> {
        let hir = TranslatorBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .translate(self.text, ast)
            .map_err(|_| self.unsupported(ast, "matches non-ASCII characters"))?;
        let ranges: Vec<_> = match hir.kind() {
            HirKind::Literal(literal) => literal.0.iter().map(|byte| (*byte, *byte)).collect(),
            HirKind::Class(Class::Bytes(class)) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => return Err(self.unsupported(ast, "needs a regex engine")),
        };
        let ranges = ranges.into_iter().map(|(a, b)| self.ascii(ast, a.into(), b.into()));
        Ok(ranges.collect::<PatternResult<Vec<_>>>()?.concat())
    }

    fn ascii(&self, ast: &Ast, first: char, last: char) -> PatternResult<Vec<(char, char)>> {
        if last.is_ascii() {
            Ok(vec![(first, last)])
        } else {
            Err(self.unsupported(ast, "matches non-ASCII characters"))
        }
    }

    fn not_anchored(&self) -> PatternError {
        PatternError("not anchored by `^` and `$`".to_owned())
    }

    fn unsupported(&self, ast: &Ast, reason: &str) -> PatternError {
        PatternError(format!("`{}` {reason}", self.slice(ast.span())))
    }

    fn slice(&self, span: &Span) -> &'t str {
        &self.text[span.start.offset..span.end.offset]
    }
}

/// Flattens sequences and groups.
fn flatten<'a>(ast: &'a Ast, parts: &mut Vec<&'a Ast>) {
    match ast {
        Ast::Empty(_) => {}
        Ast::Concat(concat) => concat.asts.iter().for_each(|ast| flatten(ast, parts)),
        Ast::Group(group) if is_plain_group(&group.kind) => flatten(&group.ast, parts),
        _ => parts.push(ast),
    }
}

fn is_plain_group(kind: &GroupKind) -> bool {
    match kind {
        GroupKind::NonCapturing(flags) => flags.items.is_empty(),
        GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => true,
    }
}

/// Returns whether a literal is a character, possibly after a redundant backslash.
fn is_plain(literal: &ast::Literal) -> bool {
    matches!(literal.kind, LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous)
}

/// Returns whether a class is ASCII in ECMA-262. `\s` and negated classes are not.
fn is_ascii_class(class: &ast::ClassPerl) -> bool {
    !class.negated && matches!(class.kind, ClassPerlKind::Digit | ClassPerlKind::Word)
}

/// Returns whether a class is valid in ECMA-262, which has no nested, subtracted and named
/// classes.
fn is_ecma_class(set: &ClassSet) -> bool {
    let ClassSet::Item(item) = set else { return false };
    match item {
        ClassSetItem::Literal(literal) => is_plain(literal),
        ClassSetItem::Range(range) => is_plain(&range.start) && is_plain(&range.end),
        ClassSetItem::Perl(class) => is_ascii_class(class),
        ClassSetItem::Union(union) => {
            union.items.iter().all(|item| is_ecma_class(&ClassSet::Item(item.clone())))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display(text: &str) -> String {
        Pattern::parse(text).map_or_else(|error| error.to_string(), |pattern| pattern.to_string())
    }

    #[test]
    fn splits_an_identifier_into_prefix_and_piece() {
        let pattern = Pattern::parse("^ctb_[0-9A-Za-z]+$").unwrap();
        assert_eq!(pattern.prefix, "ctb_");
        let class = vec![('0', '9'), ('A', 'Z'), ('a', 'z')];
        assert_eq!(pattern.pieces, [PatternPiece { class, min: 1, max: None }]);
    }

    #[test]
    fn displays_as_prose() {
        let cases = [
            ("^ctb_[0-9A-Za-z]+$", "`ctb_`, then `0-9A-Za-z`"),
            ("^[A-Z]{3}$", "3 of `A-Z`"),
            (r"^\d{4}-\d{2}$", "4 of `0-9`, then `-`, then 2 of `0-9`"),
            (r"^(?:a(b))c*d?$", "`ab`, then any number of `c`, then an optional `d`"),
            (
                r"^(\/\d{0,2})a{2,}b{3,4}$",
                "`/`, then up to 2 of `0-9`, then at least 2 of `a`, then 3 to 4 of `b`",
            ),
            ("^$", "nothing"),
        ];
        for (text, expected) in cases {
            assert_eq!(display(text), expected, "{text}");
        }
    }

    #[test]
    fn rejects_unsupported_parts() {
        let cases = [
            ("(", "not an ECMA-262 regular expression: "),
            ("^a{2,1}$", "not an ECMA-262 regular expression: "),
            ("ctb_[0-9]+", "not anchored by `^` and `$`"),
            ("^a$|^b$", "not anchored by `^` and `$`"),
            ("^(ab|cd)$", "`ab|cd` has alternatives"),
            ("^(ab)+$", "`(ab)+` repeats more than one character or class"),
            ("^(a+)+$", "`a+` repeats a repetition"),
            ("^.+$", "`.` matches non-ASCII characters"),
            ("^[^/]+$", "`[^/]` matches non-ASCII characters"),
            ("^é$", "`é` matches non-ASCII characters"),
            ("^[à-é]$", "`[à-é]` matches non-ASCII characters"),
            (r"^\s$", r"`\s` needs a regex engine"),
            (r"^\D$", r"`\D` needs a regex engine"),
            ("^[a-z]+[a-f]$", "`[a-z]+` can match characters of `[a-f]` after it"),
            ("^a?b*a$", "`a?` can match characters of `a` after it"),
            ("^(?=a)a$", "look-around, including look-ahead and look-behind, is not supported"),
        ];
        for (text, expected) in cases {
            let error = display(text);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn rejects_syntax_that_differs_from_ecma_262() {
        for text in [
            "^[a&&b]$",
            "^[+--]$",
            "^[[:alpha:]]$",
            "^[]a]$",
            "^a{,3}$",
            r"^\u{41}$",
            r"^\p{L}$",
            r"^\x41$",
            r"^a\b$",
            r"^\Aa\z$",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    /// Matches a string in a single pass.
    fn matches(pattern: &Pattern, text: &str) -> bool {
        let Some(mut rest) = text.strip_prefix(&pattern.prefix) else { return false };
        for PatternPiece { class, min, max } in &pattern.pieces {
            let contains = |c: &char| class.iter().any(|(first, last)| (first..=last).contains(&c));
            let limit = max.map_or(usize::MAX, |max| max as usize);
            let count = rest.chars().take(limit).take_while(contains).count();
            if count < *min as usize {
                return false;
            }
            // All characters of a class are ASCII, so characters are bytes.
            rest = &rest[count..];
        }
        rest.is_empty()
    }

    #[test]
    fn matches_like_a_regex_engine() {
        let patterns = [
            "^ctb_[0-9A-Za-z]+$",
            "^[A-Z]{3}$",
            "^a?b*c{2,3}$",
            r"^\d{2}-\w+$",
            r"^[\d.\-]+x?$",
            "^$",
            "^[a-c][a-c]+$",
        ];
        let alphabet = ["", "a", "b", "c", "cc", "ctb_", "0", "12", "-", "x", ".", "AB", "Z", "é"];
        for text in patterns {
            let pattern = Pattern::parse(text).unwrap();
            let regex = regress::Regex::new(text).unwrap();
            for a in alphabet {
                for b in alphabet {
                    for c in alphabet {
                        let candidate = [a, b, c].concat();
                        let expected = regex.find(&candidate).is_some();
                        let actual = matches(&pattern, &candidate);
                        assert_eq!(actual, expected, "{text} {candidate:?}");
                    }
                }
            }
        }
    }
}
