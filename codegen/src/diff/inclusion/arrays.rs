//! Arrays of some length whose elements are limited, counted, or all different.

use serde_json::Value as Json;

use super::accepts::same;
use super::alternatives::first_found;
use super::constants::node_of;
use super::form::{Form, FormId, Literal, ScalarValue};
use super::{InclusionChecker, Search};

/// Length of the longest array that is written out as a witness.
const MAX_LENGTH: u64 = 64;
/// Elements that may be demanded, and lengths above the least that are tried.
const MAX_DEMANDS: usize = 12;

/// Requirements on an array.
#[derive(Debug, Default)]
struct ArrayGoal {
    min: u64,
    max: Option<u64>,
    items: Vec<(usize, Option<usize>, Literal)>,
    /// Requirements that one element each, at or after an index, has to meet.
    demands: Vec<ElementDemand>,
    /// Too many demands were left out.
    excess: bool,
    /// Forms that at most so many elements may satisfy.
    limits: Vec<(Literal, u64)>,
    unique: Option<bool>,
}

/// Something that an element has to satisfy. Demands of one group need as many elements.
#[derive(Clone, Copy, Debug)]
struct ElementDemand {
    from: usize,
    to: Option<usize>,
    literal: Literal,
    group: usize,
}

/// For each element, what it has to satisfy and the groups of demands that it meets.
type Elements = Vec<(Vec<Literal>, Vec<usize>)>;

impl ArrayGoal {
    fn at_most(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |other| other.min(max)));
    }

    fn add(&mut self, form: &Form, holds: bool) {
        match (form, holds) {
            (Form::MinItems(min), true) => self.min = self.min.max(*min),
            (Form::MinItems(min), false) => self.at_most(min.saturating_sub(1)),
            (Form::MaxItems(max), true) => self.at_most(*max),
            (Form::MaxItems(max), false) => self.min = self.min.max(max.saturating_add(1)),
            (Form::Items(from, to, item), true) => {
                self.items.push((*from, *to, Literal::yes(*item)))
            }
            (Form::Items(from, to, item), false) => self.demand(*from, *to, Literal::no(*item), 1),
            (Form::Contains(item, min), true) => self.demand(0, None, Literal::yes(*item), *min),
            (Form::Contains(item, min), false) => self.limit(*item, min.saturating_sub(1)),
            (Form::ContainsMax(item, max), true) => self.limit(*item, *max),
            (Form::ContainsMax(item, max), false) => {
                self.demand(0, None, Literal::yes(*item), max.saturating_add(1));
            }
            (Form::Unique, unique) => self.unique = Some(unique),
            _ => {}
        }
    }

    fn demand(&mut self, from: usize, to: Option<usize>, literal: Literal, count: u64) {
        let group = self.demands.len();
        self.min = self.min.max((from as u64).saturating_add(count));
        let room = MAX_DEMANDS.saturating_sub(self.demands.len()) as u64;
        self.excess |= count > room;
        let demand = ElementDemand { from, to, literal, group };
        self.demands.extend((0..count.min(room)).map(|_| demand));
    }

    fn limit(&mut self, item: FormId, max: u64) {
        match max {
            0 => self.items.push((0, None, Literal::no(item))),
            _ => self.limits.push((Literal::yes(item), max)),
        }
    }

    /// The greatest length that has to be tried: more elements would only have to
    /// satisfy what others of the same kind do already.
    fn longest(&self) -> u64 {
        let ends = self.items.iter().map(|(from, to, _)| to.unwrap_or(*from));
        let starts = self.demands.iter().map(|demand| demand.to.unwrap_or(demand.from));
        let special = ends.chain(starts).max().unwrap_or_default() as u64;
        let needed = self.min.max(special) + self.demands.len() as u64 + 2;
        self.max.map_or(needed, |max| max.min(needed))
    }

    /// Requirements on the element at an index in any case.
    fn element(&self, index: usize) -> Vec<Literal> {
        let here = |(from, to, _): &&(usize, Option<usize>, Literal)| {
            *from <= index && to.is_none_or(|to| index < to)
        };
        self.items.iter().filter(here).map(|(_, _, literal)| *literal).collect()
    }
}

