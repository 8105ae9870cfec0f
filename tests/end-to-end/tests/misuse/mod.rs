//! Broken documents, broken environments and wrong use of the `ferry` command, each with its exact words and exit code.

mod command_line;
mod connections;
mod data_folder;
mod documents;
mod log_settings;
mod objects;
mod rights;
mod secrets;
mod stage;
mod states;
mod target_tables;
