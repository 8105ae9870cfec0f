//! Integration tests of the stand-in, one binary: a module for each half.

mod conformance;
mod engine;
mod fault;
mod wire;
