//! Whole migrations in memory, in orders drawn from seeds, with every call disturbed.
//!
//! The tests are in `tests/`; nothing here is used by anything else.
