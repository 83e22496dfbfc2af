//! Support for tests of connection and pond.
