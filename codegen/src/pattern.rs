//! Patterns that one pass over a text can check: a literal prefix, then pieces.

use std::fmt;

use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, LiteralKind,
    RepetitionKind, RepetitionRange, Span,
};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, HirKind};

/// Longer patterns are refused unread.
const MAX_LENGTH: usize = 1000;

const ACCEPTED: &str = "a pattern is `^`, ASCII characters, classes such as `[0-9A-Z]`, `\\d` or \
                        `\\w`, each perhaps followed by `?`, `*`, `+` or `{2,4}`, and `$`";

/// A regular expression that matches from end to end and never has to try twice:
/// what follows a piece of varying length cannot also belong to that piece.
///
/// Displays as prose with code in Markdown, such as `` `ctb_`, then `0-9A-Za-z` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What every text begins with; may be empty.
    pub prefix: String,
    /// What follows, in order, to the end of the text.
    pub pieces: Vec<Piece>,
}

/// Characters of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The class, as inclusive ranges of ASCII characters in ascending order.
    pub class: Vec<(char, char)>,
    /// How many there are at least.
    pub min: u32,
    /// How many there are at most; `None` where there is no limit.
    pub max: Option<u32>,
}

/// Why a regular expression is not a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It does not compile.
    #[error("it is not a regular expression of ECMA-262: {0}")]
    Syntax(String),
    /// It compiles, but cannot be checked in one pass.
    #[error("{reason}")]
    Unsupported {
        /// Which part, and what is the matter with it.
        reason: String,
    },
}

impl PatternError {
    fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported { reason: reason.into() }
    }

    /// How to write a pattern that is accepted.
    pub fn help(&self) -> &'static str {
        ACCEPTED
    }
}

type Result<T> = std::result::Result<T, PatternError>;

impl Pattern {
    /// Reads a regular expression as OpenAPI means it, by ECMA-262.
    ///
    /// # Errors
    ///
    /// Where it does not compile, or is none that one pass can check.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_LENGTH {
            let reason = format!("it is longer than {MAX_LENGTH} bytes");
            return Err(PatternError::unsupported(reason));
        }
        regress::Regex::new(text).map_err(|error| PatternError::Syntax(error.text))?;
        let ast = ast::parse::Parser::new()
            .parse(text)
            .map_err(|error| PatternError::unsupported(error.kind().to_string()))?;
        let pieces = Reader { text }.pieces(&ast)?;
        disjoint(&pieces)?;
        Ok(Self::of(pieces))
    }

    fn of(pieces: Vec<(Piece, &str)>) -> Self {
        let mut prefix = String::new();
        let mut pieces = pieces.into_iter().map(|(piece, _)| piece).peekable();
        while let Some(literal) = pieces.peek().and_then(Piece::literal) {
            prefix.push(literal);
            pieces.next();
        }
        Self { prefix, pieces: pieces.collect() }
    }

    /// Whether `text` has this form.
    pub fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = text.strip_prefix(&self.prefix) else { return false };
        for piece in &self.pieces {
            let limit = piece.max.map_or(usize::MAX, |max| max as usize);
            let count = rest.chars().take(limit).take_while(|c| piece.contains(*c)).count();
            if count < piece.min as usize {
                return false;
            }
            // Every character of a class is ASCII, one byte each.
            rest = &rest[count..];
        }
        rest.is_empty()
    }
}

impl Piece {
    /// Whether the class has `c`.
    pub fn contains(&self, c: char) -> bool {
        self.class.iter().any(|(first, last)| (*first..=*last).contains(&c))
    }

    /// The character, where there is no choice.
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
            prefix.into_iter().chain(self.pieces.iter().map(Piece::to_string)).collect();
        match parts.as_slice() {
            [] => f.write_str("nothing"),
            parts => f.write_str(&parts.join(", then ")),
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (1, None) | (1, Some(1)) => {}
            (0, None) => write!(f, "any number of ")?,
            (0, Some(1)) => write!(f, "perhaps ")?,
            (0, Some(max)) => write!(f, "up to {max} of ")?,
            (min, None) => write!(f, "at least {min} of ")?,
            (min, Some(max)) if min == max => write!(f, "{min} of ")?,
            (min, Some(max)) => write!(f, "{min} to {max} of ")?,
        }
        write!(f, "`")?;
        for (first, last) in &self.class {
            match first == last {
                true => write!(f, "{first}")?,
                false => write!(f, "{first}-{last}")?,
            }
        }
        write!(f, "`")
    }
}

