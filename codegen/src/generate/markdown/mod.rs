//! Conversion of descriptions to Markdown for rustdoc.
//!
//! Descriptions are CommonMark with tables. rustdoc reads more than that: it compiles code
//! blocks, resolves `[name]` as a link to an item, and has further syntax, such as footnotes.
//! Its lints, and those of clippy, reject bare URLs, unknown HTML tags and loose layout. This
//! module parses a description and writes each block in a form that rustdoc reads as the same
//! block. Text within a block is copied and escaped only where that is necessary.

mod html;
mod inline;
#[cfg(test)]
mod tests;

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag};

use self::html::HtmlTags;
use self::inline::Inline;

/// The maximum depth of nested lists and block quotes. Deeper descriptions become code.
const MAX_DEPTH: usize = 50;
/// The distance of tab stops in CommonMark.
const TAB: usize = 4;

/// An event of the parser and the range of its source.
type SpannedEvent<'t> = (Event<'t>, Range<usize>);

/// A block of a description, without the indentation of its container.
struct MarkdownBlock {
    kind: BlockKind,
    lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    /// A paragraph of a loose item, or outside of lists.
    Paragraph,
    /// The text of a tight item.
    TightText,
    /// A list with the last character of its markers, which distinguishes adjacent lists.
    List(Option<char>),
    Other,
}

impl MarkdownBlock {
    fn other(lines: Vec<String>) -> Self {
        Self { kind: BlockKind::Other, lines }
    }
}

/// Converts a description to Markdown for rustdoc.
pub(super) fn convert(description: &str) -> String {
    join(blocks(description), true).join("\n")
}

/// Converts a description to an item of a list, which starts with a label.
pub(super) fn convert_item(label: &str, description: &str) -> String {
    let mut blocks = blocks(description);
    match &mut blocks[..] {
        [MarkdownBlock { kind: BlockKind::Paragraph, lines }] => {
            if let Some(first) = lines.first_mut() {
                first.insert_str(0, &format!("{label}: "));
            }
        }
        [] => blocks.push(MarkdownBlock::other(vec![label.to_owned()])),
        _ => blocks.insert(0, MarkdownBlock::other(vec![format!("{label}:")])),
    }
    item("-", join(blocks, true)).join("\n")
}

/// Returns a code span.
pub(super) fn code_span(text: &str) -> String {
    let delimiter = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{delimiter}{space}{}{space}{delimiter}", text.replace(char::is_control, " "))
}

/// Returns the length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn blocks(description: &str) -> Vec<MarkdownBlock> {
    let source = normalize(description);
    let parser = Parser::new_ext(&source, Options::ENABLE_TABLES);
    let events: Vec<_> = parser.into_offset_iter().collect();
    if depth(&events) > MAX_DEPTH {
        return vec![MarkdownBlock::other(code(&source))];
    }
    let tags = HtmlTags::new(&source, &events);
    let blocks = BlockReader { source: &source, tags: &tags, events: &events, at: 0 }.blocks();
    // A description of definitions only. Items without docs violate `missing_docs`.
    if blocks.is_empty() && !source.trim().is_empty() {
        return vec![MarkdownBlock::other(code(source.trim()))];
    }
    blocks
}

/// Expands tabs, which clippy rejects in comments, and replaces or removes characters that
/// rustc rejects in comments.
fn normalize(description: &str) -> String {
    let mut normal = String::with_capacity(description.len());
    let mut column = 0;
    for c in description.replace("\r\n", "\n").chars() {
        column += 1;
        match c {
            '\t' => {
                let width = TAB - (column - 1) % TAB;
                column += width - 1;
                normal.extend([' '; TAB].iter().take(width));
            }
            '\n' | '\r' => {
                column = 0;
                normal.push('\n');
            }
            '\0' => normal.push(char::REPLACEMENT_CHARACTER),
            // Controls of the text direction.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => column -= 1,
            c => normal.push(c),
        }
    }
    normal
}

fn depth(events: &[SpannedEvent<'_>]) -> usize {
    let (mut depth, mut max) = (0_usize, 0);
    for (event, _) in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        max = max.max(depth);
    }
    max
}

struct BlockReader<'t> {
    source: &'t str,
    tags: &'t HtmlTags,
    events: &'t [SpannedEvent<'t>],
    at: usize,
}

impl<'t> BlockReader<'t> {
    fn next(&mut self) -> Option<&'t SpannedEvent<'t>> {
        let event = self.events.get(self.at);
        self.at += 1;
        event
    }

    /// Reads blocks up to the end of their container.
    fn blocks(&mut self) -> Vec<MarkdownBlock> {
        let mut blocks = Vec::new();
        while let Some((event, range)) = self.next() {
            let block = match event {
                Event::End(_) => break,
                Event::Start(Tag::Paragraph) => {
                    MarkdownBlock { kind: BlockKind::Paragraph, lines: self.inline_up_to_end() }
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    MarkdownBlock::other(self.heading(*level as usize, range.start))
                }
                Event::Start(Tag::BlockQuote(_)) => MarkdownBlock::other(quote(self.blocks())),
                Event::Start(Tag::CodeBlock(kind)) => MarkdownBlock::other(self.code_block(kind)),
                Event::Start(Tag::HtmlBlock) => MarkdownBlock::other(self.html_block(range)),
                Event::Start(Tag::List(_)) => self.list(),
                Event::Start(Tag::Table(alignments)) => {
                    MarkdownBlock::other(self.table(alignments))
                }
                // A star or a dash could be read as the marker of a list.
                Event::Rule => MarkdownBlock::other(vec!["___".to_owned()]),
                _ => {
                    self.at -= 1;
                    MarkdownBlock { kind: BlockKind::TightText, lines: self.inline() }
                }
            };
            if !block.lines.is_empty() {
                blocks.push(block);
            }
        }
        blocks
    }

