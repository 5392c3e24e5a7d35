//! What progenitor makes of the spec by itself, for benchmarks to compare with.

/// Of the spec as it is: bounds and patterns are checked while decoding.
pub mod bounded {
    include!(concat!(env!("OUT_DIR"), "/bounded.rs"));
}

/// Of the spec without bounds and patterns.
pub mod unbounded {
    include!(concat!(env!("OUT_DIR"), "/unbounded.rs"));
}
