//! The suite on the platforms that need no server, and what only a file can show: reopening and sudden death.

#[cfg(test)]
mod embedded_platform;
#[cfg(test)]
mod memory_platform;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod reopened;
#[cfg(test)]
mod sudden_death;