impl InclusionChecker<'_> {
    pub(super) fn solve_array(&mut self, assertions: &[Literal]) -> Search<Vec<Json>> {
        let mut goal = ArrayGoal::default();
        for literal in assertions {
            goal.add(&self.forms.get(literal.form), literal.holds);
        }
        if goal.unique == Some(false) {
            goal.min = goal.min.max(2);
        }
        if goal.max.is_some_and(|max| goal.min > max) {
            return Search::Empty;
        }
        let mut unclear = None;
        for length in goal.min..=goal.longest() {
            if length > MAX_LENGTH {
                return Search::unclear("an array would be too long");
            }
            match self.solve_length(&goal, length as usize) {
                Ok(Search::Empty) => {}
                Ok(Search::Unclear(reason)) => unclear = Some(reason),
                Ok(found) => return found,
                // An element that cannot exist is in every longer array too.
                Err(()) => break,
            }
        }
        unclear.map_or(Search::Empty, Search::Unclear)
    }

    /// Searches an array of one length; `Err` where no array is that long or longer.
    fn solve_length(&mut self, goal: &ArrayGoal, length: usize) -> Result<Search<Vec<Json>>, ()> {
        let mut unclear = None;
        let mut elements = Elements::new();
        for index in 0..length {
            let element = goal.element(index);
            match self.solve(element.clone()) {
                Search::Empty => return Err(()),
                Search::Unclear(reason) => unclear = Some(reason),
                Search::Found(_) => {}
            }
            elements.push((element, Vec::new()));
        }
        let result = self.place(goal, &goal.demands, elements);
        Ok(match (result, unclear) {
            (Search::Found(_), Some(reason)) => Search::Unclear(reason),
            (Search::Found(_), None) if goal.excess => {
                Search::unclear("too many elements are demanded")
            }
            (result, _) => result,
        })
    }

    /// Lets one element after the other meet the first demand, then goes on.
    fn place(
        &mut self,
        goal: &ArrayGoal,
        demands: &[ElementDemand],
        elements: Elements,
    ) -> Search<Vec<Json>> {
        let Some((demand, later)) = demands.split_first() else {
            return self.limit_counts(goal, elements, 0);
        };
        if let Err(reason) = self.memory.enter() {
            return Search::Unclear(reason);
        }
        let end = demand.to.unwrap_or(elements.len()).min(elements.len());
        // Demands of one group are alike: they are met in the order of the elements.
        let taken = elements.iter().rposition(|element| element.1.contains(&demand.group));
        let start = demand.from.max(taken.map_or(0, |index| index + 1)).min(end);
        let result = first_found(start..end, |index| {
            let mut elements = elements.clone();
            elements[index].0.push(demand.literal);
            elements[index].1.push(demand.group);
            match self.solve(elements[index].0.clone()) {
                Search::Found(_) => self.place(goal, later, elements),
                Search::Empty => Search::Empty,
                Search::Unclear(reason) => Search::Unclear(reason),
            }
        });
        self.memory.leave();
        result
    }

    /// Decides, element by element, which limits it counts against.
    fn limit_counts(
        &mut self,
        goal: &ArrayGoal,
        elements: Elements,
        index: usize,
    ) -> Search<Vec<Json>> {
        if goal.limits.is_empty() || index == elements.len() {
            return self.duplicate(goal, elements);
        }
        if goal.limits.len() > 4 {
            return Search::unclear("too many limits on elements");
        }
        if let Err(reason) = self.memory.enter() {
            return Search::Unclear(reason);
        }
        let result = first_found(0..1_u32 << goal.limits.len(), |exempt| {
            let mut goal = ArrayGoal { limits: goal.limits.clone(), ..goal.shallow() };
            let mut elements = elements.clone();
            for (bit, (literal, left)) in goal.limits.iter_mut().enumerate() {
                match (exempt & (1 << bit) != 0, *left) {
                    (false, _) => elements[index].0.push(literal.negated()),
                    (true, 0) => return Search::Empty,
                    (true, _) => *left -= 1,
                }
            }
            match self.solve(elements[index].0.clone()) {
                Search::Found(_) => self.limit_counts(&goal, elements, index + 1),
                Search::Empty => Search::Empty,
                Search::Unclear(reason) => Search::Unclear(reason),
            }
        });
        self.memory.leave();
        result
    }

    /// Makes two elements equal, where elements must not all be different.
    fn duplicate(&mut self, goal: &ArrayGoal, elements: Elements) -> Search<Vec<Json>> {
        let elements: Vec<_> = elements.into_iter().map(|(literals, _)| literals).collect();
        if goal.unique != Some(false) {
            return self.write(&elements, goal.unique.is_some());
        }
        let length = elements.len();
        let pairs = (0..length).flat_map(|right| (0..right).map(move |left| (left, right)));
        first_found(pairs, |(left, right)| {
            let both = [elements[left].as_slice(), &elements[right]].concat();
            let Search::Found(value) = self.solve(both.clone()) else {
                return self.solve(both).map(|_| Vec::new());
            };
            self.write(&elements, false).map(|mut array| {
                array[left] = value.clone();
                array[right] = value;
                array
            })
        })
    }

    /// Gives every element a value, different from those before it if they have to be.
    fn write(&mut self, elements: &[Vec<Literal>], unique: bool) -> Search<Vec<Json>> {
        let mut array: Vec<Json> = Vec::new();
        for element in elements {
            let mut literals = element.clone();
            if unique {
                literals.extend(array.iter().filter_map(|value| self.other_than(value)));
            }
            match self.solve(literals) {
                Search::Found(value) if unique && array.iter().any(|other| same(other, &value)) => {
                    return Search::unclear("elements have to differ");
                }
                Search::Found(value) => array.push(value),
                Search::Unclear(reason) => return Search::Unclear(reason),
                // With less choice for another element, there may have been more for this.
                Search::Empty if !alike(elements) => {
                    return Search::unclear("elements have to differ");
                }
                Search::Empty => return Search::Empty,
            }
        }
        Search::Found(array)
    }

    /// The literal that a value is not `value`.
    fn other_than(&mut self, value: &Json) -> Option<Literal> {
        let form = match ScalarValue::of_json(value) {
            Some(scalar) => self.forms.intern(Form::Scalars([scalar].into())),
            None => self.constant(&node_of(value)?)?,
        };
        Some(Literal::no(form))
    }
}

impl ArrayGoal {
    /// The part that is still needed once the elements are known.
    fn shallow(&self) -> Self {
        Self { unique: self.unique, ..Self::default() }
    }
}

/// Returns whether all elements have to satisfy the same.
fn alike(elements: &[Vec<Literal>]) -> bool {
    let sorted = |literals: &Vec<Literal>| {
        let mut literals = literals.clone();
        literals.sort_unstable();
        literals.dedup();
        literals
    };
    elements.windows(2).all(|pair| sorted(&pair[0]) == sorted(&pair[1]))
}
