use proptest::test_runner::{Config as ProptestConfig, RngAlgorithm, TestRng, TestRunner};
use pulldown_cmark::html;

use super::*;

#[path = "../../../tests/descriptions/cases.rs"]
mod cases;

/// The syntax that rustdoc reads, except for typographic quotes and dashes.
const RUSTDOC: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// Renders Markdown without the languages of code blocks, and without space at the ends of lines,
/// code blocks and links.
fn render(markdown: &str, options: Options) -> String {
    let mut rendered = String::new();
    html::push_html(&mut rendered, Parser::new_ext(markdown, options));
    while let Some(start) = rendered.find("<code class=") {
        let end = start + rendered[start..].find('>').unwrap();
        rendered.replace_range(start..end, "<code");
    }
    let lines: String = rendered.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    ["<br />", "</code></pre>", "</a>"].iter().fold(lines, |text, end| {
        let parts: Vec<_> = text.split(end).collect();
        let Some((last, parts)) = parts.split_last() else { return text };
        parts.iter().map(|part| format!("{}{end}", part.trim_end())).collect::<String>() + last
    })
}

fn assert_same(description: &str) {
    let converted = convert(description);
    let message = format!("{description}\n---- becomes\n{converted}\n----");
    let expected = render(&normalize(description), Options::ENABLE_TABLES);
    // The comment separates adjacent lists.
    let actual = render(&converted, RUSTDOC).replace("<!-- -->\n", "");
    assert_eq!(actual, expected, "{message}");
}

#[test]
fn renders_the_same() {
    for description in cases::SAME {
        assert_same(description);
        let converted = convert(description);
        assert_eq!(convert(&converted), converted);
    }
}

#[test]
fn changes_what_rustdoc_rejects() {
    for (description, converted) in cases::CHANGED {
        assert_eq!(convert(description), *converted, "{description}");
        assert_eq!(convert(converted), *converted, "{description}");
    }
}

#[test]
fn writes_list_items() {
    let cases = [
        ("text", "- `a`: text"),
        ("two\nlines", "- `a`: two\n  lines"),
        ("- b\n- c", "- `a`:\n\n  - b\n  - c"),
        ("# b", "- `a`:\n\n  # b"),
        ("b\n\nc", "- `a`:\n\n  b\n\n  c"),
        ("```\nb", "- `a`:\n\n  ```text\n  b\n  ```"),
        ("", "- `a`"),
    ];
    for (description, expected) in cases {
        assert_eq!(convert_item("`a`", description), expected);
    }
}

#[test]
fn writes_code_spans() {
    let cases =
        [("a", "`a`"), ("[x]", "`[x]`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), (" a", "`  a `")];
    for (text, expected) in cases {
        assert_eq!(code_span(text), expected);
    }
}

#[test]
fn writes_deeply_nested_descriptions_as_code() {
    let converted = convert(&format!("{}[x]", "> ".repeat(10_000)));
    assert!(converted.starts_with("```text\n> > "), "{converted}");
}

#[test]
fn renders_generated_descriptions_the_same() {
    let pieces = proptest::collection::vec(proptest::sample::select(cases::PIECES), 0..20);
    // Always the same cases: pulldown-cmark has faults of its own.
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&pieces, |pieces| {
        // A definition in a list could make the list loose, which the conversion ignores.
        assert_same(&format!("{}\n\n[y]: /v\n[x]: /w 'title'\n\nend", pieces.concat()));
        Ok(())
    });
    result.unwrap();
}
