//! Ferry and its adapters against real servers, one scenario a file.

mod migration;
mod misuse;
mod source;
mod stage;
mod target;
