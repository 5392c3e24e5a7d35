//! Objects with members that are required, absent, limited, or demanded to exist.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::alternatives::first_found;
use super::form::{Form, JsonType, Literal, NameSelector, ScalarValue};
use super::{InclusionChecker, Search};

/// Patterns of which every combination is tried for names that are not mentioned.
const MAX_PATTERNS: usize = 6;
/// Members of the largest object that is written out as a witness.
const MAX_MEMBERS: u64 = 200;

/// Requirements on an object.
#[derive(Debug, Default)]
struct ObjectGoal {
    required: BTreeSet<Rc<str>>,
    absent: BTreeSet<Rc<str>>,
    min: u64,
    max: Option<u64>,
    /// Requirements on members, by name.
    named: HashMap<Rc<str>, Vec<Literal>>,
    /// Requirements on members, by other selectors.
    selected: Vec<(NameSelector, Literal)>,
    /// Requirements on names.
    names: Vec<Literal>,
    demands: Vec<MemberDemand>,
    /// All names and patterns that are mentioned.
    known: BTreeSet<Rc<str>>,
    patterns: BTreeSet<Rc<str>>,
}

/// Something that at least one member has to satisfy.
#[derive(Clone, Debug)]
enum MemberDemand {
    Value(NameSelector, Literal),
    Name(Literal),
}

/// The members that an object shall have, with what is demanded of each in addition.
type Chosen = BTreeMap<Rc<str>, Vec<Literal>>;

impl ObjectGoal {
    fn at_most(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |other| other.min(max)));
    }

    fn add(&mut self, form: &Form, holds: bool) {
        match (form, holds) {
            (Form::MinMembers(min), true) => self.min = self.min.max(*min),
            (Form::MinMembers(min), false) => self.at_most(min.saturating_sub(1)),
            (Form::MaxMembers(max), true) => self.at_most(*max),
            (Form::MaxMembers(max), false) => self.min = self.min.max(max.saturating_add(1)),
            (Form::Required(name), true) => _ = self.required.insert(Rc::clone(name)),
            (Form::Required(name), false) => _ = self.absent.insert(Rc::clone(name)),
            (Form::Members(selector, form), _) => {
                self.add_members(selector, Literal { form: *form, holds })
            }
            (Form::Names(form), true) => self.names.push(Literal::yes(*form)),
            (Form::Names(form), false) => self.demands.push(MemberDemand::Name(Literal::no(*form))),
            _ => {}
        }
    }

    fn add_members(&mut self, selector: &NameSelector, literal: Literal) {
        match selector {
            NameSelector::Name(name) => {
                self.named.entry(Rc::clone(name)).or_default().push(literal);
                if !literal.holds {
                    self.required.insert(Rc::clone(name));
                }
                return;
            }
            NameSelector::Pattern(pattern) => _ = self.patterns.insert(Rc::clone(pattern)),
            NameSelector::Rest { names, patterns } => {
                self.known.extend(names.iter().cloned());
                self.patterns.extend(patterns.iter().cloned());
            }
        }
        if literal.holds {
            self.selected.push((selector.clone(), literal));
        } else {
            self.demands.push(MemberDemand::Value(selector.clone(), literal));
        }
    }

    fn is_contradiction(&self) -> bool {
        let least = self.min.max(self.required.len() as u64);
        self.max.is_some_and(|max| least > max) || !self.required.is_disjoint(&self.absent)
    }

    fn has_room(&self, chosen: &Chosen) -> bool {
        self.max.is_none_or(|max| (chosen.len() as u64) < max)
    }

    /// Names that are mentioned, and may still be added.
    fn open_names(&self, chosen: &Chosen) -> Vec<Rc<str>> {
        let open = |name: &&Rc<str>| !chosen.contains_key(*name) && !self.absent.contains(*name);
        self.known.iter().filter(open).cloned().collect()
    }
}

