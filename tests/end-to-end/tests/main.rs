//! Ferry and its adapters against real servers, one scenario a file.

mod migration;
mod source;
mod stage;
mod target;
