//! Ferry and its adapters against real servers, one scenario a file.

#[cfg(test)]
mod aws;
mod connectors;
mod fault_modes;
#[cfg(test)]
mod following;
mod kills;
#[cfg(test)]
mod log;
mod migration;
mod misuse;
#[cfg(test)]
mod source;
mod stage;
mod target;
mod verification;
