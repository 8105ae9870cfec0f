//! End-to-end tests: the real command, a real MySQL and the stand-in. Everything is in `tests/`; this crate exports nothing.
