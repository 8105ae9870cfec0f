//! Runs that follow the log beside writers: both sides end equal, and the operator's verbs do what they say.

mod caught_up;
mod kills;
mod outages;
mod stage;
mod verbs;
