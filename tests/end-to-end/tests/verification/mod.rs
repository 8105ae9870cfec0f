//! `ferry verify` finds what differs, repairs it on request, and goes on where it was killed.

mod deployed;
mod repairing;
mod resuming;
