//! A reader of trace files that holds them against the format: for unit tests, and by path for the
//! tests of the real binary.

use std::collections::BTreeMap;

use serde_json::Value;

/// What was found in a trace.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) events: Vec<Value>,
    /// The names of the spans that enclose nothing but others, in order, by track.
    pub(crate) outermost: BTreeMap<(u64, u64), Vec<Outer>>,
}

/// A span that no other encloses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outer {
    pub(crate) name: String,
    pub(crate) begin: f64,
    pub(crate) end: f64,
}

/// The loop's track.
pub(crate) const LOOP: (u64, u64) = (1, 1);

/// Reads a whole trace. Spans nest, none ends before it begins or
/// before the last one did, and each that begins ends.
pub(crate) fn read(text: &str) -> Trace {
    let events: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut found = Trace::default();
    let mut open: BTreeMap<(u64, u64), Vec<(String, f64)>> = BTreeMap::new();
    let mut times: BTreeMap<(u64, u64), f64> = BTreeMap::new();
    for event in &events {
        let number = |name: &str| event[name].as_f64().unwrap();
        let whole = |name: &str| event[name].as_u64().unwrap();
        let (track, at) = ((whole("pid"), whole("tid")), number("ts"));
        let phase = event["ph"].as_str().unwrap();
        if matches!(phase, "B" | "E") {
            let before = times.insert(track, at).unwrap_or(0.0);
            assert!(before <= at, "time runs back at {event}");
        }
        let spans = open.entry(track).or_default();
        match phase {
            "B" => spans.push((event["name"].as_str().unwrap().to_owned(), at)),
            "E" => {
                let (name, begin) = spans
                    .pop()
                    .unwrap_or_else(|| panic!("nothing ends at {event}"));
                if spans.is_empty() {
                    let outer = Outer {
                        name,
                        begin,
                        end: at,
                    };
                    found.outermost.entry(track).or_default().push(outer);
                }
            }
            "i" => assert_eq!(event["s"], "t", "{event}"),
            "C" => assert!(event["args"].is_object(), "{event}"),
            "M" => assert!(event["args"]["name"].is_string(), "{event}"),
            _ => panic!("no phase of ours: {event}"),
        }
    }
    for (track, spans) in open {
        assert!(spans.is_empty(), "on {track:?} stay open: {spans:?}");
    }
    found.events = events;
    found
}

impl Trace {
    /// The instants of this name, in order.
    pub(crate) fn instants(&self, name: &str) -> Vec<&Value> {
        self.events
            .iter()
            .filter(|event| event["ph"] == "i" && event["name"] == name)
            .collect()
    }

    /// What the loop did, in order: the names of its outermost spans, which follow one another
    /// without a gap.
    pub(crate) fn turns(&self) -> Vec<&str> {
        let spans = &self.outermost[&LOOP];
        for pair in spans.windows(2) {
            assert!(
                (pair[0].end - pair[1].begin).abs() < 0.001,
                "a gap between {pair:?}"
            );
        }
        spans.iter().map(|span| span.name.as_str()).collect()
    }

    /// How long the loop's outermost spans take together, in microseconds.
    pub(crate) fn total(&self) -> f64 {
        let spans = &self.outermost[&LOOP];
        spans.iter().map(|span| span.end - span.begin).sum()
    }

    /// The states that a slot's connections went through.
    pub(crate) fn states(&self, slot: u64) -> Vec<&str> {
        let spans = &self.outermost[&(2, slot + 1)];
        spans.iter().map(|span| span.name.as_str()).collect()
    }
}
