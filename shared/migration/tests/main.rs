//! The domain from outside, one module a subject.

mod task;