impl InclusionChecker<'_> {
    pub(super) fn solve_object(&mut self, assertions: &[Literal]) -> Search<Map<String, Json>> {
        let mut goal = ObjectGoal::default();
        for literal in assertions {
            goal.add(&self.forms.get(literal.form), literal.holds);
        }
        if goal.is_contradiction() {
            return Search::Empty;
        }
        let mentioned = goal.required.iter().chain(&goal.absent).chain(goal.named.keys());
        goal.known.extend(mentioned.cloned().collect::<Vec<_>>());
        let mut chosen = Chosen::new();
        let mut unclear = None;
        for name in &goal.required {
            match self.solve_member(&goal, name, &[]) {
                Search::Empty => return Search::Empty,
                Search::Unclear(reason) => unclear = Some(reason),
                Search::Found(_) => {}
            }
            chosen.insert(Rc::clone(name), Vec::new());
        }
        match (self.meet_demands(&goal, &goal.demands, &chosen), unclear) {
            (Search::Found(_), Some(reason)) => Search::Unclear(reason),
            (result, _) => result,
        }
    }

    /// Lets a chosen member, another one that is mentioned, or a new one meet the first
    /// demand, then goes on with the next.
    fn meet_demands(
        &mut self,
        goal: &ObjectGoal,
        demands: &[MemberDemand],
        chosen: &Chosen,
    ) -> Search<Map<String, Json>> {
        let Some((demand, later)) = demands.split_first() else {
            return self.complete(goal, chosen);
        };
        if let Err(reason) = self.memory.enter() {
            return Search::Unclear(reason);
        }
        let mut names: Vec<_> = chosen.keys().cloned().collect();
        let mut result = Search::Empty;
        if goal.has_room(chosen) {
            names.extend(goal.open_names(chosen));
            match self.new_names(goal, Some(demand), chosen) {
                Ok(new) => names.extend(new),
                Err(reason) => result = Search::Unclear(reason),
            }
        }
        let found = first_found(names, |name| self.meet_with(goal, demand, later, chosen, &name));
        self.memory.leave();
        match found {
            Search::Empty => result,
            found => found,
        }
    }

    fn meet_with(
        &mut self,
        goal: &ObjectGoal,
        demand: &MemberDemand,
        later: &[MemberDemand],
        chosen: &Chosen,
        name: &Rc<str>,
    ) -> Search<Map<String, Json>> {
        let (meets, literal) = match demand {
            MemberDemand::Value(selector, literal) => {
                (self.selects(selector, name), Some(*literal))
            }
            MemberDemand::Name(literal) => {
                (self.accepts(*literal, &Json::String((**name).to_owned())), None)
            }
        };
        match meets {
            Some(true) => {}
            Some(false) => return Search::Empty,
            None => return Search::unclear("a name could not be evaluated"),
        }
        let mut chosen = chosen.clone();
        let extra = chosen.entry(Rc::clone(name)).or_default();
        extra.extend(literal);
        match self.solve_member(goal, name, &extra.clone()) {
            Search::Empty => Search::Empty,
            Search::Unclear(reason) => Search::Unclear(reason),
            Search::Found(_) => self.meet_demands(goal, later, &chosen),
        }
    }

    /// Gives every chosen member a value, and adds members until there are enough.
    fn complete(&mut self, goal: &ObjectGoal, chosen: &Chosen) -> Search<Map<String, Json>> {
        let mut members = Map::new();
        for (name, extra) in chosen {
            match self.solve_member(goal, name, extra) {
                Search::Found(value) => _ = members.insert((**name).to_owned(), value),
                Search::Empty => return Search::Empty,
                Search::Unclear(reason) => return Search::Unclear(reason),
            }
        }
        if goal.min > MAX_MEMBERS {
            return Search::unclear("an object would have too many members");
        }
        self.fill(goal, chosen.clone(), members)
    }

    fn fill(
        &mut self,
        goal: &ObjectGoal,
        mut chosen: Chosen,
        mut members: Map<String, Json>,
    ) -> Search<Map<String, Json>> {
        let mut shortage = Search::Empty;
        let mut candidates = goal.open_names(&chosen);
        while (members.len() as u64) < goal.min {
            let Some(name) = candidates.pop() else {
                match self.new_names(goal, None, &chosen) {
                    Ok(names) if names.is_empty() => return shortage,
                    Ok(names) => candidates = names,
                    Err(reason) => return Search::Unclear(reason),
                }
                continue;
            };
            match self.solve_member(goal, &name, &[]) {
                Search::Found(value) => _ = members.insert((*name).to_owned(), value),
                Search::Empty => {}
                Search::Unclear(reason) => shortage = Search::Unclear(reason),
            }
            // A name that does not do is not tried again either.
            chosen.insert(name, Vec::new());
            if let Err(reason) = self.memory.enter() {
                return Search::Unclear(reason);
            }
            self.memory.leave();
        }
        Search::Found(members)
    }

    /// Searches a value for a member, if its name is allowed.
    fn solve_member(
        &mut self,
        goal: &ObjectGoal,
        name: &Rc<str>,
        extra: &[Literal],
    ) -> Search<Json> {
        let mut literals = extra.to_vec();
        literals.extend(goal.named.get(name).into_iter().flatten());
        let mut doubt = false;
        for (selector, literal) in &goal.selected {
            match self.selects(selector, name) {
                Some(true) => literals.push(*literal),
                Some(false) => {}
                None => doubt = true,
            }
        }
        if !goal.names.is_empty() {
            let name = Json::String((**name).to_owned());
            for literal in &goal.names {
                match self.accepts(*literal, &name) {
                    Some(true) => {}
                    Some(false) => return Search::Empty,
                    None => doubt = true,
                }
            }
        }
        match self.solve(literals) {
            Search::Found(_) if doubt => Search::unclear("a name could not be evaluated"),
            result => result,
        }
    }

    /// Names that are neither mentioned nor chosen: one for each combination of
    /// patterns that it matches.
    fn new_names(
        &mut self,
        goal: &ObjectGoal,
        demand: Option<&MemberDemand>,
        chosen: &Chosen,
    ) -> Result<Vec<Rc<str>>, Rc<str>> {
        if goal.patterns.len() > MAX_PATTERNS {
            return Err("too many patterns of names".into());
        }
        let used =
            goal.known.iter().chain(chosen.keys()).cloned().map(ScalarValue::String).collect();
        let used = self.forms.intern(Form::Scalars(used));
        let string = self.forms.types(JsonType::String);
        let mut common = vec![Literal::yes(string), Literal::no(used)];
        common.extend(&goal.names);
        if let Some(MemberDemand::Name(literal)) = demand {
            common.push(*literal);
        }
        let patterns: Vec<_> = goal
            .patterns
            .iter()
            .map(|pattern| self.forms.intern(Form::Pattern(Rc::clone(pattern))))
            .collect();
        let mut names = Vec::new();
        for combination in 0..1_u32 << patterns.len() {
            let mut literals = common.clone();
            literals.extend(patterns.iter().enumerate().map(|(index, form)| Literal {
                form: *form,
                holds: combination & (1 << index) != 0,
            }));
            match self.solve(literals) {
                Search::Found(name) => names.extend(name.as_str().map(Rc::from)),
                Search::Empty => {}
                Search::Unclear(reason) => return Err(reason),
            }
        }
        Ok(names)
    }
}
