//! Security requirements: the credentials that an operation accepts.

use std::collections::BTreeSet;

use super::constraint::{Constraint, REFRESH, StringSet};
use super::graph::EXTERNAL_REFERENCE;
use super::references::{Limited, References};
use crate::document::pointer::Pointer;
use crate::document::{Member, Node};

/// The number of alternatives of a requirement above which flows are not told apart.
const MAX_ALTERNATIVES: usize = 100;

/// Reads the alternative credentials of an operation, or else of the whole document. The
/// names of security schemes are not part of the contract.
///
/// An absent or empty list and a list of the empty requirement mean the same: no
/// credentials.
pub(super) fn read<'s>(
    root: &'s Node,
    references: &References<'s>,
    operation: &'s Node,
) -> Limited<'s, Constraint> {
    let list = operation.get("security").or_else(|| root.get("security"));
    let mut alternatives = BTreeSet::new();
    for requirement in list.map(Node::elements).unwrap_or_default() {
        alternatives.extend(credential_sets(root, references, requirement.members())?);
    }
    if alternatives.is_empty() {
        alternatives.insert(StringSet::new());
    }
    Ok(Constraint::Credentials(alternatives))
}

/// Returns the sets of credentials of which each satisfies all schemes of a requirement.
fn credential_sets<'s>(
    root: &'s Node,
    references: &References<'s>,
    requirement: &'s [Member],
) -> Limited<'s, Vec<StringSet>> {
    let mut sets = vec![StringSet::new()];
    for Member { key, node: scopes, .. } in requirement {
        let at = Pointer::root().descend(["components", "securitySchemes", key]);
        let scheme = root.find(&at);
        let (kind, mut choices) = match scheme.map(|scheme| references.resolve(scheme)) {
            None => ("undefined".to_owned(), vec![format!("undefined scheme {key}")]),
            Some(scheme) => credentials(references, scheme?),
        };
        if sets.len() * choices.len() > MAX_ALTERNATIVES {
            choices = vec![choices.join(" or ")];
        }
        let scopes = scopes.elements().iter().filter_map(Node::as_str);
        let scopes: StringSet = scopes.map(|scope| format!("{kind} scope {scope}")).collect();
        let with = |choice: &String, set: &StringSet| {
            let choice = std::iter::once(choice);
            set.iter().chain(choice).chain(&scopes).cloned().collect()
        };
        let all = sets.iter().flat_map(|set| choices.iter().map(move |choice| with(choice, set)));
        sets = all.collect();
    }
    Ok(sets)
}

/// Returns the kind of a security scheme, and its credentials, of which one suffices: an
/// OAuth 2 token is obtained by any of the flows.
fn credentials<'s>(references: &References<'s>, scheme: &'s Node) -> (String, Vec<String>) {
    let text = |key| scheme.get_str(key).unwrap_or_default();
    if let Some(reference) = references.external(scheme) {
        let credential = format!("{EXTERNAL_REFERENCE} {reference}");
        return (credential.clone(), vec![credential]);
    }
    let flows = scheme.get("flows").map(Node::members).unwrap_or_default();
    let flows = flows.iter().filter(|flow| !flow.key.starts_with("x-"));
    let credential = match (text("type"), text("in")) {
        ("oauth2", _) if flows.clone().count() > 0 => {
            return ("oauth2".to_owned(), flows.map(flow).collect());
        }
        ("http", _) => format!("http {}", text("scheme").to_lowercase()),
        ("apiKey", "header") => format!("header {}", text("name").to_lowercase()),
        ("apiKey", location) => format!("{location} {}", text("name")),
        ("openIdConnect", _) => format!("openIdConnect {}", text("openIdConnectUrl")),
        (other, _) => other.to_owned(),
    };
    (credential.clone(), vec![credential])
}

