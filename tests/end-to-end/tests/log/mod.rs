//! Following a real MySQL's binary log: what each kind of change is told as, in whatever way the server writes it.

mod compressed;
mod files;
mod idle;
mod stand;
mod transactions;
