//! Text, links and code within a block.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use super::SpannedEvent;
use super::html::HtmlTags;

/// Characters with a meaning within text.
const INLINE_SYNTAX: &[char] = &['\\', '`', '*', '_', '[', ']', '<', '&', '~', '|', ':'];
/// Punctuation that ends a sentence rather than a URL.
const AFTER_URL: &[char] = &['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '"'];

/// The delimiters of emphasis.
const DELIMITERS: &[char] = &['*', '_'];

pub(super) fn is_inline(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
}

/// A link or image that is being written.
struct MarkdownLink<'t> {
    link_type: LinkType,
    destination: &'t str,
    title: &'t str,
    is_image: bool,
}

/// Writes the contents of a block.
pub(super) struct Inline<'t> {
    source: &'t str,
    tags: &'t HtmlTags,
    events: &'t [SpannedEvent<'t>],
    lines: Vec<String>,
    /// The last line so far.
    line: String,
    /// The end of the source that has been written. `None` at the start of a line, where the
    /// indentation of the source is skipped.
    written: Option<usize>,
    links: Vec<MarkdownLink<'t>>,
    /// `true` between the tags `<a>` and `</a>`.
    in_html_link: bool,
}

impl<'t> Inline<'t> {
    pub(super) fn lines(
        source: &'t str,
        tags: &'t HtmlTags,
        events: &'t [SpannedEvent<'t>],
    ) -> Vec<String> {
        let mut inline = Self {
            source,
            tags,
            events,
            lines: Vec::new(),
            line: String::new(),
            written: None,
            links: Vec::new(),
            in_html_link: false,
        };
        let mut at = 0;
        while at < events.len() {
            at = inline.write(at);
        }
        inline.lines.push(inline.line);
        inline.lines.retain(|line| !line.is_empty());
        inline.lines
    }

    /// Writes the event at an index and returns the index of the next event.
    fn write(&mut self, at: usize) -> usize {
        let (event, range) = &self.events[at];
        match event {
            Event::Text(_) => return self.text_run(at),
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
                self.copy(range);
                // The text and the end of the link are part of the range.
                return at + 3;
            }
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                self.start_link(range, 1, *link_type, dest_url, title);
            }
            Event::Start(Tag::Image { link_type, dest_url, title, .. }) => {
                self.start_link(range, 2, *link_type, dest_url, title);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(range.end),
            Event::Start(Tag::Emphasis) => self.copy(&(range.start..range.start + 1)),
            Event::Start(Tag::Strong) => self.copy(&(range.start..range.start + 2)),
            Event::End(_) => self.copy_up_to(range.end),
            Event::Code(text) => self.code(text, range),
            Event::InlineHtml(_) => self.html(range),
            Event::SoftBreak | Event::HardBreak => self.line_break(at),
            _ => self.copy(range),
        }
        at + 1
    }

    /// Copies the source up to an offset.
    fn copy_up_to(&mut self, end: usize) {
        let is_escaped = || self.source[..end].ends_with('\\');
        let start = self.written.unwrap_or_else(|| end - usize::from(is_escaped()));
        self.line.push_str(self.source.get(start..end).unwrap_or_default());
        self.written = Some(end);
    }

    fn copy(&mut self, range: &Range<usize>) {
        self.copy_up_to(range.start);
        self.copy_up_to(range.end);
    }

    /// Replaces the source of an event.
    fn replace(&mut self, range: &Range<usize>, text: &str) {
        self.copy_up_to(range.start);
        self.line.push_str(text);
        self.written = Some(range.end);
    }

    /// Writes the text event at an index, and those that follow it in the source.
    fn text_run(&mut self, at: usize) -> usize {
        let source = self.source;
        let (_, first) = &self.events[at];
        let mut next = at + 1;
        if !self.is_literal(at) {
            self.copy(first);
            return next;
        }
        let mut end = first.end;
        while next < self.events.len() && self.events[next].1.start == end && self.is_literal(next)
        {
            end = self.events[next].1.end;
            next += 1;
        }
        let starts_line = self.written.is_none();
        let before = self.line.len();
        self.copy_up_to(first.start);
        let is_escaped = self.line.len() > before && self.line.ends_with('\\');
        let mut text = &source[first.start..end];
        self.written = Some(end);
        if is_escaped {
            text = self.push_char(text);
        } else if starts_line {
            let line = source[first.start..].lines().next().unwrap_or_default();
            text = self.start_line(text, line);
        }
        let is_last = matches!(
            self.events.get(next),
            None | Some((Event::SoftBreak | Event::HardBreak | Event::End(_), _))
        );
        self.text(text, is_last);
        next
    }

    /// Writes the start of a line so that it starts no block, and returns the rest.
    fn start_line(&mut self, text: &'t str, line: &str) -> &'t str {
        let Some(first) = text.chars().next() else { return text };
        let rest = text.trim_start_matches(first);
        let run = text.len() - rest.len();
        let is_line = || line.chars().all(|c| c == first || c == ' ');
        let escaped = match first {
            '`' if run >= 3 && !line[run..].contains('`') => "&#96;".to_owned(),
            '*' if run == 1 && is_end(&line[1..]) => "\\*".to_owned(),
            '*' | '_' if is_line() => format!("\\{first}"),
            _ => {
                let Some(at) = block_start(line).filter(|at| *at < text.len()) else { return text };
                self.line.push_str(&text[..at]);
                self.line.push('\\');
                return self.push_char(&text[at..]);
            }
        };
        // To escape a part of a run would change the meaning of the others.
        self.line.push_str(&escaped.repeat(run));
        rest
    }

    /// Writes the first character of a text as it is, and returns the rest.
    fn push_char(&mut self, text: &'t str) -> &'t str {
        let mut rest = text.chars();
        self.line.extend(rest.next());
        rest.as_str()
    }

    /// Keeps a backslash at the end of the line from becoming an escape.
    fn escape_last_backslash(&mut self) {
        let count = self.line.len() - self.line.trim_end_matches('\\').len();
        if count % 2 == 1 {
            self.line.push('\\');
        }
    }

    /// Returns whether an event is text without escapes and character references.
    fn is_literal(&self, at: usize) -> bool {
        let (event, range) = &self.events[at];
        matches!(event, Event::Text(text) if **text == self.source[range.clone()])
    }

    /// Writes text with its URLs as autolinks.
    fn text(&mut self, mut text: &str, is_last: bool) {
        let is_link = self.links.iter().any(|link| !link.is_image);
        let can_link = !self.in_html_link && self.links.is_empty();
        while let Some((start, length)) = find_url(text).filter(|_| !is_link) {
            let (before, rest) = text.split_at(start);
            escape(&mut self.line, before);
            let (url, after) = rest.split_at(length);
            // The URL may go on in another event.
            let is_whole = is_last || !after.is_empty();
            if can_link && is_whole && !self.is_in_word(after) {
                self.escape_last_backslash();
                self.line.push_str(&format!("<{url}>"));
                text = after;
            } else {
                let (scheme, rest) = rest.split_at(rest.find(':').unwrap_or_default());
                self.line.push_str(&format!("{scheme}\\:"));
                text = &rest[1..];
            }
        }
        escape(&mut self.line, text);
    }

    /// Returns whether a delimiter in front of or behind a URL touches a word on its other side.
    /// Next to punctuation, such a delimiter would have no effect.
    fn is_in_word(&self, after: &str) -> bool {
        let rest = self.written.and_then(|written| self.source.get(written..));
        let after = if after.is_empty() { rest.unwrap_or_default() } else { after };
        let before = self.line.trim_end_matches(DELIMITERS);
        let next = after.trim_start_matches(DELIMITERS);
        (before.len() < self.line.len() && before.ends_with(char::is_alphanumeric))
            || (next.len() < after.len() && next.starts_with(char::is_alphanumeric))
    }

    fn code(&mut self, text: &str, range: &Range<usize>) {
        let code = &self.source[range.clone()];
        if code.contains('\n') {
            let delimiter = &code[..code.len() - code.trim_start_matches('`').len()];
            // The parser removes one space at each end unless there are only spaces.
            let space = if text.trim_matches(' ').is_empty() { "" } else { " " };
            self.replace(range, &format!("{delimiter}{space}{text}{space}{delimiter}"));
        } else {
            self.copy(range);
        }
    }

    fn html(&mut self, range: &Range<usize>) {
        let lines = self.source[range.clone()].lines();
        let html = lines.map(|line| line.trim_start_matches([' ', '>'])).collect::<Vec<_>>();
        let html = html.join(" ");
        if self.tags.is_literal(range.start) {
            return self.replace(range, &literal(&html));
        }
        if let Some(is_start) = self.tags.link(range.start) {
            self.in_html_link = is_start;
        }
        let end = if self.tags.is_unclosed_paragraph(range.start) { "</p>" } else { "" };
        self.replace(range, &format!("{html}{end}"));
    }

    fn line_break(&mut self, at: usize) {
        let (event, range) = &self.events[at];
        self.copy_up_to(range.start);
        let is_hard = *event == Event::HardBreak;
        let has_space = self.source[range.clone()].starts_with(' ') || self.line.ends_with(' ');
        self.line.truncate(self.line.trim_end().len());
        // A backslash in front of spaces is text, but one at the end of a line is not.
        self.escape_last_backslash();
        // A tag at the start of a line could start an HTML block.
        let joins_lines =
            matches!(self.events.get(at + 1), Some((Event::InlineHtml(_) | Event::End(_), _)));
        if joins_lines {
            self.line.push_str(if is_hard { "<br /> " } else { " " });
            let rest = &self.source[range.end..];
            let indentation = rest.len() - rest.trim_start_matches([' ', '>']).len();
            self.written = Some(range.end + indentation);
            return;
        }
        if is_hard {
            // The backslash must not touch a delimiter, which it would make part of a word.
            let touches = has_space && self.line.ends_with(DELIMITERS);
            self.line.push_str(if touches { " \\" } else { "\\" });
        }
        self.lines.push(std::mem::take(&mut self.line));
        self.written = None;
    }

    fn start_link(
        &mut self,
        range: &Range<usize>,
        delimiter: usize,
        link_type: LinkType,
        destination: &'t CowStr<'t>,
        title: &'t CowStr<'t>,
    ) {
        let is_image = delimiter == 2;
        self.links.push(MarkdownLink { link_type, destination, title, is_image });
        self.copy(&(range.start..range.start + delimiter));
    }

    /// Writes the destination of a link. Links by reference become inline links: definitions
    /// would apply to other descriptions in the same comment, too.
    fn end_link(&mut self, end: usize) {
        let Some(link) = self.links.pop() else { return };
        let start = self.written.unwrap_or(end);
        let rest = self.source.get(start..end).unwrap_or_default();
        let is_kept = link.link_type == LinkType::Inline
            && !rest.contains('\n')
            && (link.is_image || !is_path(link.destination));
        if is_kept {
            return self.copy_up_to(end);
        }
        // Backslashes of the text.
        let before = rest.split(']').next().unwrap_or_default().to_owned();
        let title = if link.title.is_empty() {
            String::new()
        } else {
            format!(" \"{}\"", entities(link.title))
        };
        let destination = destination(&link);
        self.line.push_str(&format!("{before}](<{destination}>{title})"));
        // The parser excludes the empty brackets of `[text][]` from the link.
        let is_collapsed =
            link.link_type == LinkType::Collapsed && self.source[end..].starts_with("[]");
        self.written = Some(if is_collapsed { end + 2 } else { end });
    }
}

/// Appends text and escapes the syntax of links, which rustdoc resolves, and of rustdoc's
/// extensions of CommonMark.
fn escape(line: &mut String, text: &str) {
    let mut previous = line.chars().last();
    for c in text.chars() {
        let is_syntax = match c {
            '[' | ']' | '~' => true,
            // A footnote.
            '^' => previous == Some('['),
            // A dash.
            '-' => previous == Some('-'),
            _ => false,
        };
        if is_syntax {
            line.push('\\');
        }
        line.push(c);
        previous = Some(c);
    }
}

/// Returns the lines of a text in which nothing is syntax.
pub(super) fn literal_lines(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = line.trim();
        match block_start(line) {
            Some(0) if !line.starts_with(INLINE_SYNTAX) => format!("\\{}", literal(line)),
            Some(at) if at > 0 => format!("{}\\{}", &line[..at], literal(&line[at..])),
            _ => literal(line),
        }
    };
    text.trim().lines().map(line).collect()
}

fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if INLINE_SYNTAX.contains(&c) || (c == '-' && literal.ends_with('-')) {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}

/// Returns the offset of the character to escape so that a line of text starts no block, and
/// turns the line above into no heading or table. Ignores the delimiters of emphasis and code.
fn block_start(line: &str) -> Option<usize> {
    let without = |c: char| line.trim_start_matches(c);
    let consists_of = |chars: &[char]| line.trim_matches(chars).is_empty();
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match line.chars().next()? {
        '>' => Some(0),
        '#' => is_end(without('#')).then_some(0),
        '-' | '+' if is_end(&line[1..]) => Some(0),
        '-' | ':' | '|' => consists_of(&['-', ':', '|', ' ']).then_some(0),
        '=' => consists_of(&['=', ' ']).then_some(0),
        '0'..='9' => {
            let after = line[digits..].strip_prefix(['.', ')'])?;
            is_end(after).then_some(digits)
        }
        _ => None,
    }
}

/// Returns whether a marker of a list or heading ends in front of the rest of a line.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// Finds a URL in a text and returns its offset and length.
fn find_url(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("http") {
        let start = from + found;
        let url = &text[start..];
        let length =
            url.find(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
        let mut url = &url[..length.unwrap_or(url.len())];
        while let Some(shorter) = without_punctuation(url) {
            url = shorter;
        }
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_some_and(|host| host.starts_with(char::is_alphanumeric)) {
            return Some((start, url.len()));
        }
        from = start + 4;
    }
    None
}

/// Removes the last character if it is punctuation or an unmatched bracket.
fn without_punctuation(url: &str) -> Option<&str> {
    let is_unmatched = |open, close| url.matches(close).count() > url.matches(open).count();
    let last = url.chars().last()?;
    let is_punctuation = AFTER_URL.contains(&last)
        || (last == ')' && is_unmatched('(', ')'))
        || (last == ']' && is_unmatched('[', ']'));
    is_punctuation.then(|| &url[..url.len() - last.len_utf8()])
}

/// Returns whether rustdoc would resolve a destination as the path of an item.
fn is_path(destination: &str) -> bool {
    let path = destination.split('#').next().unwrap_or_default();
    let is_path_character = |c: char| c.is_alphanumeric() || ":_<>, !*&;@()`".contains(c);
    !destination.contains('/')
        && !path.is_empty()
        && (path.chars().all(is_path_character) || destination.matches('#').count() > 1)
}

/// Returns the destination of a link, for use between `<` and `>`.
fn destination(link: &MarkdownLink<'_>) -> String {
    let mut destination = String::new();
    if !link.is_image && is_path(link.destination) {
        match link.destination.split_once(':') {
            // An encoded character makes the URI of a scheme, such as `tel:1`, different from
            // a path.
            Some((scheme, rest)) if !rest.is_empty() => {
                destination = format!("{scheme}:{}", encode_first(rest));
            }
            _ => destination = format!("./{}", link.destination),
        }
    } else {
        destination += link.destination;
    }
    destination
        .chars()
        .map(|c| match c {
            '<' | '>' | '\\' | '`' | '|' => format!("%{:02X}", c as u32),
            '&' => "&amp;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn encode_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(String::from).unwrap_or_default();
    let encoded: String = first.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{encoded}{}", chars.as_str())
}

/// Writes punctuation and line ends as character references.
fn entities(text: &str) -> String {
    let entity = |c: char| match c {
        c if c == '\n' || c.is_ascii_punctuation() => format!("&#{};", c as u32),
        c => c.to_string(),
    };
    text.chars().map(entity).collect()
}
