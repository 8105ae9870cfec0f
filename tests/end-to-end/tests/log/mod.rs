//! Following a real MySQL's binary log: what each kind of change is told as, in whatever way the server writes it.

mod compressed;
mod definitions;
mod evolution;
mod files;
mod gone;
mod idle;
mod restart;
mod resume;
mod side_by_side;
mod stand;
mod start;
mod tagged;
mod transactions;
mod unreadable;
mod xa;