/// Returns the name of a flow and its URLs.
fn flow(Member { key, node, .. }: &Member) -> String {
    let mut text = format!("oauth2 {key}");
    for url in ["authorizationUrl", "deviceAuthorizationUrl", "tokenUrl"] {
        if let Some(url) = node.get_str(url) {
            text += &format!(" {url}");
        }
    }
    if let Some(url) = node.get_str("refreshUrl") {
        text += &format!("{REFRESH}{url}");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use crate::contract::Contract;
    use crate::diff::Report;
    use crate::document::Source;

    const SCHEMES: &str = "
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    login:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: 'https://a.example/token', scopes: {}}
        password: {tokenUrl: 'https://a.example/token', scopes: {}}
";

    /// A document with an operation. `security` is a line of the operation or empty.
    fn document(security: &str) -> String {
        format!(
            "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses: {{200: {{}}}}\n      \
             {security}\n{SCHEMES}"
        )
    }

    fn contract(text: &str) -> Contract {
        Contract::of(&Source::parse("a.yaml", text).unwrap()).unwrap()
    }

    /// Returns the changes between two documents, with their levels.
    fn changes(before: &str, after: &str) -> Vec<String> {
        let report = Report::of(&contract(before), &contract(after)).unwrap();
        report
            .changes
            .iter()
            .map(|change| format!("{}: {}", change.level, change.message))
            .collect()
    }

    #[test]
    fn absent_and_empty_security_are_alike() {
        let open = ["", "security: []", "security: [{}]"].map(document);
        let secured = document("").replace("\npaths:", "\nsecurity: [{key: []}]\npaths:");
        let inherited =
            open.each_ref().map(|text| text.replace("\npaths:", "\nsecurity: []\npaths:"));
        for text in open.iter().chain(&inherited) {
            assert_eq!(contract(text).to_text().unwrap(), "GET /a · 200 · no content\n", "{text}");
            assert_eq!(changes(&open[0], text), [""; 0], "{text}");
            assert_eq!(
                changes(text, &secured),
                ["breaking: The operation now requires `header x-key`; the API rejects calls \
                  with the old credentials."]
            );
            let relaxed = ["info: The operation no longer requires `header x-key`."];
            assert_eq!(changes(&secured, text), relaxed);
        }
    }

    #[test]
    fn optional_credentials_are_no_requirement() {
        let optional = document("security: [{}, {key: []}]");
        assert_eq!(changes(&document(""), &optional), [""; 0]);
        assert_eq!(changes(&optional, &document("security: [{key: []}]")).len(), 1);
    }

    #[test]
    fn any_flow_of_a_scheme_suffices() {
        let text = document("security: [{key: [], login: [read]}]");
        assert!(
            contract(&text).to_text().unwrap().contains(
                "security = header x-key + oauth2 clientCredentials https://a.example/token + \
                 oauth2 scope read | header x-key + oauth2 password"
            ),
            "{}",
            contract(&text).to_text().unwrap()
        );
        let without = |flow: &str| {
            let lines = text.lines().filter(|line| !line.contains(flow));
            lines.map(|line| format!("{line}\n")).collect::<String>()
        };
        let is_breaking = |before: &str, after: &str| {
            Report::of(&contract(before), &contract(after)).unwrap().breaking
        };
        assert!(is_breaking(&text, &without("password:")));
        assert!(!is_breaking(&without("password:"), &text));
        assert!(is_breaking(&without("password:"), &without("clientCredentials:")));
        assert!(is_breaking(&text, &text.replace("a.example/token", "b.example/token")));
    }

    #[test]
    fn new_refresh_url_is_harmless() {
        let text = document("security: [{login: []}]");
        let refreshing = |host: &str| {
            text.replace("scopes", &format!("refreshUrl: 'https://{host}.example/r', scopes"))
        };
        assert!(changes(&text, &refreshing("a"))[0].starts_with("info: "));
        assert!(changes(&refreshing("a"), &refreshing("b"))[0].starts_with("breaking: "));
    }
}
