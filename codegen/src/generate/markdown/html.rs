//! HTML tags in descriptions.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::SpannedEvent;

/// Elements that are written as HTML if they are closed. All other tags, such as `<id>`, are
/// written as text.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

/// Elements without an end tag.
const VOID_ELEMENTS: &[&str] = &["br", "hr", "img", "wbr"];

/// The HTML tags of a description, each with the decision how to write it.
pub(super) struct HtmlTags {
    /// The offsets of the tags and blocks that are written as text.
    literal: BTreeSet<usize>,
    /// The offsets of `<p>` tags without an end tag.
    unclosed_paragraphs: BTreeSet<usize>,
    /// The tags by offset.
    tags: BTreeMap<usize, HtmlTag>,
}

struct HtmlTag {
    kind: TagKind,
    /// The name in lower case.
    name: String,
    /// The offset of the HTML block that contains the tag.
    block: Option<usize>,
}

impl HtmlTag {
    fn starts_paragraph(&self) -> bool {
        self.kind == TagKind::Start && self.name == "p"
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Start,
    End,
    /// A void element or a comment.
    Alone,
    Invalid,
}

impl HtmlTags {
    pub(super) fn new(source: &str, events: &[SpannedEvent<'_>]) -> Self {
        let mut tags = BTreeMap::new();
        for (event, range) in events {
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    scan(source, range.clone(), Some(range.start), &mut tags);
                }
                Event::InlineHtml(_) => scan(source, range.clone(), None, &mut tags),
                _ => {}
            }
        }
        let (literal, unclosed_paragraphs) = (BTreeSet::new(), BTreeSet::new());
        let mut tags = Self { literal, unclosed_paragraphs, tags };
        while tags.mark_literal() {}
        tags
    }

    /// Marks the tags that cannot be HTML given the decisions so far. Returns whether there
    /// are any.
    fn mark_literal(&mut self) -> bool {
        let unmatched = self.unmatched();
        let (paragraphs, others): (Vec<_>, Vec<_>) =
            unmatched.into_iter().partition(|offset| self.tags[offset].starts_paragraph());
        self.unclosed_paragraphs = paragraphs.into_iter().collect();
        // A block is written as text as a whole.
        let blocks: BTreeSet<_> =
            others.iter().filter_map(|offset| self.tags[offset].block).collect();
        let is_in_block = |tag: &HtmlTag| tag.block.is_some_and(|block| blocks.contains(&block));
        let in_blocks = self.tags.iter().filter(|(_, tag)| is_in_block(tag));
        self.literal.extend(in_blocks.map(|(offset, _)| *offset));
        self.literal.extend(&blocks);
        self.literal.extend(&others);
        !others.is_empty()
    }

    /// Returns the offsets of the tags without a counterpart, and of invalid tags.
    fn unmatched(&self) -> Vec<usize> {
        let mut unmatched = Vec::new();
        let mut open: Vec<(usize, &str)> = Vec::new();
        for (offset, tag) in self.tags.iter().filter(|(offset, _)| !self.is_literal(**offset)) {
            match tag.kind {
                TagKind::Start => open.push((*offset, &tag.name)),
                TagKind::End => match open.iter().rposition(|(_, name)| *name == tag.name) {
                    Some(start) => {
                        unmatched.extend(open.drain(start..).skip(1).map(|(offset, _)| offset));
                    }
                    None => unmatched.push(*offset),
                },
                TagKind::Alone => {}
                TagKind::Invalid => unmatched.push(*offset),
            }
        }
        unmatched.extend(open.into_iter().map(|(offset, _)| offset));
        unmatched
    }

    /// Returns whether the tag or block at an offset is written as text.
    pub(super) fn is_literal(&self, offset: usize) -> bool {
        self.literal.contains(&offset)
    }

    /// Returns whether a tag starts (`Some(true)`) or ends (`Some(false)`) a link.
    pub(super) fn link(&self, offset: usize) -> Option<bool> {
        let tag = self.tags.get(&offset).filter(|tag| tag.name == "a")?;
        Some(tag.kind == TagKind::Start)
    }

    /// Returns whether a tag is a `<p>` without an end tag.
    pub(super) fn is_unclosed_paragraph(&self, offset: usize) -> bool {
        self.unclosed_paragraphs.contains(&offset)
    }

    /// Returns a part of an HTML block with all paragraphs closed.
    pub(super) fn write_block(&self, part: &str, range: &Range<usize>) -> String {
        let mut text = part.to_owned();
        // Lines that pulldown-cmark indents have no tag at their offsets.
        if part.len() == range.len() {
            for offset in self.unclosed_paragraphs.range(range.clone()).rev() {
                let tag = offset - range.start;
                if let Some(end) = part[tag..].find('>') {
                    text.insert_str(tag + end + 1, "</p>");
                }
            }
        }
        text
    }
}

/// Adds all tags in a range of the source.
fn scan(
    source: &str,
    range: Range<usize>,
    block: Option<usize>,
    tags: &mut BTreeMap<usize, HtmlTag>,
) {
    let mut at = range.start;
    while let Some(next) = source[at..range.end].find('<') {
        let start = at + next;
        let (mut tag, length) = parse(&source[start..range.end]);
        tag.block = block;
        tags.insert(start, tag);
        at = start + length;
    }
}

/// Parses the tag at the start of a text and returns it with its length.
fn parse(text: &str) -> (HtmlTag, usize) {
    let tag = |kind, name: &str| HtmlTag { kind, name: name.to_ascii_lowercase(), block: None };
    let invalid = (tag(TagKind::Invalid, ""), 1);
    if let Some(comment) = text.strip_prefix("<!--") {
        return match comment.find("-->") {
            Some(end) => (tag(TagKind::Alone, ""), end + 7),
            None => invalid,
        };
    }
    let Some(end) = end_of_tag(text) else { return invalid };
    let inner = text[1..end].trim_end();
    let (is_end, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(length);
    let tag = tag(TagKind::Start, name);
    let is_void = VOID_ELEMENTS.contains(&&*tag.name);
    let is_separated = rest.is_empty() || rest.starts_with([' ', '\n', '/']);
    let is_known = ELEMENTS.contains(&&*tag.name) && !rest.ends_with('/');
    let kind = if !is_separated || (is_end && !rest.is_empty()) {
        TagKind::Invalid
    } else if is_void && !is_end {
        TagKind::Alone
    } else if !is_known {
        TagKind::Invalid
    } else if is_end {
        TagKind::End
    } else {
        TagKind::Start
    };
    (HtmlTag { kind, ..tag }, end + 1)
}

/// Returns the offset of the `>` that ends a tag. Quoted attributes may contain `>`.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (offset, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (None, '>') => return Some(offset),
            (None, '<') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
