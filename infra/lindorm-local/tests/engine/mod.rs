//! Rules of the engine, one test a rule. Numbers in comments are those of the fact sheet's list of rules.

mod altering;
mod converting;
mod defining;
mod deleting;
mod lexing;
mod limits;
mod model;
mod nodes;
mod noise;
mod privileges;
mod reading;
mod restarting;
mod restarting_oddly;
mod result_forms;
mod session;
mod shell;
mod showing;
mod stamping;
mod stamping_forms;
mod statement_forms;
mod system;
mod text_forms;
mod updating;
mod users;
mod views;
mod writing;
