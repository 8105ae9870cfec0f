//! The suite on the platforms that need no server, and what only a file can show: reopening and sudden death.

mod embedded_platform;
mod memory_platform;
mod reopened;
mod sudden_death;