    /// Reads the text of a tight item.
    fn inline(&mut self) -> Vec<String> {
        let is_inline = |(event, _): &&SpannedEvent<'_>| match event {
            Event::Start(tag) => inline::is_inline(&tag.to_end()),
            Event::End(tag) => inline::is_inline(tag),
            Event::Rule => false,
            _ => true,
        };
        let events = &self.events[self.at..];
        let count = events.iter().take_while(is_inline).count();
        self.at += count;
        Inline::lines(self.source, self.tags, &events[..count])
    }

    fn inline_up_to_end(&mut self) -> Vec<String> {
        let lines = self.inline();
        self.at += 1;
        lines
    }

    fn heading(&mut self, level: usize, start: usize) -> Vec<String> {
        let is_underlined = !self.source[start..].trim_start().starts_with('#');
        let mut lines = self.inline_up_to_end();
        if is_underlined {
            lines.push(if level == 1 { "===" } else { "---" }.to_owned());
        } else {
            let text = lines.join(" ");
            // Only the last of two closing sequences is not text.
            let without_end = text.trim_end_matches('#');
            let is_closed =
                without_end != text && (without_end.is_empty() || without_end.ends_with(' '));
            let end = if is_closed { " #" } else { "" };
            lines = vec![format!("{} {text}{end}", "#".repeat(level)).trim_end().to_owned()];
        }
        lines
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>) -> Vec<String> {
        let mut text = String::new();
        while let Some((Event::Text(part), _)) = self.next() {
            text += part;
        }
        let is_fenced = matches!(kind, CodeBlockKind::Fenced(_));
        if text.is_empty() && !is_fenced { Vec::new() } else { code(&text) }
    }

    fn html_block(&mut self, range: &Range<usize>) -> Vec<String> {
        let mut text = String::new();
        while let Some((Event::Html(part) | Event::Text(part), part_range)) = self.next() {
            text += &self.tags.write_block(part, part_range);
        }
        if self.tags.is_literal(range.start) {
            return inline::literal_lines(&text);
        }
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    fn list(&mut self) -> MarkdownBlock {
        let mut items = Vec::new();
        let mut last_of_marker = None;
        while let Some((Event::Start(Tag::Item), range)) = self.next() {
            let marker = marker(&self.source[range.clone()]);
            last_of_marker = marker.chars().last();
            items.push((marker, self.blocks()));
        }
        let has_kind =
            |kind| items.iter().flat_map(|(_, blocks)| blocks).any(|block| block.kind == kind);
        // Blank lines around other blocks are invisible.
        let is_loose = !has_kind(BlockKind::TightText);
        let items = items.into_iter().map(|(marker, blocks)| item(marker, join(blocks, is_loose)));
        let items = items.map(MarkdownBlock::other).collect();
        MarkdownBlock { kind: BlockKind::List(last_of_marker), lines: join(items, is_loose) }
    }

    fn table(&mut self, alignments: &[Alignment]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some((Event::Start(Tag::TableHead | Tag::TableRow), _)) = self.next() {
            let mut cells = Vec::new();
            while let Some((Event::Start(Tag::TableCell), _)) = self.next() {
                cells.push(self.inline_up_to_end().join(" "));
            }
            lines.push(row(cells.iter().map(String::as_str)));
        }
        let delimiters = alignments.iter().map(|alignment| match alignment {
            Alignment::None => "---",
            Alignment::Left => ":--",
            Alignment::Center => ":-:",
            Alignment::Right => "--:",
        });
        lines.insert(1.min(lines.len()), row(delimiters));
        lines
    }
}

fn row<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    cells.fold("|".to_owned(), |row, cell| format!("{row} {cell} |"))
}

/// Returns the marker of an item, such as `-` or `15.`.
fn marker(item: &str) -> &str {
    let item = item.trim_start();
    let end = item.find(|c: char| !c.is_ascii_digit()).unwrap_or_default();
    &item[..=end]
}

fn code(text: &str) -> Vec<String> {
    let fence = "`".repeat(3.max(longest_run(text) + 1));
    let mut lines = vec![format!("{fence}text")];
    lines.extend(text.lines().map(|line| line.trim_end().to_owned()));
    lines.push(fence);
    lines
}

fn quote(blocks: Vec<MarkdownBlock>) -> Vec<String> {
    let lines = join(blocks, true);
    if lines.is_empty() {
        return vec![">".to_owned()];
    }
    lines.iter().map(|line| format!("> {line}").trim_end().to_owned()).collect()
}

fn item(marker: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return vec![marker.to_owned()];
    }
    let indent = " ".repeat(marker.len());
    let prefixes = [marker].into_iter().chain(std::iter::repeat(&*indent));
    let line = |(prefix, line)| format!("{prefix} {line}").trim_end().to_owned();
    prefixes.zip(&lines).map(line).collect()
}

/// Joins blocks by blank lines or, in a tight list, without.
fn join(blocks: Vec<MarkdownBlock>, is_loose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut previous = BlockKind::Other;
    for block in blocks {
        if is_loose && !lines.is_empty() {
            lines.push(String::new());
        }
        if matches!(block.kind, BlockKind::List(_)) && block.kind == previous {
            // Adjacent lists would become one list.
            lines.extend(["<!-- -->".to_owned(), String::new()]);
        }
        previous = block.kind;
        lines.extend(block.lines);
    }
    lines
}
