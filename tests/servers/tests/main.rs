//! Behaviours of the test servers themselves, against a real MySQL.
//!
//! What all other tests stand on is proved here first: servers side by side, killed, restarted, and gone with their owner.

mod aws;
mod connectors;
mod find;
mod lindorm;
mod mysql;
