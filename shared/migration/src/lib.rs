//! The domain of Ferry: what a migration is, what is true of it, and every decision as a plain function.
//!
//! It is pure: no clock, socket, environment, runtime or cloud type. Handlers load records through the ports,
//! decide with the functions here, and store the result under a condition. It never talks to a server.

pub mod barrier;
pub mod batch;
pub mod budget;
pub mod capabilities;
pub mod chunk;
pub mod definition;
pub mod delivery;
pub mod finding;
pub mod gtid;
pub mod ident;
pub mod key;
pub mod lag;
pub mod lane;
pub mod lane_progress;
pub mod lease;
pub mod limits;
pub mod message;
pub mod mutation;
pub mod outcome;
pub mod owner;
pub mod pattern;
pub mod port;
pub mod position;
pub mod reader_state;
pub mod recent_keys;
pub mod recopy;
pub mod record;
pub mod retry;
pub mod retry_budget;
pub mod run;
pub mod run_store;
pub mod schema;
pub mod shown;
pub mod stamp;
pub mod statement_form;
pub mod submission;
pub mod table_plan;
pub mod taking;
pub mod task;
pub mod time;
pub mod trouble_store;
pub mod usage;
pub mod value;
pub mod wake;
