//! Writes a report.
