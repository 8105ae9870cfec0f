//! Precheck against servers in memory: every finding, every crash point, and the report's text.

mod crash_points;
mod every_code;
mod handling;
mod measurements;
mod on_the_log;
mod remedies;
mod report_text;
mod shop;
mod world;
