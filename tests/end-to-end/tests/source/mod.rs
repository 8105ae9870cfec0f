//! The source adapter against a real MySQL: what it says of a server and its tables, and that reading by key misses
//! nothing, repeats nothing and uses the index, for every type a key may have.

mod catalog;
mod composite_keys;
mod counts;
mod fixture;
mod keys;
mod large_values;
mod logins;
mod pages;
mod values;
mod walk;
