//! The `sum` command: exact totals of the quantities in a list.

mod report;
mod totals;