/// Where a piece may be longer or shorter, what comes next must not be able to
/// belong to it, or the first match would not be the only one.
fn disjoint(pieces: &[(Piece, &str)]) -> Result<()> {
    for (index, (piece, text)) in pieces.iter().enumerate() {
        if piece.max == Some(piece.min) {
            continue;
        }
        for (next, next_text) in &pieces[index + 1..] {
            if piece.overlaps(next) {
                return Err(PatternError::unsupported(format!(
                    "`{text}` can take characters that are meant for `{next_text}` after it"
                )));
            }
            if next.min > 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Reads pieces out of a syntax tree. Rust's syntax is not quite ECMA-262's:
/// whatever the two read differently is refused.
struct Reader<'t> {
    text: &'t str,
}

impl<'t> Reader<'t> {
    fn pieces(&self, ast: &Ast) -> Result<Vec<(Piece, &'t str)>> {
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
            .filter(|piece| !matches!(piece, Ok((Piece { max: Some(0), .. }, _))))
            .collect()
    }

    fn piece(&self, ast: &Ast) -> Result<Piece> {
        let Ast::Repetition(repetition) = ast else {
            return Ok(Piece { class: self.class(ast)?, min: 1, max: Some(1) });
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
            return Err(self.refused(ast, "lacks a first number in its braces"));
        }
        let mut inner = Vec::new();
        flatten(&repetition.ast, &mut inner);
        match inner.as_slice() {
            [single] => Ok(Piece { class: self.class(single)?, min, max }),
            _ => Err(self.refused(ast, "repeats more than one character or class")),
        }
    }

    fn class(&self, ast: &Ast) -> Result<Vec<(char, char)>> {
        match ast {
            Ast::Literal(literal) if is_plain(literal) => self.ascii(ast, literal.c, literal.c),
            Ast::ClassPerl(class) if is_shared(class) => self.translate(ast),
            Ast::ClassBracketed(class)
                if !self.slice(&class.span).starts_with("[]") && is_set(&class.kind) =>
            {
                self.translate(ast)
            }
            Ast::Alternation(_) => Err(self.refused(ast, "offers alternatives")),
            Ast::Dot(_) => Err(self.refused(ast, "takes characters that are not ASCII")),
            Ast::Assertion(_) => Err(self.refused(ast, "is an assertion within the pattern")),
            Ast::Repetition(_) => Err(self.refused(ast, "repeats a repetition")),
            _ => Err(self.refused(ast, "is beyond what can be checked in one pass")),
        }
    }

    /// The ranges of a class by the rules of ECMA-262: `\d` and `\w` are ASCII.
    fn translate(&self, ast: &Ast) -> Result<Vec<(char, char)>> {
        let hir = TranslatorBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .translate(self.text, ast)
            .map_err(|_| self.refused(ast, "takes characters that are not ASCII"))?;
        let ranges: Vec<_> = match hir.kind() {
            HirKind::Literal(literal) => literal.0.iter().map(|byte| (*byte, *byte)).collect(),
            HirKind::Class(Class::Bytes(class)) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => return Err(self.refused(ast, "is beyond what can be checked in one pass")),
        };
        let ranges = ranges.into_iter().map(|(a, b)| self.ascii(ast, a.into(), b.into()));
        Ok(ranges.collect::<Result<Vec<_>>>()?.concat())
    }

    fn ascii(&self, ast: &Ast, first: char, last: char) -> Result<Vec<(char, char)>> {
        match last.is_ascii() {
            true => Ok(vec![(first, last)]),
            false => Err(self.refused(ast, "takes characters that are not ASCII")),
        }
    }

    fn not_anchored(&self) -> PatternError {
        PatternError::unsupported("it does not match the whole text, from `^` to `$`")
    }

    fn refused(&self, ast: &Ast, why: &str) -> PatternError {
        PatternError::unsupported(format!("`{}` {why}", self.slice(ast.span())))
    }

    fn slice(&self, span: &Span) -> &'t str {
        &self.text[span.start.offset..span.end.offset]
    }
}

/// The parts of a sequence, with groups opened that only group.
fn flatten<'a>(ast: &'a Ast, parts: &mut Vec<&'a Ast>) {
    match ast {
        Ast::Empty(_) => {}
        Ast::Concat(concat) => concat.asts.iter().for_each(|ast| flatten(ast, parts)),
        Ast::Group(group) if groups_only(&group.kind) => flatten(&group.ast, parts),
        _ => parts.push(ast),
    }
}

