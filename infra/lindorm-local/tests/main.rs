//! Integration tests of the stand-in, one binary: a module for each half.

mod engine;
mod fault;
mod wire;
