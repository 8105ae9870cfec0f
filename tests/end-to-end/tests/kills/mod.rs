//! Whatever ends or is cut in the middle of a run: the same command goes on, and both sides end equal.

mod abandoned;
mod cut_lines;
mod records;
mod rounds;
mod target_killed;
