pub mod answer;
pub mod head;
pub mod in_flight;