fn groups_only(kind: &GroupKind) -> bool {
    match kind {
        GroupKind::NonCapturing(flags) => flags.items.is_empty(),
        GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } => true,
    }
}

/// A character for itself, or escaped by a backslash that changes nothing.
fn is_plain(literal: &ast::Literal) -> bool {
    matches!(literal.kind, LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous)
}

/// `\s` is more than ASCII in ECMA-262, and so is every negated class.
fn is_shared(class: &ast::ClassPerl) -> bool {
    !class.negated && matches!(class.kind, ClassPerlKind::Digit | ClassPerlKind::Word)
}

/// Only Rust nests classes, subtracts them and knows names for them.
fn is_set(set: &ClassSet) -> bool {
    let ClassSet::Item(item) = set else { return false };
    match item {
        ClassSetItem::Literal(literal) => is_plain(literal),
        ClassSetItem::Range(range) => is_plain(&range.start) && is_plain(&range.end),
        ClassSetItem::Perl(class) => is_shared(class),
        ClassSetItem::Union(union) => {
            union.items.iter().all(|item| is_set(&ClassSet::Item(item.clone())))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Pattern::parse(text).map_or_else(|error| error.to_string(), |pattern| pattern.to_string())
    }

    #[test]
    fn an_identifier_is_a_prefix_and_one_piece() {
        let pattern = Pattern::parse("^ctb_[0-9A-Za-z]+$").unwrap();
        assert_eq!(pattern.prefix, "ctb_");
        let class = vec![('0', '9'), ('A', 'Z'), ('a', 'z')];
        assert_eq!(pattern.pieces, [Piece { class, min: 1, max: None }]);
    }

    #[test]
    fn patterns_display_as_prose() {
        let cases = [
            ("^ctb_[0-9A-Za-z]+$", "`ctb_`, then `0-9A-Za-z`"),
            ("^[A-Z]{3}$", "3 of `A-Z`"),
            (r"^\d{4}-\d{2}$", "4 of `0-9`, then `-`, then 2 of `0-9`"),
            (r"^(?:a(b))c*d?$", "`ab`, then any number of `c`, then perhaps `d`"),
            (
                r"^(\/\d{0,2})a{2,}b{3,4}$",
                "`/`, then up to 2 of `0-9`, then at least 2 of `a`, then 3 to 4 of `b`",
            ),
            ("^$", "nothing"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_one_pass_cannot_check_is_refused_with_the_part() {
        let cases = [
            ("(", "it is not a regular expression of ECMA-262: "),
            ("^a{2,1}$", "it is not a regular expression of ECMA-262: "),
            ("ctb_[0-9]+", "it does not match the whole text, from `^` to `$`"),
            ("^a$|^b$", "it does not match the whole text, from `^` to `$`"),
            ("^(ab|cd)$", "`ab|cd` offers alternatives"),
            ("^(ab)+$", "`(ab)+` repeats more than one character or class"),
            ("^(a+)+$", "`a+` repeats a repetition"),
            ("^.+$", "`.` takes characters that are not ASCII"),
            ("^[^/]+$", "`[^/]` takes characters that are not ASCII"),
            ("^é$", "`é` takes characters that are not ASCII"),
            ("^[à-é]$", "`[à-é]` takes characters that are not ASCII"),
            (r"^\s$", r"`\s` is beyond what can be checked in one pass"),
            (r"^\D$", r"`\D` is beyond what can be checked in one pass"),
            ("^[a-z]+[a-f]$", "`[a-z]+` can take characters that are meant for `[a-f]` after it"),
            ("^a?b*a$", "`a?` can take characters that are meant for `a` after it"),
            ("^(?=a)a$", "look-around, including look-ahead and look-behind, is not supported"),
        ];
        for (text, expected) in cases {
            let shown = shown(text);
            assert!(shown.starts_with(expected), "{text}: {shown}");
        }
    }

    #[test]
    fn what_rust_and_ecma_262_read_differently_is_refused() {
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

    #[test]
    fn matching_agrees_with_a_regex_engine() {
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
                        assert_eq!(pattern.matches(&candidate), expected, "{text} {candidate:?}");
                    }
                }
            }
        }
    }
}
