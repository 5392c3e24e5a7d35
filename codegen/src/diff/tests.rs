//! What a change is called.

#[test]
fn corpus() {
    let Ok(text) = std::fs::read_to_string("/work/shared/spec-diff-corpus/dev.jsonl") else {
        return;
    };
    println!("{}", super::corpus::measure(&text));
}
